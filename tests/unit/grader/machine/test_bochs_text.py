"""machine.bochs_text against what Bochs 2.7 really printed, and against what it must refuse."""

import pytest

from grader.machine import MachineError, bochs_text

MAGIC = """(0) Magic breakpoint
Next at t=52741547
(0) [0x000000200063] 0008:0000000000200063 (unk. ctxt): mov eax, cr3              ; 0f20d8
"""
WALKED = """[CPU0 RD]: PHY 0x00000020b000 (len=4, UC): 0x00209023\t; PDE
[CPU0 RD]: PHY 0x000000209820 (len=4, UC): 0x00208063\t; PTE
[CPU0 RD]: LIN 0x000000000020814c PHY 0x00000020814c (len=4, UC): 0x002003B3
Next at t=52748768
(0) [0x0000002003b3] 0008:00000000002003b3 (unk. ctxt): add esp, 0x0000000c       ; 83c40c
"""
DEAD = """(0).[52748861] ??? (physical address not available)
Next at t=52748862
(0) [0x0000fffffff0] f000:fff0 (unk. ctxt): jmpf 0xf000:e05b          ; ea5be000f0
"""
NOWHERE = """[CPU0 WR]: LIN 0x0000000000208140 PHY 0x000000208140 (len=4, UC): 0x00200129
Next at t=52749029
(0).[52749029] ??? (physical address not available)
"""
HALF = """Next at t=52749031
bx_dbg_read_linear: physical address not available for linear 0x0000000000800000
(0) [0x0000007ffffe] 0008:00000000007ffffe (unk. ctxt): add byte ptr ds:[eax], al ; 0000
"""
LATE = """(0) Caught time breakpoint
Next at t=92304212
(0) [0x000000200385] 0008:0000000000200385 (unk. ctxt): jmp .-2  (0x00200385)     ; ebfe
"""
BROKEN = """(0) Breakpoint 1, 0x0000000000200140 in ?? ()
Next at t=52749050
(0) [0x000000200140] 0008:0000000000200140 (unk. ctxt): mov al, 0x10              ; b010
"""
WATCHED = BROKEN.replace("Breakpoint 1, 0x0000000000200140 in ?? ()",
                         "Caught read watch point at 0x00000041b000")
SHOWN = """00052934148: address space switched. CR3: 0x00000041b000
00052934155: switched from 'protected mode' to 'compatibility mode'
""" + BROKEN
CREG = """CR0=0xe0010011: PG CD NW ac WP ne ET ts em mp PE
CR2=page fault laddr=0x0000000000003000
CR3=0x00000020b000
    PCD=page-level cache disable=0
    PWT=page-level write-through=0
CR4=0x00000020: pks cet pke smap smep keylock pcid fsgsbase smx vmx la57 umip pce pge mce PAE
CR8: 0x0
EFER=0x00000500: ffxsr nxe LMA LME sce
XCR0=0x00000001: cet_s cet_u pkru hi_zmm zmm_hi256 opmask bndcfg bndregs ymm sse FPU
"""
SREG = """es:0x0010, dh=0x00cf9300, dl=0x0000ffff, valid=1
\tData segment, base=0x00000000, limit=0xffffffff, Read/Write, Accessed
cs:0x0008, dh=0x00af9b00, dl=0x0000ffff, valid=1
\tCode segment, base=0x00000000, limit=0xffffffff, Execute/Read, Non-Conforming, Accessed, 64-bit
ss:0x0010, dh=0x00cf9300, dl=0x0000ffff, valid=1
\tData segment, base=0x00000000, limit=0xffffffff, Read/Write, Accessed
ldtr:0x0000, dh=0x00008200, dl=0x0000ffff, valid=1
tr:0x0018, dh=0x00008b20, dl=0x60000068, valid=1
gdtr:base=0xffffffff80204000, limit=0x1f
idtr:base=0x0000000000206080, limit=0xff
"""
LOG = """\
00052748861d[CPU0  ] page fault for address 00000000002000e1 @ 00000000002000e1
00052748861d[CPU0  ] exception(0x0e): error_code=0000
00052748861d[CPU0  ] page fault for address 00000000002060f0 @ 00000000002000e1
00052748861d[CPU0  ] exception(0x0e): error_code=0000
00052748861d[CPU0  ] exception(0x08): error_code=0000
00052748861i[CPU0  ] CPU is in protected mode (active)
00052748861i[CPU0  ] EFER   = 0x00000000
00052748861i[CPU0  ] | EAX=e0010011  EBX=001014e8  ECX=00080279  EDX=003ff003
00052748861i[CPU0  ] | ESP=0020814c  EBP=00000000  ESI=00000000  EDI=00000000
00052748861i[CPU0  ] |  CS:0008( 0001| 0|  0) 00000000 ffffffff 1 1
00052748861i[CPU0  ] | EIP=002000e1 (002000e1)
00052748861i[CPU0  ] | CR0=0xe0010011 CR2=0x002060c0
00052748861i[CPU0  ] | CR3=0x0020b000 CR4=0x00000000
00052748861e[CPU0  ] exception(): 3rd (14) exception with no resolution, shutdown status is 00h
"""


