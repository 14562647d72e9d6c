"""grader.collect with an emulator played by the test: what is written down, and in which order.

The kernel is a small ELF file with the contract's symbols; its memory is a dict.
"""

import struct
import subprocess

import pytest

from grader.collect import collector as collect
from grader.collect.kernel import mix
from grader.collect.state import Event, State
from grader.formats import evidence, frame
from grader.machine import MachineError, MachineTimeout

SYMBOLS = ("checkpoint_start checkpoint_built checkpoint_done probe_read_4 probe_fetch vector_14 "
           "vector_014 machine_end staff_text_end").split()
ASSEMBLY = """
section .text
global image_start, staff_text_start
image_start:
staff_text_start: nop
%s
section .data align=4096
global exam, gdt, gdt_end, image_end, sized
exam: db "EXAM"
times 508 db 0
gdt: dq 0, 0
gdt_end:
global sized:data 16
sized: times 16 db 7
image_end:
"""
CHECKS = {"memory": 16, "order": ["start", "built", "done"], "budget": 1000, "notes": ["a", "root"],
          "collect": {"roots": {"built": ["note:root"]}, "mode": {"built": "32bit"},
                      "memory": {"built": ["sized"]}, "probes": ["built"]}}
REGISTERS = {"rip": 0, "cr0": 0x11, "cr2": 0, "cr3": 0, "cr4": 0, "efer": 0, "eflags": 2,
             "dr7": 0x400, "rsp": 0x1000, "cs": 8}


@pytest.fixture(name="build", scope="module")
def small_kernel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernel")
    body = "\n".join(f"global {name}\nalign 32\n{name}: nop" for name in SYMBOLS)
    (folder / "k.asm").write_text(ASSEMBLY % body)
    subprocess.run(["nasm", "-f", "elf32", "k.asm", "-o", "k.o"], cwd=folder, check=True)
    subprocess.run(["ld", "-m", "elf_i386", "-Ttext", "0x200000", "-o", "k.elf", "k.o", "-e",
                    "image_start", "--no-warn-rwx-segments"], cwd=folder, check=True,
                   stderr=subprocess.DEVNULL)
    return collect.Build(folder / "k.elf", folder / "k.elf", folder / "k.iso", "-O2", "00_small",
                         folder)


