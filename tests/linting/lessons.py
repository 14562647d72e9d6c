"""What a lesson must have before it is one: each missing part by name, with what to do."""

import re
import tomllib

from linting import ROOT, name

MUTANTS, HINTS, STOPS, WORDS, BRIEF = 6, 3, 4, 200, 48
LIST = re.compile(r"^\| (\d+) \| \[(.+)\]\((src/lessons/\w+/lesson\.md)\) \| .+ \|$", re.M)


def _table(path):
    """A TOML file as a dictionary; nothing where there is none."""
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def _corpus(proof, kind):
    """How many entries a corpus of a lesson has: in its table, and as whole files."""
    return len(_table(proof / f"{kind}s.toml").get(kind, [])) + \
        len({path.stem for path in (proof / f"{kind}s").glob("*.*")})


def _proof(proof):
    """What is missing of what shows that the lesson can be passed, failed and not be cheated."""
    mutants = len(_table(proof / "mutants.toml").get("mutant", []))
    if mutants < MUTANTS:
        yield (f"proof/mutants.toml has {mutants} of at least {MUTANTS} mutants: write down "
               "mistakes that people make, with the code that must name each")
    if not _corpus(proof, "cheat"):
        yield "proof/cheats.toml has no cheat: write down a trick that must gain nothing"
    if not _corpus(proof, "alternative"):
        yield ("proof/alternatives.toml has no alternative: write down a correct answer that looks "
               "different")


def _text(folder):
    words = len((folder / "lesson.md").read_text("utf-8").split())
    if words < WORDS:
        yield f"lesson.md has {words} words: tell what the lesson is about, in at least {WORDS}"
    if not _table(folder / "figures.toml"):
        yield ("figures.toml has no figure: describe one, name it in lesson.md, run make figures "
               "(tools/figures/README.md)")


def _checks(folder):
    checks = _table(folder / "checks.toml")
    needed = _table(folder / "proof/needed.toml")
    if not 0 < len(checks.get("brief", "")) <= BRIEF:
        yield (f"checks.toml has no brief of at most {BRIEF} letters: say what the lesson is "
               "about, for make list")
    for check in checks.get("check", []):
        shared = checks.get("defaults", {}).get(check.get("defaults"), {})
        hints = sum(bool(hint.strip()) for hint in (shared | check).get("hint", []))
        if hints != HINTS:
            yield (f'checks.toml: "{check["id"]}" has {hints} hints, not {HINTS}: where to look, '
                   "the idea, nearly there")
        if not needed.get(check["id"]):
            yield (f'proof/needed.toml has no mutant for "{check["id"]}": tests/matrix --needed '
                   "finds one")
    stops = len(checks.get("tour", []))
    if stops < STOPS:
        yield (f"checks.toml has {stops} of at least {STOPS} tour stops: [[tour]] says where one "
               "is, and what to type there")


def lessons():
    """Each lesson has mutants, a cheat, an alternative, hints, a figure, a tour, README's row."""
    rows = {path: (int(number), title)
            for number, title, path in LIST.findall((ROOT / "README.md").read_text("utf-8"))}
    for folder in sorted((ROOT / "src/lessons").glob("[0-9][0-9]_*")):
        if not (folder / "lesson.c").exists():
            continue
        for fault in (*_proof(folder / "proof"), *_text(folder), *_checks(folder)):
            yield f"{name(folder)}/{fault}."
        checks, text = _table(folder / "checks.toml"), f"{name(folder)}/lesson.md"
        row = (int(folder.name[:2]), checks.get("title"))
        if rows.pop(text, None) != row:
            yield (f"README.md has no row for lesson {row[0]}: put there | {row[0]} | [{row[1]}]"
                   f'({text}) | {checks.get("brief") or "what one writes in it"} |')
    for text in rows:
        yield f"README.md has a row for {text}, which is no lesson: take it out."
