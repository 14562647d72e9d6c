"""From a mapping that is wrong to the mistake behind it.

The mistake that explains most of the wrong addresses wins; ties go to the detector listed first.
Used by the check kinds.
"""

from collections import Counter

from grader.judge import show
from grader.judge.diagnose import (alias as detectors_alias, detectors, huge as detectors_huge,
                                   large as detectors_large, pae as detectors_pae, strangers)

MOST_CASES = 96
# What a difference is called when no detector knows the mistake behind it (kinds of space.py).
PLAIN_CODES = {"missing": "E-NOT-MAPPED", "extra": "E-EXTRA-MAPPED", "frame": "E-WRONG-FRAME",
               "rights": "E-RIGHTS-LEAF", "leaf": "E-PAGE-SIZE"}
DETECTORS = (*detectors_alias.DETECTORS, *detectors_huge.DETECTORS,
             *detectors_large.DETECTORS, *detectors_pae.DETECTORS,
             detectors.no_table, detectors.reserved_bits, detectors.unshifted_table,
             strangers.old_bytes, strangers.other_set, detectors.present_bit,
             detectors.weakest_level, detectors.shifted_frame, detectors.large_bits,
             detectors.truncated, detectors.other_space, detectors.large_in_path,
             detectors.wrong_table, detectors.range_edge, detectors.wrong_index,
             detectors.frame_zero, strangers.kept_after_unmap, strangers.ghost)


def mapping(cases):
    """The Finding that explains most of `cases` (a list of Case), or None."""
    found = []
    for case in cases[:MOST_CASES]:
        for detector in DETECTORS:
            finding = detector(case)
            if finding:
                finding.va = case.va
                found.append((DETECTORS.index(detector), finding, case))
    if not found:
        return None
    votes = Counter((rank, finding.code) for rank, finding, _ in found)
    rank, code = min(votes, key=lambda item: (-votes[item], item[0]))
    keys = Counter(finding.key for r, finding, _ in found if (r, finding.code) == (rank, code))
    best_key = keys.most_common(1)[0][0]
    finding, case = next((f, c) for r, f, c in found
                         if (r, f.code, f.key) == (rank, code, best_key))
    finding.rows = rows_of(case)
    return finding


def rows_of(case):
    """The walk of a case, wanted beside found."""
    if case.want is None:
        return [show.row(step.name, "not present" if step is case.walk.last else "",
                         show.entry_hex(case.paging.mode, step.entry or 0), step.address)
                for step in case.walk.steps]
    return show.step_rows(case.paging, case.walk, case.want, case.pa)
