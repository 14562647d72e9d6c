"""`view` and `tree`: pictures of the tables that a run of a lesson had, from its evidence.

Collects a run in the emulator when there is no evidence of exactly this kernel yet; judges nothing
that counts. What is drawn is the work of tools/picture.
"""

import sys
from pathlib import Path

from cli import PASS, TROUBLE, USAGE, Stop, note, say
from cli.build import build, need, sources
from cli.grading import TOOLS
from cli.lessons import find
from grader.collect import collector
from grader.formats import evidence as records
from grader.judge import judge
from picture import PictureError, page, run, svg, tree as terminal

DEFAULT_SEED = 1


def address(text, bits=64):
    """A hexadecimal address as a person types it, or Stop."""
    clean = text.replace("_", "").lower().removeprefix("0x")
    try:
        value = int(clean, 16)
    except ValueError:
        value = -1
    if not 0 <= value < 1 << bits or not clean.isalnum():
        raise Stop(USAGE, f'VA is a hexadecimal address of at most {bits} bits, like 0x00403A10, '
                          f'not "{text}".')
    return value


def _load(path):
    try:
        return records.load(path)
    except records.EvidenceError as why:
        raise Stop(TROUBLE, f"{why}.") from why


def _fits(evidence, lesson, made, emulator, seed):
    """True when this is what a run of this very kernel would give."""
    return (evidence["lesson"] == lesson.name and evidence["emulator"]["name"] == emulator and
            evidence["optimisation"] == made.optimisation and seed in (None, evidence["seed"]) and
            evidence["image"]["sha256"] == records.sha256(Path(made.elf).read_bytes()))


def _known(lesson, made, emulator, seed, folder):
    """Evidence of this kernel from an earlier grading or picture, or None."""
    for path in (folder / "grade" / emulator / "evidence.json",
                 folder / "view" / emulator / "evidence.json"):
        try:
            evidence = records.load(path)
            if _fits(evidence, lesson, made, emulator, seed):
                return evidence
        except (records.EvidenceError, KeyError, TypeError):
            continue                    # missing, broken or of another version: collected anew
    return None


def _collect(lesson, options, folder):
    """Evidence of the chosen file's run, collected if there is none yet."""
    emulator = options.emu or "bochs"
    if emulator == "both":
        raise Stop(USAGE, "A picture shows one run: EMU=bochs or EMU=qemu.")
    files, sentence = sources(lesson, options)
    say(sentence)
    made = build(lesson, files, optimisation=options.opt, iso=emulator == "bochs")
    if made.gate["message"]:
        note(made.gate["message"].rstrip())
    known = _known(lesson, made, emulator, options.seed, folder)
    if known:
        return known
    need(*TOOLS[emulator])
    say(f"one run in {'Bochs' if emulator == 'bochs' else 'QEMU'} ...")
    seed = DEFAULT_SEED if options.seed is None else options.seed
    evidence = collector.collect(made, lesson.checks(), emulator,
                                 seed)
    path = folder / "view" / emulator / "evidence.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    records.dump(evidence, path)
    return evidence


def _failed(evidence, checks):
    """The checks that this run does not pass, so that the page can lead to them."""
    return [check for check in judge.judge(evidence, checks)["checks"]
            if check["verdict"] == "fail"]


def _picture(root, options):
    """(Picture, the Moment and the Scene asked for, the address, folder for the page)."""
    if options.evidence:
        if not Path(options.evidence).is_file():
            raise Stop(USAGE, f"There is no file {options.evidence}.")
        evidence = _load(options.evidence)
        lesson = find(root, str(evidence.get("lesson")))
    else:
        lesson = find(root, options.lesson)
    folder = Path(options.out).resolve() if options.out else lesson.root / "build" / lesson.name
    if not options.evidence:
        evidence = _collect(lesson, options, folder)
    checks = lesson.checks()
    try:
        made = run.picture(evidence, checks, lesson.folder, _failed(evidence, checks))
    except PictureError as why:
        raise Stop(TROUBLE, str(why)) from why
    except (KeyError, TypeError, ValueError, AttributeError) as why:
        raise Stop(TROUBLE, f"The evidence cannot be drawn: {why}.") from why
    return made, folder, *_chosen(made, options)


def _chosen(made, options):
    """The moment, scene and address that STOP, SPACE and VA name."""
    moment = made.find(options.stop) if options.stop else made.last()
    if moment is None:
        raise Stop(USAGE, f'There is no stop "{options.stop}" in this run. There are: '
                          f'{", ".join(one.name for one in made.moments)}.')
    scene = moment.scene(options.space)
    if options.space and scene is None:
        there = ", ".join(one.name for one in moment.scenes) or "none: paging is off"
        raise Stop(USAGE, f'There is no space "{options.space}" at {moment.name}. There are: '
                          f'{there}.')
    if options.va is None:
        return moment, scene, None
    if scene is None:
        raise Stop(USAGE, f"At {moment.name} there are no tables that could translate an address. "
                          "STOP= names another checkpoint.")
    return moment, scene, address(options.va, 64 if scene.space.mode.signed else 32)


def _write(root, path, text):
    """The path as a person would type it, after writing the file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as why:
        raise Stop(TROUBLE, f"{path} cannot be written: {why.strerror}.") from why
    return path.relative_to(root) if path.is_relative_to(root) else path


def view(root, options):
    """Writes view.html; with --svg, one scene as a drawing for a text."""
    made, folder, moment, scene, va = _picture(root, options)
    if options.svg:
        if scene is None:
            raise Stop(USAGE, f"At {moment.name} there are no tables to draw. STOP= names another "
                              "checkpoint.")
        say(f"{_write(root, Path(options.svg).resolve(), svg.draw(scene, va))}: drawn.")
        return PASS
    shown = _write(root, folder / "view.html",
                   page.html(made, moment.name, scene and scene.name, va))
    say(f"{shown}: open it in a browser. It needs no network.")
    return PASS


def tree(root, options):
    """Prints the tables of one checkpoint, or the walk of one address."""
    made, _folder, moment, scene, va = _picture(root, options)
    terminal.show(moment, scene, va, out=sys.stdout)
    others = [one.name for one in made.moments if one is not moment]
    spaces = [one.name for one in moment.scenes if one is not scene]
    if spaces:
        say(f"other spaces here (SPACE=): {', '.join(spaces)}")
    if others and va is None:
        say(f"other stops (STOP=): {', '.join(others)}")
    return PASS
