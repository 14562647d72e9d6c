"""What src/paging costs in instructions, counted by Bochs in the kernels of tests/guest/bench.

Used by tests/benches/library.py, which prints it, and by the tests, which hold it to BUDGETS. The
counts are exact: the same kernel gives the same figures on every run. A count is of the function
alone, with its RET.
"""

import tempfile

from guest.kernels import build, run_in_bochs

MODES = {"32": "2 levels", "pae": "PAE", "4": "4 levels"}
AROUND = 2                                              # the CALL, and the breakpoint behind it
PAGES = 4096
SIZES = (1, 4, 16, 64, 256, 1024, 4096, 16384)
CASES = ("nothing", "translate", "map", "pg_map", "pg_unmap", "pg_walk", "pg_access",
         *(f"range {pages}" for pages in SIZES), f"waiting {PAGES}", "large 1", "large 64")
TRAPS = ("touch", "fault", "switch")

# case -> (what it is, {mode: goal}); per page where the case has many.
GOALS = {
    "translate": ("translate, all checks", {"32": 24, "4": 42}),
    "map": ("map one page, tables present", {"32": 40, "4": 64}),
    f"waiting {PAGES}": ("map a range, per page, tables present", {"32": 5, "4": 5, "pae": 10}),
    f"range {SIZES[-1]}": ("map a range, per page, tables made", {}),
    "large 1": ("map one page of 4 or 2 MiB", {}),
    "large 64": ("map 64 pages of 4 or 2 MiB, per page", {}),
    "huge 1": ("map one page of 1 GiB", {}),
    "huge 64": ("map 64 pages of 1 GiB, per page", {}),
    "fault": ("a demand fault, its frame at hand", {}),
    "switch": ("a context switch", {}),
    "pg_map": ("pg_map(), mode known at run time", {}),
    "pg_unmap": ("pg_unmap(), likewise", {}),
    "pg_walk": ("pg_walk(), likewise", {}),
    "pg_access": ("pg_access(), likewise", {}),
}

# Reached, and not to be lost: a test asserts them. GCC 12; another compiler needs other figures.
BUDGETS = {
    "32": {"translate": 21, "map": 40, f"waiting {PAGES}": 4.1},
    "pae": {f"waiting {PAGES}": 8.2},
    "4": {"translate": 42, "map": 61, f"waiting {PAGES}": 4.5},
}

# Counted in the same way in other kernels.
OTHERS = ("xv6: mappages 50, in bulk 22 per page, walkpgdir 23; "
          "JOS: page_insert 62, boot_map_region 32 per page")


def pages_of(case):
    """How many pages a case maps, so that its cost is told per page."""
    word = case.split()
    return int(word[1]) if len(word) == 2 else 1


def cases(mode):
    """The cases of one mode, in the order in which the kernel goes through them."""
    return (*CASES, *(("huge 1", "huge 64") if mode == "4" else ()), *TRAPS)


def count(mode):
    """{case: instructions} of one mode. A fault is what it adds to the write that met it."""
    with tempfile.TemporaryDirectory() as folder:
        ticks = run_in_bochs(build("bench", mode), folder)
    spans = [after - before - AROUND for before, after in zip(ticks[::2], ticks[1::2])]
    if len(spans) != len(cases(mode)):
        raise RuntimeError(f"the kernel has {len(spans)} cases, not {len(cases(mode))}")
    counts = dict(zip(cases(mode), spans))
    return counts | {"fault": counts["fault"] - counts["touch"]}
