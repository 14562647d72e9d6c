"""The emulators themselves, where they are installed: nothing listens, and nothing stays behind."""

import os
import re
import shutil
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from grader.machine import MachineError, bochs_setup
from grader.machine.bochs import Bochs
from grader.machine.qemu import Qemu

with_bochs = pytest.mark.skipif(not shutil.which("bochs"), reason="Bochs is not installed")
with_qemu = pytest.mark.skipif(not shutil.which("qemu-system-x86_64"),
                               reason="QEMU is not installed")


def sockets(pid):
    """Inodes of the sockets a process holds."""
    links = (os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir())
    return {m[1] for link in links if (m := re.match(r"socket:\[(\d+)\]", link))}


def internet(pid):
    """Those of them that are bound to an internet port."""
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        lines = Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
        found |= {line.split()[9] for line in lines}
    return found & sockets(pid)


@pytest.fixture(name="disc")
def blank_disc(tmp_path):
    path = tmp_path / "blank.iso"
    path.write_bytes(bytes(1 << 20))
    return path


@with_bochs
def test_bochs_opens_no_port_and_leaves_no_process(tmp_path, disc):
    with Bochs(disc, tmp_path) as bochs:
        pid = bochs.child.pid
        assert internet(pid) == set()
        assert re.fullmatch(r"\d+(\.\d+)+", bochs.version)
    assert not Path(f"/proc/{pid}").exists()


@with_bochs
def test_bochs_reads_what_it_wrote(tmp_path, disc):
    data = bytes(range(1, 24))
    with Bochs(disc, tmp_path) as bochs:
        bochs.write(0x100001, data)
        assert bochs.read(0x100001, len(data)) == data
        assert bochs.read_linear([(0x100000, 64)])[0][1:24] == data
        assert bochs.registers()["rip"] == 0xFFF0


@with_bochs
def test_bochs_stops_at_the_limit_again_and_again(tmp_path, disc):
    with Bochs(disc, tmp_path) as bochs:
        for limit in (5000, 100_000, 50_000 + 100_000, 400_000):
            bochs.run_until(limit)
            stop = bochs.go()
            assert (stop.reason, stop.tick) == ("time", limit)
        tick = bochs.step(trace=True).tick
        assert tick == 400_001


@with_bochs
def test_bochs_can_be_stopped_while_it_writes_its_log(tmp_path, disc):
    """Each software interrupt is a line of the log. Bochs 2.7 by itself waits for ever when SIGINT
    comes while it writes one."""
    with Bochs(disc, tmp_path, seconds=30) as bochs:
        bochs.run_until(3_000_000)
        bochs.go()
        bochs.write(0x500, b"\xcc\xeb\xfd" + b"\xcf")         # again: int3, jmp again; and iret
        bochs.write(3 * 4, struct.pack("<HH", 0x503, 0))
        bochs.write(8 * 4, struct.pack("<HH", 0x500, 0))        # from the clock's next tick on
        bochs.run_until(bochs.tick + 2_000_000)
        done = threading.Event()

        def interrupt():
            while not done.wait(0.02):
                bochs.child.interrupt()
        other = threading.Thread(target=interrupt)
        other.start()
        try:
            assert bochs.go().reason == "time"
        finally:
            done.set()
            other.join()
        assert bochs.log().count("vector = 03") > 10_000


@with_bochs
def test_bochs_that_ends_is_an_error_with_its_reason(tmp_path, disc):
    with Bochs(disc, tmp_path) as bochs:
        bochs.run_until(2_000_000_000)
        with pytest.raises(MachineError, match="No bootable device"):
            bochs.go()


@with_qemu
def test_qemu_opens_no_port_and_leaves_no_process(tmp_path, disc):
    with Qemu(tmp_path, iso=disc) as qemu:
        pid = qemu.child.pid
        assert internet(pid) == set()
        assert len(sockets(pid)) >= 2
    assert not Path(f"/proc/{pid}").exists()


@with_qemu
def test_qemu_reads_what_it_wrote(tmp_path, disc):
    with Qemu(tmp_path, iso=disc) as qemu:
        qemu.write(0x100001, b"\x01\x02\x03")
        assert qemu.read(0x100000, 5) == b"\0\x01\x02\x03\0"
        assert qemu.read(0x100000, 4096)[:4] == b"\0\x01\x02\x03"
        assert qemu.registers()["rip"] == 0xFFF0
        assert qemu.tables()["cs_l"] == 0
        assert qemu.step()


@with_qemu
def test_qemu_that_cannot_start_says_why(tmp_path):
    (tmp_path / "no.elf").write_bytes(b"no kernel")
    with pytest.raises(MachineError, match="QEMU ended: .*[Kk]ernel"):
        Qemu(tmp_path, kernel=tmp_path / "no.elf").close()


def test_the_shim_keeps_alarms_away(tmp_path):
    """Bochs writes its speed into the log at each, and can wait for itself when it does."""
    shim = bochs_setup.shim(tmp_path)
    script = "import signal; signal.alarm(9); print(signal.alarm(0))"
    said = [subprocess.run([sys.executable, "-c", script], text=True, capture_output=True,
                           check=True, env={**os.environ, **more}).stdout
            for more in ({}, {"LD_PRELOAD": str(shim)})]
    assert said == ["9\n", "0\n"]
