"""src/paging: what its own host tests cannot say of themselves, and what it costs.

LONG=1: the fuzzer's full run, every seeded fault.
"""

import os
import subprocess
import sys

import pytest
from bench import LONG, ROOT

sys.path.insert(0, str(ROOT / "tests/host"))
from guest import costs, predictions  # noqa: E402

SKIPPED = 77
SAMPLE = 20         # make test seeds every 20th fault


def host(program, *arguments):
    done = subprocess.run([str(ROOT / "tests/host" / program), *arguments], cwd=ROOT, text=True,
                          capture_output=True, check=False, timeout=3600 if LONG else 600)
    if done.returncode == SKIPPED:
        pytest.skip(done.stdout.strip())
    print(done.stdout + done.stderr)
    return done


@pytest.mark.early
def test_the_fuzzer_breaks_no_law():
    assert host("fuzz").returncode == 0


@pytest.mark.early
def test_the_host_tests_reach_every_line():
    assert host("coverage").returncode == 0


@pytest.mark.early
def test_seeded_faults_are_caught():
    first = int(os.environ.get("SEED") or 1) % SAMPLE
    assert host("faults", *([] if LONG else [str(SAMPLE), str(first)])).returncode == 0


@pytest.mark.early
@pytest.mark.parametrize("mode", costs.BUDGETS)
def test_instruction_budgets(mode):
    counts = costs.count(mode)
    for case, budget in costs.BUDGETS[mode].items():
        assert counts[case] / costs.pages_of(case) <= budget, case


@pytest.mark.early
@pytest.mark.parametrize("emulator", predictions.FROM)
@pytest.mark.parametrize("mode", predictions.MODES)
def test_the_cpu_does_what_pg_access_predicts(mode, emulator):
    counts = predictions.predict(mode, emulator)
    print(counts)
    if predictions.EXPECTED[emulator][mode] == {"lacking"}:
        assert set(counts) == {"cases", "lacking"}, "it has the mode now: name what to expect"
        pytest.skip(f"{predictions.KNOWN['lacking']}: nothing was compared")
    assert counts["cases"][0] >= 100_000
    assert min(counts["done"][0], counts["faults"][0]) > 20_000
    found = predictions.differences(counts)
    assert set(found) == predictions.EXPECTED[emulator][mode], found
    assert set(found) <= set(predictions.KNOWN)
