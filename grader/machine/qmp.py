"""QEMU's machine protocol over a unix socket: one JSON object a line.

Used by qemu.py. Knows requests and answers, no registers and no kernel.
"""
import json

from . import MachineError
from .process import readable


class Qmp:
    """A connected socket, greeted and ready."""

    def __init__(self, socket, deadline):
        self.socket, self.deadline, self.buffer = socket, deadline, b""
        if "QMP" not in self._next():
            raise MachineError("QEMU did not greet")
        self.ask("qmp_capabilities")

    def _next(self):
        while b"\n" not in self.buffer:
            if readable(self.socket, self.deadline.left()):
                data = self.socket.recv(1 << 16)
                if not data:
                    raise MachineError("QEMU ended")
                self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def ask(self, command, **arguments):
        """The answer to a command; events on the way are passed over."""
        request = {"execute": command, "arguments": arguments}
        try:
            self.socket.sendall(json.dumps(request).encode() + b"\n")
        except OSError as why:
            raise MachineError(f"QEMU ended: {why.strerror}") from why
        while True:
            answer = self._next()
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise MachineError(f"QEMU: {command}: {answer['error'].get('desc')}")

    def monitor(self, line):
        """What a line of the human monitor prints."""
        return self.ask("human-monitor-command", **{"command-line": line})
