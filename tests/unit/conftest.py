"""Puts tests/ and tools/ on the path, as the command line does."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent / "tools"), str(TESTS / "unit")]
