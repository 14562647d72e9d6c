"""QEMU's debug stub over a unix socket: the remote serial protocol, as much of it as is needed.

Used by qemu.py. It moves packets; it knows the layout of x86-64 registers and no kernel.
"""
import re
import struct

from . import MachineError
from .process import readable

# The g packet of qemu-system-x86_64, in both modes: 16 general registers, rip, eflags, six
# selectors, three bases, six control registers, and floating point that we skip.
_G = struct.Struct("<16QQI6I3Q6Q")
G_BYTES = 608
_GENERAL = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
            "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15")
_NAMES = (*_GENERAL, "rip", "eflags", "cs", "ss", "ds", "es", "fs", "gs", "fs_base", "gs_base",
          "k_gs_base", "cr0", "cr2", "cr3", "cr4", "cr8", "efer")
_SHORT = ("eflags", "cs", "ss", "ds", "es", "fs", "gs")      # four bytes, the others eight


def frame(payload):
    """A packet on the wire."""
    return b"$" + payload + b"#" + b"%02x" % (sum(payload) & 255)


def unframe(buffer):
    """(payload or None, the rest): the first whole packet of a buffer; MachineError if damaged."""
    start = buffer.find(b"$")
    end = buffer.find(b"#", start)
    if start < 0 or end < 0 or len(buffer) < end + 3:
        return None, buffer
    payload = buffer[start + 1:end]
    if int(buffer[end + 1:end + 3], 16) != sum(payload) & 255:
        raise MachineError("QEMU's stub sent a damaged packet")
    return payload, buffer[end + 3:]


def expand(payload):
    """Undo the protocol's escapes and run lengths."""
    payload = re.sub(rb"}(.)", lambda m: bytes([m[1][0] ^ 0x20]), payload, flags=re.S)
    return re.sub(rb"(.)\*(.)", lambda m: m[1] * (m[2][0] - 28), payload, flags=re.S)


def registers(payload):
    """The answer to g as a dict of numbers."""
    data = bytes.fromhex(payload.decode("ascii"))
    if len(data) != G_BYTES:
        raise MachineError(f"QEMU's stub: {len(data)} bytes of registers, not {G_BYTES}")
    return dict(zip(_NAMES, _G.unpack_from(data)))


class Stub:
    """A connected socket. Every answer must come before the session's deadline."""

    def __init__(self, socket, deadline):
        self.socket, self.deadline, self.buffer = socket, deadline, b""
        self.ask(b"qSupported:hwbreak+;swbreak+")
        if not self.ask(b"qXfer:features:read:target.xml:0,ffb").startswith((b"l", b"m")):
            raise MachineError("QEMU's stub does not describe its registers")
        if self.ask(b"Qqemu.PhyMemMode:1") != b"OK":
            raise MachineError("QEMU's stub has no physical memory mode")

    def ask(self, payload):
        """Send a packet and return the answer's payload."""
        self._send(frame(payload))
        return self.receive()

    def _send(self, data):
        try:
            self.socket.sendall(data)
        except OSError as why:
            raise MachineError(f"QEMU ended: {why.strerror}") from why

    def receive(self):
        """The next packet's payload."""
        while True:
            payload, self.buffer = unframe(self.buffer)
            if payload is not None:
                self._send(b"+")       # it keeps its next packet until this one is taken
                return expand(payload)
            if readable(self.socket, self.deadline.left()):
                try:
                    data = self.socket.recv(1 << 16)
                except OSError:
                    data = b""
                if not data:
                    raise MachineError("QEMU ended")
                self.buffer += data

    def order(self, payload):
        """Send a packet that must be answered OK."""
        answer = self.ask(payload)
        if answer != b"OK":
            raise MachineError(f"QEMU's stub: {payload!r} answered {answer[:80]!r}")

    def write_register(self, name, value):
        """Write a register: those of `registers`."""
        data = value.to_bytes(4 if name in _SHORT else 8, "little").hex().encode()
        self.order(b"P%x=" % _NAMES.index(name) + data)

    def resume(self, payload):
        """c or s: the stop's signal number. 5: breakpoint or step, 3: the machine shut down."""
        answer = self.ask(payload)
        if answer[:1] not in (b"T", b"S"):
            raise MachineError(f"QEMU's stub: unexpected stop {answer[:80]!r}")
        return int(answer[1:3], 16)
