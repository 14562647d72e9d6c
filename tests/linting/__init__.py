"""The checks of `make lint` (tests/lint is the command). A check is a function that yields one
sentence for each fault: what, where, and what to do."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {"build", "work", ".git", ".hypothesis", ".pytest_cache"}


def files(*endings):
    """Tracked and new files with these endings, outside build/ and work/."""
    found = (p for p in ROOT.rglob("*") if p.suffix in endings and p.is_file())
    return sorted(p for p in found if not SKIPPED & set(p.relative_to(ROOT).parts))


def name(path):
    return str(path.relative_to(ROOT))
