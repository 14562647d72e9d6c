"""Wrong answers that only large pages allow. See answers.py, which uses DETECTORS."""

from grader.judge.paging.walk import PAGE, Paging

ADDRESS_12 = 0x3FF000       # bits 21:12, address in a PTE, but not in a PDE with PS


def heeds_ps_without_pse(answer):
    """The answer would be right if CR4.PSE were set."""
    paging = answer.paging
    if paging is None or paging.mode.name != "32bit" or paging.pse:
        return False
    walk = Paging("32bit", paging.root, paging.page, True, False,
                  paging.physical_bits).walk(answer.ask)
    return walk.mapped == answer.found and (not walk.mapped or walk.pa == answer.value)


def reserved_bit(answer):
    """The CPU refuses the entry, and an address was given."""
    return bool(answer.found and answer.walk and answer.walk.end == "reserved")


def low_bits_as_address(answer):
    """Bits 21:12 of a large entry were taken for address bits."""
    walk = answer.walk
    if not answer.found or not walk or not walk.mapped or walk.size == PAGE:
        return False
    low = answer.pa & 0xFFFFFFFF
    added = answer.entry & ADDRESS_12
    return bool(added) and answer.value & 0xFFFFFFFF in (low | added, low + added)


DETECTORS = (
    ("E-PS-NO-PSE", heeds_ps_without_pse, "PS ended the walk although CR4.PSE is clear"),
    ("E-RESERVED", reserved_bit, "bit 21 of the entry is set, which makes the CPU fault"),
    ("E-LARGE-MASK", low_bits_as_address, "bits 21:12 of a large entry came back as address bits"),
)
