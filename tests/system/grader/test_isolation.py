"""What a guest can reach: no network device, no disk it can write to, no port of the host."""

import os

import pytest
from bench import numbered
from cli.build import build
from grader.machine.bochs import Bochs
from grader.machine.qemu import Qemu


@pytest.fixture(name="made", scope="module")
def a_kernel():
    lesson = numbered(1)
    return build(lesson, lesson.reference(), quiet=True)


@pytest.mark.parametrize("boot", ["kernel", "iso"])
def test_qemu_has_neither_network_nor_writable_disk(made, boot, tmp_path):
    given = {"kernel": made.kernel32} if boot == "kernel" else {"iso": made.iso}
    with Qemu(tmp_path, **given) as machine:
        assert machine.qmp.monitor("info network").strip() == ""
        devices = machine.qmp.monitor("info pci")
        assert "VGA controller" in devices and "Ethernet" not in devices
        disks = [one["inserted"] for one in machine.qmp.ask("query-block") if "inserted" in one]
        assert len(disks) == (boot == "iso")
        assert all(disk["ro"] for disk in disks)
        assert not _listening(machine.child.pid)


def test_bochs_has_neither_network_nor_writable_disk(made, tmp_path):
    with Bochs(made.iso, tmp_path) as machine:
        machine.run_until(5_000_000)
        machine.go()
        log, asked = machine.log(), (tmp_path / "bochsrc").read_text()
        assert not _listening(machine.child.pid)
    lines = log.splitlines()
    assert any("[HD" in line and "CD" in line for line in lines)
    assert not [line for line in lines if "hard disk" in line.lower() or "HD on ata" in line]
    for device in ("ne2k", "e1000", "pcipnic", "usb", "floppya", "sb16", "type=disk"):
        assert device not in asked
    for device in ("NE2K", "E1000", "PNIC"):
        assert not [line for line in lines if f"[{device}" in line], device


def _listening(pid):
    """TCP sockets of a process that wait for somebody, by /proc."""
    inodes = set()
    for name in os.listdir(f"/proc/{pid}/fd"):
        target = os.readlink(f"/proc/{pid}/fd/{name}")
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = []
    for table in ("tcp", "tcp6"):
        with open(f"/proc/net/{table}", encoding="ascii") as handle:
            found += [line.split() for line in list(handle)[1:]]
    return [row for row in found if row[3] == "0A" and row[9] in inodes]