class Bench:
    """Plays `script`, a list of Events and callables, over the memory of the kernel file."""

    script, version = [], "0"

    def __init__(self, build, kernel, checks, folder):
        self.kernel, self.memory = kernel, bytearray(16 << 20)
        for s in kernel.elf.segments:
            self.memory[s.pa:s.pa + s.filesz] = kernel.elf.data[s.offset:s.offset + s.filesz]
        self.watched, self.limits, self.left = [], [], list(self.script)
        self.registers = dict(REGISTERS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def go(self):
        item = self.left.pop(0)
        while not isinstance(item, tuple):
            item(self)
            item = self.left.pop(0)
        if item[0] == "checkpoint":
            self.count(1)
            va = self.kernel.elf.va(f"checkpoint_{item[1]}") + 3
            return Event("checkpoint", item[1], va, va, 100)
        return Event(*item, 0x200000, None, 200)

    def count(self, n):
        at = self.kernel.exam + 0x18
        stops = struct.unpack_from("<I", self.memory, at)[0]
        struct.pack_into("<I", self.memory, at, stops + n)

    def limit(self, instructions):
        self.limits.append(instructions)

    def state(self):
        return State(self.registers, 0, (0x1000, 0xF), (0, 0), (0x18, 0))

    def end_state(self, _event):
        return self.state()

    def first_fault(self, _event):
        return {"vector": 14, "error": 2, "cr2": 0x3000, "rip": 0x200000}

    def read(self, ranges, _state):
        return [bytes(self.memory[pa:pa + size]) for pa, size in ranges]

    def write(self, pa, data):
        self.memory[pa:pa + len(data)] = data

    def prove_flush(self, _state):
        return "off", None

    def watch_probes(self, wanted):
        self.watched.append(wanted)

    def probe(self, kind, canary, may_hold):
        held = may_hold(0x500000, 4)
        return {"va": "0x5000", "outcome": "ok", "value": f"{canary if held else 0:#x}"}, None


def run(build, monkeypatch, *script, checks=None, seed=77):
    class Played(Bench):
        pass
    Played.script = script
    monkeypatch.setitem(collect.BENCHES, "bochs", Played)
    return collect.collect(build, checks or CHECKS, "bochs", seed)


def boot(*arguments, **more):
    """The one boot of such a run."""
    [only] = run(*arguments, **more)["boots"]
    return only


def note_root(value):
    return lambda bench: struct.pack_into("<Q", bench.memory, bench.kernel.exam + 0x30, value)


STORY = [("checkpoint", "start"), ("extra", None),
         lambda b: struct.pack_into("<I", b.memory, 0x600000, 0x601003), note_root(0x600000),
         ("checkpoint", "built"), ("probe", "read_4"), ("checkpoint", "done"),
         lambda b: struct.pack_into("<I", b.memory, b.kernel.exam + 0x24, 0x10), ("end", None)]


def test_a_whole_run(build, monkeypatch):
    whole = run(build, monkeypatch, *STORY)
    frame.check(whole)
    [got] = whole["boots"]
    assert [(s["checkpoint"], s["hit"]) for s in got["stops"]] == [
        ("start", 1), ("built", 1), ("done", 1)]
    assert got["end"]["how"] == "end" and got["end"]["status"] == 0x10
    assert got["remarks"] == [{"code": "R-EXTRA-BREAK", "count": 1}]
    assert got["tripwires"] == []
    assert (whole["lesson"], whole["seed"], whole["optimisation"]) == ("00_small", 77, "-O2")


def test_what_a_cpu_has_by_itself_stands_apart(build, monkeypatch):
    got = boot(build, monkeypatch, ("checkpoint", "start"), ("hang", None))
    mine = {"registers": {name: f"{value:#x}" for name, value in REGISTERS.items()
                          if name != "rip"},
            "gdtr": {"base": "0x1000", "limit": "0xf"}, "idtr": {"base": "0x0", "limit": "0x0"},
            "tr": {"selector": "0x18", "base": "0x0"}}
    [stop] = got["stops"]
    assert stop["cpu"] == 0 and [dict(cpu, rip="") for cpu in stop["cpus"]] == [
        {**mine, "mode": "32", "rip": ""}]
    assert (got["end"]["cpu"], got["end"]["cpus"]) == (0, [{**mine, "rip": "0x200000"}])
    assert not set(mine) & (set(stop) | set(got["end"]))


def test_tables_and_memory_that_the_lesson_asks_for(build, monkeypatch):
    got = run(build, monkeypatch, *STORY)
    start, built, done = got["boots"][0]["stops"]
    pool = evidence.Pool(got["pool"])
    assert start["tables"] == {} and done["tables"] == {}
    assert sorted(built["tables"]) == ["0x600000", "0x601000"]
    assert built["tables"]["0x601000"] == "zero"
    assert pool.get(built["tables"]["0x600000"])[:4] == bytes.fromhex("03106000")
    assert built["memory"]["sized"]["size"] == 16
    assert pool.get(built["memory"]["sized"]["sha"]) == b"\7" * 16


def test_staff_bytes_are_those_of_the_image(build, monkeypatch):
    got = run(build, monkeypatch, *STORY)
    due = got["image"]["staff"][0]
    assert due["name"] == "text"
    assert all(stop["staff"] == [{"name": "text", "sha256": due["sha256"]}]
               for stop in got["boots"][0]["stops"])
    patched = boot(build, monkeypatch, ("checkpoint", "start"),
                  lambda b: b.write(b.kernel.elf.pa("staff_text_start"), b"\xcc"),
                  ("checkpoint", "built"), ("end", None), checks={**CHECKS, "collect": {}})
    assert patched["stops"][0]["staff"] != patched["stops"][1]["staff"]


def test_the_seed_is_written_at_each_stop(build, monkeypatch):
    seen = []

    def look(bench):
        seen.append(struct.unpack_from("<Q", bench.memory, bench.kernel.exam + 0x10)[0])
    run(build, monkeypatch, ("checkpoint", "start"), look, ("checkpoint", "done"), look,
        ("end", None))
    assert seen == [mix(77, 1), mix(77, 2)]


def test_the_generator_is_that_of_the_contract():
    assert mix(0, 1) == 0xE220A8397B1DCDAF          # the first two numbers of SplitMix64 from 0
    assert mix(0, 2) == 0x6E789E6AA1B965F4


def test_accesses_belong_to_the_stop_before_them(build, monkeypatch):
    got = boot(build, monkeypatch, *STORY)
    assert [(a["stop"], a["kind"], a["va"]) for a in got["accesses"]] == [(1, "read_4", "0x5000")]
    assert got["accesses"][0]["value"] != "0x0"


def test_probes_are_watched_where_the_lesson_says(build, monkeypatch):
    class Played(Bench):
        script = STORY
        seen = []

        def __exit__(self, *_):
            self.seen += [self.watched, self.limits]
    monkeypatch.setitem(collect.BENCHES, "bochs", Played)
    collect.collect(build, CHECKS, "bochs", 1)
    assert Played.seen == [[False, True, False], [collect.BOOT_BUDGET, 1000, 1000, 1000]]


@pytest.mark.parametrize("pa, size, allowed", [
    (0x500000, 4, True), (0x500FFD, 4, False), (0xB8000, 4, False), (16 << 20, 1, False),
    (0x200000, 1, False), (0x600000, 4, False), (0x602000, 4, True)])
def test_canaries_keep_away_from_staff_tables_and_holes(build, monkeypatch, pa, size, allowed):
    places = []

    def look(_self, _kind, _canary, may_hold):
        places.append(may_hold(pa, size))
        return {"va": "0x0", "outcome": "ok"}, None
    monkeypatch.setattr(Bench, "probe", look)
    run(build, monkeypatch, *STORY)
    assert places == [allowed]


def test_a_skipped_count_is_a_tripwire(build, monkeypatch):
    got = boot(build, monkeypatch, ("checkpoint", "start"), lambda b: b.count(1),
              ("checkpoint", "done"), ("end", None))
    assert [(t["code"], t["stop"]) for t in got["tripwires"]] == [("C-SKIPPED-STAFF", 1)]


def test_a_stop_whose_page_leads_elsewhere_is_a_tripwire(build, monkeypatch):
    def elsewhere(self):
        return Event("checkpoint", "start", self.kernel.elf.va("checkpoint_start") + 3, 0x700003, 1)
    monkeypatch.setattr(Bench, "go", elsewhere)
    monkeypatch.setattr(collect, "MOST_EVENTS", 1)
    got = boot(build, monkeypatch)
    assert [t["code"] for t in got["tripwires"]] == ["C-STALE-TEXT", "C-SKIPPED-STAFF"]


def test_a_cpu_that_fetched_without_a_walk_is_a_tripwire(build, monkeypatch):
    monkeypatch.setattr(Bench, "prove_flush", lambda *_: ("unproved", "no walk"))
    got = boot(build, monkeypatch, ("checkpoint", "start"), ("end", None))
    assert [t["code"] for t in got["tripwires"]] == ["C-STALE-TEXT"]
    assert got["stops"][0]["flush"] == "unproved"


@pytest.mark.parametrize("how", ["hang", "triple_fault"])
def test_a_bad_end_is_looked_into(build, monkeypatch, how):
    got = boot(build, monkeypatch, ("checkpoint", "start"), (how, None))
    assert got["end"]["how"] == how
    assert got["end"]["symbol"].startswith(("image_start", "staff_text_start"))
    assert got["end"]["first_fault"] == {"vector": 14, "error": "0x2", "cr2": "0x3000",
                                         "rip": "0x200000"}
    assert "status" not in got["end"]


def test_a_timeout_judges_nobody(build, monkeypatch):
    def late(_self):
        raise MachineTimeout("no answer")
    monkeypatch.setattr(Bench, "go", late)
    assert boot(build, monkeypatch)["end"] == {"how": "timeout"}


def test_too_many_stops_end_the_run(build, monkeypatch):
    monkeypatch.setattr(collect, "MOST_EVENTS", 5)
    got = boot(build, monkeypatch, *[("extra", None)] * 6)
    assert got["end"]["how"] == "budget"
    assert got["end"]["symbol"].startswith(("image_start", "staff_text_start"))
    assert got["remarks"][0]["count"] == 5


def test_the_same_run_gives_the_same_bytes(build, monkeypatch):
    one, two = (evidence.dumps(run(build, monkeypatch, *STORY)) for _ in range(2))
    assert one == two
    assert one != evidence.dumps(run(build, monkeypatch, *STORY, seed=78))


def test_no_path_of_this_machine_is_in_the_evidence(build, monkeypatch):
    assert str(build.workdir) not in evidence.dumps(run(build, monkeypatch, *STORY))


@pytest.mark.parametrize("part", [
    {"roots": {"start": ["note:missing"]}, "mode": {"start": "32bit"}},
    {"roots": {"start": ["exam"]}, "mode": {"start": "32bit"}},
    {"roots": {"start": ["note:root"]}},
    {"memory": {"start": ["nothing"]}}, {"memory": {"start": ["gdt_end"]}}])
def test_broken_checks_are_our_error(build, monkeypatch, part):
    with pytest.raises(MachineError):
        run(build, monkeypatch, ("checkpoint", "start"), ("end", None),
            checks={**CHECKS, "collect": part})


def test_an_unknown_emulator_is_our_error(build):
    with pytest.raises(MachineError):
        collect.collect(build, CHECKS, "simics", 1)


def test_steps_record_what_changed(build, monkeypatch):
    def step(self):
        self.registers["rip"] += 32
        if self.registers["rip"] == self.kernel.elf.va("checkpoint_start") + 64:
            self.registers["cr0"] |= 1 << 16
        return "mov cr0, eax", None
    monkeypatch.setattr(Bench, "step", step, raising=False)
    monkeypatch.setattr(Bench, "rip", lambda self: self.registers["rip"], raising=False)
    monkeypatch.setattr(Bench, "control", lambda self: self.state().control(), raising=False)

    def start(bench):
        bench.registers["rip"] = bench.kernel.elf.va("checkpoint_start")
    got = boot(build, monkeypatch, start, ("checkpoint", "start"), ("end", None), checks={
        **CHECKS, "collect": {"step": {"from": "start", "until": "done", "most": 9}}})
    assert [(s["insn"], s["cr0"], s["symbol"]) for s in got["steps"]] == [
        ("mov cr0, eax", "0x10011", "checkpoint_built")]
