"""machine.gdbstub and machine.qmp over a socket pair, with the other end played by the test."""

import socket
import struct
import threading

import pytest

from grader.machine import MachineError
from grader.machine.gdbstub import G_BYTES, Stub, expand, frame, registers, unframe
from grader.machine.process import Deadline
from grader.machine.qemu import EMPTY_STEPS, Qemu
from grader.machine.qmp import Qmp

GREETING = [b"PacketSize=1000", b"l<target/>", b"OK"]


def play(answers):
    """A stub that gives these answers in turn; returns (our socket, what it was asked)."""
    ours, theirs = socket.socketpair()
    asked = []

    def serve():
        buffer = b""
        for answer in answers:
            payload = None
            while payload is None:
                data = theirs.recv(4096)
                if not data:
                    return
                buffer += data
                payload, buffer = unframe(buffer)
            asked.append(payload)
            theirs.sendall(b"+" + frame(answer))
        while theirs.recv(4096):
            pass                # the last acknowledgement, and then our end
    threading.Thread(target=serve, daemon=True).start()
    return ours, asked


def test_frames_carry_a_checksum():
    assert frame(b"OK") == b"$OK#9a"
    assert unframe(b"+$OK#9a$S05") == (b"OK", b"$S05")
    assert unframe(b"+$OK#9") == (None, b"+$OK#9")
    with pytest.raises(MachineError):
        unframe(b"$OK#00")


def test_escapes_and_run_lengths():
    assert expand(b"a}\x03b") == b"a#b"
    assert expand(b"0* ") == b"0000"


def test_registers_by_name():
    data = bytearray(G_BYTES)
    struct.pack_into("<Q", data, 16 * 8, 0x200063)
    struct.pack_into("<Q", data, 188 + 16, 0x20B000)
    found = registers(data.hex().encode())
    assert (found["rip"], found["cr3"], found["cr0"]) == (0x200063, 0x20B000, 0)
    with pytest.raises(MachineError):
        registers(b"00" * 600)


def test_a_session_asks_and_stops():
    ours, asked = play([*GREETING, b"OK", b"T05thread:01;", b"S03"])
    stub = Stub(ours, Deadline(20))
    stub.order(b"Z1,200063,1")
    assert stub.resume(b"c") == 5
    assert stub.resume(b"s") == 3
    assert asked[-3:] == [b"Z1,200063,1", b"c", b"s"]


class Stepper:
    """A stub whose steps move RIP as listed; it keeps the last place."""

    def __init__(self, *places):
        self.places, self.steps = list(places), 0

    def ask(self, _payload):
        return struct.pack("<Q", self.places[min(self.steps, len(self.places) - 1)]).join(
            [bytes(128), bytes(G_BYTES - 136)]).hex().encode()

    def resume(self, _payload):
        self.steps += 1
        return 5


@pytest.mark.parametrize("places, steps", [
    ((0x10, 0x12), 1),                  # an ordinary step
    ((0x10, 0x10, 0x10, 0x12), 3),      # two in which nothing was executed
    ((0x10,), EMPTY_STEPS)])            # an instruction that leads to itself
def test_a_step_executes_an_instruction(places, steps):
    machine = Qemu.__new__(Qemu)
    machine.stub = Stepper(*places)
    assert machine.step() and machine.stub.steps == steps


def test_what_is_not_ok_is_an_error():
    ours, _ = play([*GREETING, b"E22", b"W00"])
    stub = Stub(ours, Deadline(20))
    with pytest.raises(MachineError):
        stub.order(b"Z1,0,1")
    with pytest.raises(MachineError):
        stub.resume(b"c")


def test_a_stub_without_physical_memory_mode_is_refused():
    ours, _ = play([*GREETING[:2], b""])
    with pytest.raises(MachineError):
        Stub(ours, Deadline(20))


def test_qmp_passes_over_events():
    ours, theirs = socket.socketpair()
    theirs.sendall(b'{"QMP": {}}\n{"return": {}}\n{"event": "STOP"}\n{"return": {"a": 1}}\n'
                   b'{"error": {"desc": "no such thing"}}\n')
    qmp = Qmp(ours, Deadline(20))
    assert qmp.ask("query") == {"a": 1}
    with pytest.raises(MachineError, match="no such thing"):
        qmp.ask("query")


def test_an_ended_qemu_is_an_error():
    ours, theirs = socket.socketpair()
    theirs.close()
    with pytest.raises(MachineError):
        Qmp(ours, Deadline(20))
