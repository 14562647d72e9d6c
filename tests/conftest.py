"""For every test: the project's packages on the path, and its root."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
for folder in ("", "tools", "tests", "tests/unit", "tests/corpora", "tests/system"):
    if str(ROOT / folder) not in sys.path:
        sys.path.insert(0, str(ROOT / folder))

if not os.environ.get("LONG"):
    collect_ignore = ["system/lessons/test_long.py"]
