"""Emulators under remote control, and what is needed to understand them: ELF files and addresses.

Used by the grader's collector and by the commands a person types. Nothing here knows a lesson, a
check or a point; nothing here believes a byte that the guest printed.
"""


class MachineError(Exception):
    """The emulator or a file was not what we rely on: our trouble, never the learner's."""


class MachineExit(MachineError):
    """The guest ended the emulator by itself, through the port that does so."""


class MachineTimeout(MachineError):
    """The wall clock ran out. It says nothing about the guest."""
