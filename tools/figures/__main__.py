"""`make figures`: draws the figures of every lesson anew and says what changed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True

from figures import Wrong, pages  # noqa: E402  (the path had to be set first)
from figures.facts import ROOT  # noqa: E402


def main():
    changed = []
    try:
        for folder in sorted((ROOT / "src" / "lessons").glob("[0-9][0-9]_*")):
            changed += pages.write(folder)
    except Wrong as why:
        print(why, file=sys.stderr)
        return 2
    for path in changed:
        print(f"drawn: {path.relative_to(ROOT)}")
    if not changed:
        print("Every figure is up to date.")
    return 0


sys.exit(main())
