"""machine.bochs_text on whole sessions with Bochs 2.7 and 3.x, recorded by transcripts/record.

All versions ran the same kernels, so everything that is understood must be the same.
"""

import re
from pathlib import Path

import pytest

from grader.machine import MachineError, bochs_text

FOLDER = Path(__file__).with_name("transcripts")
VERSIONS = [path.stem.removeprefix("bochs-") for path in sorted(FOLDER.glob("bochs-*.txt"))]
UNITS = {"g": 8, "w": 4, "b": 1}
SILENT = ("ldsym", "lb", "setpmem")


def answers(version):
    """[(order, what was printed)] of a session."""
    text = (FOLDER / f"bochs-{version}.txt").read_text()
    blocks = re.sub(r"^== .*\n", "", text, flags=re.M).split("<bochs> ")[1:]
    return [block.split("\n", 1) for block in blocks]


def logs(version):
    """What the log says of each lesson's triple fault."""
    return re.split(r"^== .*\n", (FOLDER / f"bochs-{version}.log").read_text(), flags=re.M)[1:]


def memory(order, text):
    """`xp /8wx 0x1000` and its answer, as bytes."""
    count, unit, pa = re.fullmatch(r"xp /(\d+)([gwb])x 0x(\w+)", order).groups()
    return bochs_text.memory(text, int(pa, 16), int(count), UNITS[unit])


PARSERS = {"c": bochs_text.stop, "s": bochs_text.stop, "r": bochs_text.registers,
           "creg": bochs_text.control, "sreg": bochs_text.segments, "dreg": bochs_text.dr7,
           "page": bochs_text.page}
STRICT = ("c", "s", "r", "creg", "dreg", "xp")


def understood(order, text):
    """What our parsers make of an answer."""
    verb = order.split()[0]
    if verb == "xp":
        return memory(order, text)
    return PARSERS[verb](text) if verb in PARSERS else text


def plain(order, value):
    """The same without what a version may do otherwise: the BIOS's first instruction."""
    at_reset = order == "c" and value.reason == "reset"
    return value._replace(insn=None) if at_reset else value


def test_there_are_all_versions():
    assert VERSIONS == ["2.7", "3.0"]


def test_the_versions_are_understood_alike():
    sessions = [[(order, plain(order, understood(order, text))) for order, text in answers(version)]
                for version in VERSIONS]
    for first, *others in zip(*sessions, strict=True):
        assert others == [first] * len(others)
    stops = [value.reason for order, value in sessions[0] if order == "c"]
    assert {"time", "magic", "breakpoint", "reset"} == set(stops)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_seen_in_different_ways_agrees(version):
    """A stop and `r`; the entry that the CPU's walk read, and xp of the same place."""
    seen, cr3, trace = None, None, []
    for order, text in answers(version):
        value = understood(order, text)
        if order in ("c", "s"):
            seen, trace = value, trace + value.trace
        elif order == "r" and seen.reason != "reset":
            assert value["rip"] == seen.rip
        elif order == "creg":
            cr3 = value["cr3"]
        elif order.startswith("xp"):
            pa = int(order.split()[-1], 16)
            read = {a.pa: a.value.to_bytes(a.size, "little") for a in trace if a.level}
            for at, entry in read.items():
                if pa <= at < pa + len(value) - 7:
                    assert value[at - pa:][:len(entry)] == entry
            assert {at & -4096 for at in read} & {cr3}
        elif order.split()[0] in SILENT:
            assert not text


@pytest.mark.parametrize("version", VERSIONS)
def test_a_triple_fault_is_found_in_the_log(version):
    fell = [value for order, value in ((o, understood(o, t)) for o, t in answers(version)
                                       if o == "c") if value.reason == "reset"]
    for stop, log, wide in zip(fell, logs(version), (False, True), strict=True):
        found = bochs_text.triple_fault(log)
        assert 0 <= stop.tick - found["tick"] <= 2
        assert bool(found["efer"]) == wide and found["cr0"] >> 31 == 1
        faults = bochs_text.exceptions(log, found["tick"])
        assert [fault["vector"] for fault in faults] == [14, 14, 8, 14]
        assert 0 <= faults[0]["rip"] - found["rip"] < 16, "the instruction, or the next"
        assert found["cr2"] == faults[-1]["cr2"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_foreign_line_is_refused_and_shown(version):
    """Wherever in an answer it stands."""
    tried = set()
    for order, text in answers(version):
        if order.split()[0] in STRICT and text not in tried:
            tried.add(text)
            lines = text.splitlines(keepends=True)
            for at in range(len(lines) + 1):
                with pytest.raises(MachineError, match="what is this"):
                    understood(order, "".join([*lines[:at], "what is this\n", *lines[at:]]))
    assert len(tried) > 20


@pytest.mark.parametrize("version", VERSIONS)
def test_a_missing_line_is_refused(version):
    """Registers, memory, and where a stop is: nothing is assumed."""
    for order, text in answers(version):
        if order in ("c", "s", "r") or order.startswith("xp"):
            lines = [line for line in text.splitlines(keepends=True)
                     if not line.startswith(("CPU0", "(0) Magic", "(0) Break", "(0) Caught",
                                             "(0).", "[CPU0"))]
            for at in range(len(lines)):
                with pytest.raises(MachineError):
                    understood(order, "".join(lines[:at] + lines[at + 1:]))
