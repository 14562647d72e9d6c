"""For every test: the project's packages on the path, its root, and in which order it is run."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
for folder in ("", "tools", "tests", "tests/unit", "tests/corpora", "tests/system"):
    if str(ROOT / folder) not in sys.path:
        sys.path.insert(0, str(ROOT / folder))

if not os.environ.get("LONG"):
    collect_ignore = ["system/lessons/test_long.py"]


def pytest_configure(config):
    config.addinivalue_line("markers", "early: takes long, and is started before the others, so "
                            "that no worker waits for it at the end")


@pytest.hookimpl(tryfirst=True)             # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """Long tests first. Tests that share what one of their module makes stay with one worker."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)
    for item in items:
        defined = item._fixtureinfo.name2fixturedefs.values()
        if any(one.scope == "module" for ones in defined for one in ones):
            item.add_marker(pytest.mark.xdist_group(item.module.__name__))
