"""The picture's walk, in Python and in the page, against the judge's on generated spaces."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from grader.judge.paging.walk import U, W, X, Paging
from picture import pool
from picture.geometry import MODES as GEOMETRY
from picture.model import ACCESSES, Features, Space, fault_of
from picture.page import mode_row
from view_spaces import MODES, WIDTH, Generated

SPACES = 1000
ROOT = Path(__file__).resolve().parents[4]
ENDS = {"no_table": "outside"}


def judged(made, va):
    """(end, physical address, size, rights, entries) as the grader's walk has it."""
    on = made.on
    walk = Paging(made.mode, made.root, made.pages.get, on["pse"], on["nxe"],
                  on["maxphyaddr"]).walk(va)
    end = ENDS.get(walk.end, walk.end)
    if made.mode in ("flat", "32bit", "pae") and va >> 32:
        end, walk.steps = "noncanonical", []        # the judge takes 32-bit addresses as they are
    steps = [(step.index, step.address, step.entry) for step in walk.steps]
    if end != "mapped":
        return end, None, 0, None, steps
    rights = "".join(name for name, bit in (("W", W), ("U", U), ("X", X)) if walk.rights & bit)
    return end, walk.pa, walk.size, rights, steps


def space_of(made):
    return Space(made.mode, made.root, made.pages.get, Features(**made.on))


@pytest.mark.parametrize("mode", MODES)
def test_the_model_walks_as_the_judge_does(mode):
    ends = set()
    for number in range(SPACES):
        made = Generated(mode, number)
        space = space_of(made)
        for va in made.addresses:
            walk = space.walk(va)
            steps = [(step.index, step.at, step.entry) for step in walk.steps]
            rights = "".join(letter for letter in "WUX" if letter in walk.rights)
            mapped = walk.end == "mapped"
            assert (walk.end, walk.pa, walk.size, rights if mapped else None, steps) == \
                judged(made, va), (mode, number, hex(va))
            ends.add(walk.end)
    assert ends >= {"mapped", "not_present", "noncanonical", "outside"}
    assert ("reserved" in ends) == (mode != "flat")


def question(made):
    """A generated space as the page would hold it, with its addresses."""
    texts = pool.Pool()
    numbers = [(at, texts.put(pool.encode(page, WIDTH[made.mode])))
               for at, page in made.pages.items()]
    return {"mode": mode_row(GEOMETRY[made.mode]), "cr3": hex(made.root), "on": made.on,
            "frames": pool.frames(numbers), "pool": texts.texts,
            "addresses": [hex(va) for va in made.addresses]}


def expected(made):
    """What the page's walk must answer: the judge's walk, and the model's faults."""
    space, answers = space_of(made), []
    for va in made.addresses:
        end, pa, size, rights, steps = judged(made, va)
        faults = [fault_of(space, space.walk(va), access, user)
                  for user in (False, True) for access in ACCESSES]
        answers.append({
            "end": end, "pa": None if pa is None else hex(pa), "size": size, "rights": rights,
            "steps": [[index, hex(at), None if entry is None else hex(entry)]
                      for index, at, entry in steps],
            "faults": [None if fault is None else [fault.vector, fault.error, fault.why]
                       for fault in faults]})
    return answers


@pytest.mark.skipif(shutil.which("node") is None,
                    reason="the page's walk was not run: no Node; ./setup --browser installs it")
@pytest.mark.parametrize("mode", MODES)
def test_the_page_walks_as_the_judge_does(mode):
    spaces = [Generated(mode, number) for number in range(SPACES)]
    asked = "".join(json.dumps(question(made)) + "\n" for made in spaces)
    done = subprocess.run(["node", "tests/browser/walks.mjs"], input=asked, cwd=ROOT,
                          capture_output=True, text=True, check=True, timeout=120)
    said = done.stdout.splitlines()
    assert len(said) == SPACES
    for number, (made, line) in enumerate(zip(spaces, said)):
        assert json.loads(line) == expected(made), (mode, number)
