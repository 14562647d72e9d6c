"""pg_access() against a CPU: a kernel (tests/guest/predict) tries accesses, the host predicts them.

The guest predicts nothing and prints nothing that counts. It records what the CPU did; the records
are read from outside, and tests/guest/compare.c draws the same cases and compares. KNOWN lists what
the emulators are known to do otherwise than the manual; everything else is a fault.
"""

import subprocess
import tempfile
from pathlib import Path

import building
from guest.kernels import ROOT, build, evidence_from_bochs, evidence_from_qemu

MODES = ("32", "pae", "4", "5")
FROM = {"bochs": evidence_from_bochs, "qemu": evidence_from_qemu}
TALLY = ("cases", "done", "faults")

KNOWN = {
    "reserved-without-p": "QEMU 7.2 reports a reserved bit with the flag P clear",
    "pdpte-marked": "QEMU 7.2 sets A in PAE's PDPTEs, where the bit is reserved",
    "gp-for-ss": "QEMU 7.2 raises #GP for a non-canonical address of the stack segment",
    "key-of-supervisor-address": "Bochs 2.7 asks for the protection key of supervisor-mode "
                                 "addresses, which have none",
    "lacking": "Bochs 2.7 has no CPU with 5-level paging",
    "supervisor-passes-key": "Bochs 2.7 lets the supervisor access data whose key has AD set",
}
EXPECTED = {
    "bochs": {"32": set(), "pae": set(),
              "4": {"key-of-supervisor-address", "supervisor-passes-key"}, "5": {"lacking"}},
    "qemu": {"32": {"reserved-without-p"}, "pae": {"reserved-without-p", "pdpte-marked"},
             "4": {"reserved-without-p", "gp-for-ss"},
             "5": {"reserved-without-p", "gp-for-ss"}},
}


def compare(evidence, folder):
    """{name: (count, first case)}: how many cases there were, and each kind of difference."""
    program, file = Path(folder, "compare"), Path(folder, "evidence")
    building.build([*building.FAST, *building.WARNINGS, f"-I{building.LIBRARY}",
                    f"-I{ROOT / 'src'}", *building.sources(),
                    ROOT / "tests/guest/compare.c", ROOT / "tests/guest/predict/cases.c", "-o",
                    program])
    file.write_bytes(evidence)
    done = subprocess.run([program, file], capture_output=True, text=True, check=True)
    rows = (line.split() for line in done.stdout.splitlines())
    return {name: (int(count), int(first)) for name, count, first in rows}


def predict(mode, emulator):
    """What compare() says of one mode on one emulator."""
    with tempfile.TemporaryDirectory() as folder:
        evidence = FROM[emulator](build("predict", mode), folder, "evidence")
        return compare(evidence, folder)


def differences(counts):
    """Those of the counts that are differences."""
    return {name: count for name, count in counts.items() if name not in TALLY}