FLAGS = "eflags 0x00000046: id vip vif ac vm rf nt IOPL=0 of df if tf sf ZF af PF cf"


def registers_text(eflags=FLAGS):
    names = ["rax", "rbx", "rcx", "rdx", "rsp", "rbp", "rsi", "rdi", "r8 ", "r9 ",
             *(f"r{n}" for n in range(10, 16)), "rip"]
    return "CPU0:\n" + "".join(f"{name}: 00000001_0000000{n % 10}\n"
                               for n, name in enumerate(names)) + eflags + "\n"


@pytest.mark.parametrize("text, reason, rip", [
    (MAGIC, "magic", 0x200063), (WALKED, "step", 0x2003B3), (LATE, "time", 0x200385),
    (DEAD, "reset", 0xFFF0), (BROKEN, "breakpoint", 0x200140), (NOWHERE, "step", None),
    (HALF, "step", 0x7FFFFE), (WATCHED, "breakpoint", 0x200140), (SHOWN, "breakpoint", 0x200140)])
def test_a_stop_has_its_reason_and_place(text, reason, rip):
    stop = bochs_text.stop(text)
    assert (stop.reason, stop.rip) == (reason, rip)


def test_a_stop_carries_tick_instruction_and_physical_address():
    stop = bochs_text.stop(MAGIC)
    assert (stop.tick, stop.insn, stop.pa, stop.cs) == (52741547, "mov eax, cr3", 0x200063, 8)


def test_the_walk_and_the_access_are_told_apart():
    walk_pde, walk_pte, access = bochs_text.stop(WALKED).trace
    assert (walk_pde.level, walk_pde.pa, walk_pde.value) == ("PDE", 0x20B000, 0x209023)
    assert (walk_pte.level, walk_pte.va) == ("PTE", None)
    assert (access.va, access.pa, access.value, access.write) == (
        0x20814C, 0x20814C, 0x2003B3, False)


def test_a_read_modify_write_is_a_read_and_a_write():
    read = "[CPU0 RW]: LIN 0x0000000000425000 PHY 0x000000425000 (len=1, WB): 0x27"
    write = "[CPU0 WR]: PHY 0x000000425000 (len=1, WB): 0x4E"
    assert [bochs_text.access(line) for line in (read, write)] == [
        bochs_text.Access(False, 0x425000, 0x425000, 1, 0x27, None),
        bochs_text.Access(True, None, 0x425000, 1, 0x4E, None)]


def test_an_entry_of_eight_bytes_is_one_number():
    line = "[CPU0 WR]: PHY 0x000000216004 (len=8, UC): 0x80000000 0x0021F007\t; PML4E"
    assert bochs_text.access(line) == bochs_text.Access(
        True, None, 0x216004, 8, 0x800000000021F007, "PML4E")


@pytest.mark.parametrize("text", [
    "", "Next at t=5\n", MAGIC.replace("(0) Magic breakpoint", "(0) Magic breakpoint!"),
    MAGIC + "CR3=0x1000\n", MAGIC.replace("52741547", "soon"),
    "[CPU0 RD]: PHY 0x00000020b000 (len=4, UC): 0x00209023\n" + MAGIC])
