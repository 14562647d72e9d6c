"""Reads codes.toml: what each code means and where to look. Used by report/ and the tests."""

import tomllib
from pathlib import Path

_FILE = Path(__file__).with_name("codes.toml")


def all_codes():
    """{code: {"says": sentence, "look": what to look at}}."""
    with open(_FILE, "rb") as file:
        return tomllib.load(file)
