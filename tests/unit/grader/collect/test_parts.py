"""The small parts of the collectors: modes, error codes, joined ranges. No emulator."""

import pytest

from grader.collect.bochs import _runs
from grader.collect.state import State
from grader.collect.trace import fault
from grader.machine import MachineError, bochs_text

REGISTERS = {"rip": 0, "cr0": 0x11, "cr2": 0, "cr3": 0, "cr4": 0}


@pytest.mark.parametrize("efer, cs_l, mode", [(0, 0, "32"), (0x500, 0, "compat"), (0x500, 1, "64"),
                                              (0x100, 1, "32")])
def test_the_mode_needs_lma_and_l(efer, cs_l, mode):
    assert State({**REGISTERS, "efer": efer}, cs_l).mode == mode


def test_the_error_code_is_what_was_pushed_last():
    pushed = [bochs_text.Access(True, va, va, 4, value, None)
              for va, value in ((0xFFC, 2), (0xFF8, 8), (0xFF4, 0x2000), (0xFF0, 7))]
    after = {"rsp": 0xFF0, "cr2": 0x3000}
    assert fault(14, pushed, after) == {"outcome": "fault", "vector": 14, "error": "0x7",
                                        "cr2": "0x3000"}
    assert fault(6, pushed[:3], after)["error"] == "0x0"
    with pytest.raises(MachineError):
        fault(14, pushed[:3], after)


def test_neighbours_are_read_together():
    assert _runs([(0x3000, 16), (0x1000, 0x1000), (0x2000, 0x1000)], 0) == [
        [0x1000, 0x2010, [(0x1000, 0x1000), (0x2000, 0x1000), (0x3000, 16)]]]
    assert len(_runs([(0, 16), (32, 16)], 15)) == 2
    assert _runs([(0, 16), (32, 16)], 16) == [[0, 48, [(0, 16), (32, 16)]]]