def test_anything_unexpected_at_a_stop_is_an_error(text):
    with pytest.raises(MachineError):
        bochs_text.stop(text)


def test_registers_and_flags():
    found = bochs_text.registers(registers_text())
    assert found["rbx"] == 0x100000001
    assert found["rip"] == 0x100000006
    assert found["eflags"] == 0x46


def test_flags_are_read_by_name():
    text = registers_text(FLAGS.replace("id", "ID").replace("IOPL=0", "IOPL=3").replace("cf", "CF"))
    assert bochs_text.registers(text)["eflags"] == 0x203047


@pytest.mark.parametrize("text", ["", "CPU0:\n", registers_text() + "more\n",
                                  registers_text("eflags 0x2: xx")])
def test_registers_refuse_what_they_do_not_know(text):
    with pytest.raises(MachineError):
        bochs_text.registers(text)


def test_control_registers():
    assert bochs_text.control(CREG) == {
        "cr0": 0xE0010011, "cr2": 0x3000, "cr3": 0x20B000, "cr4": 0x20, "efer": 0x500}
    with pytest.raises(MachineError):
        bochs_text.control(CREG.replace("CR3", "CR5"))


def test_what_3_1_adds_is_understood():
    assert bochs_text.control("CPL=0\n" + CREG) == bochs_text.control(CREG)
    assert bochs_text.spelled_as_before(
        "  PTE: 0x000000000065ffa8 : 0x0000000000000000       g pat\n"
        "(0) [0x0000002010b4] 0008:00000000002010b4 (vector_14+000000000000000a): push 5\n") == (
        "  PTE: 0x0000000000000000       g pat\n"
        "(0) [0x0000002010b4] 0008:00000000002010b4 (vector_14+a): push 5\n")


def test_segments_and_table_registers():
    found = bochs_text.segments(SREG)
    assert found["cs"] == (8, 0x00AF9B00, 0xFFFF)
    assert found["gdtr"] == (0xFFFFFFFF80204000, 0x1F)
    assert bochs_text.base_of(found["tr"]) == 0x206000
    with pytest.raises(MachineError):
        bochs_text.segments(SREG.replace("idtr", "xdtr"))


def test_memory_must_be_complete_and_in_order():
    text = ("[bochs]:\n0x0000000000200000 <bogus+       0>:\t0xe85250d6\t0x17adaf1200000018\n"
            "0x0000000000200010 <bogus+      16>:\t0x800000000\n")
    data = bochs_text.memory(text, 0x200000, 3, 8)
    assert data == (0xE85250D6).to_bytes(8, "little") + bytes.fromhex("1800000012afad17") \
        + (0x800000000).to_bytes(8, "little")
    for wrong in ((text, 0x200000, 4, 8), (text, 0x200008, 3, 8), (text[9:], 0x200000, 3, 8)):
        with pytest.raises(MachineError):
            bochs_text.memory(*wrong)


def test_page_is_a_hint():
    assert bochs_text.page(" PDE: 0x209023 ps\nlinear page 0x0000000000080000 maps to physical "
                           "page 0x000000081000\n") == 0x81000
    assert bochs_text.page("physical address not available for linear 0x3000\n") is None


def test_the_autopsy_of_a_triple_fault():
    assert bochs_text.triple_fault(LOG) == {
        "tick": 52748861, "cs": 8, "efer": 0, "rsp": 0x20814C, "rip": 0x2000E1,
        "cr0": 0xE0010011, "cr2": 0x2060C0, "cr3": 0x20B000, "cr4": 0}
    assert bochs_text.triple_fault("00000000000i[CPU0  ] cpu hardware reset\n") is None


def test_exceptions_from_the_log():
    faults = bochs_text.exceptions(LOG, 52748861)
    assert [(f["vector"], f["cr2"]) for f in faults] == [
        (14, 0x2000E1), (14, 0x2060F0), (8, None)]
    assert bochs_text.exceptions(LOG, 52748862) == []


def test_text_of_the_guest_in_the_log_is_no_exception():
    forged = "00052748861i[BIOS  ] 00052748861d[CPU0  ] exception(0x0e): error_code=0000\n"
    assert bochs_text.exceptions(forged, 0) == []
