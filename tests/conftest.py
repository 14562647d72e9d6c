"""For every test: in which order it is run. pytest.ini puts the project's packages on the path."""

import os
import sys

import pytest

sys.dont_write_bytecode = True

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
