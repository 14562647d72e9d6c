"""`iso`: one image with a GRUB menu of all lessons, for a CD or a USB stick, BIOS or UEFI.

Which file each lesson is made of is decided as for `run`: the learner's own, or the reference.
boot/iso makes the image; here its tree is filled.
"""

import shutil
import subprocess
from pathlib import Path

from cli import BUILD, TROUBLE, USAGE, Stop, note, say
from cli.build import build, lock, need, sources
from cli.lessons import all_lessons
from grader.machine import sandbox

IMAGE = "build/pagewalk.iso"
TOOLS = ("grub-mkimage", "xorriso", "mformat")
MODULES = {"i386-pc": "grub-pc-bin", "x86_64-efi": "grub-efi-amd64-bin"}
TITLE_WIDTH = 20

# The serial line shows the menu, too, and takes keys; UEFI's console may do so by itself. Where
# there is VGA text it is kept, whatever the kernel would like: see src/show/screen.h.
HEAD = """\
if [ "$grub_platform" = pc ]; then
    if serial --unit=0 --speed=115200; then
        terminal_input console serial
        terminal_output console serial
    fi
    set payload=text
else
    set payload=auto
fi
"""
ENTRY = """\
menuentry "{text}" {{
    multiboot2 /boot/{name}.elf menu=1{seed}
    set gfxpayload=$payload
}}
"""


def entry_text(lesson):
    """A line of the menu: number, title, what it is about."""
    return f"{lesson.number:2}  {lesson.title():<{TITLE_WIDTH}} {lesson.brief()}".rstrip()


def menu(lessons, seed):
    """grub.cfg."""
    chosen = "" if seed is None else f" seed={seed}"
    return HEAD + "".join(ENTRY.format(text=entry_text(lesson), name=lesson.name, seed=chosen)
                          for lesson in lessons)


def _need_modules(root):
    """Stops unless GRUB, wherever boot/grub.sh finds it, has the modules for both firmwares."""
    done = subprocess.run(["bash", "-c", '. "$1" && echo "$modules"', "-", root / "boot/grub.sh"],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stop(TROUBLE, done.stderr.strip())
    for folder, package in MODULES.items():
        if not Path(done.stdout.strip(), folder, "multiboot2.mod").exists():
            raise Stop(TROUBLE, f"GRUB's modules for {folder} are missing (package {package}): "
                                "run ./setup, which installs what is needed.")


def _kernel(lesson, options):
    """The stripped kernel of one lesson, after a line that says what it is made of."""
    files, sentence = sources(lesson, options)
    say(f"{lesson.number:3}  {sentence}")
    try:
        made = build(lesson, files, optimisation=options.opt, iso="stripped", quiet=True)
    except Stop as stop:
        if stop.status == BUILD:
            note(f"Lesson {lesson.number} does not build, so there is no image. SOLUTION=1 makes "
                 "one of the references.")
        raise
    return made.workdir / "stripped.elf"


def _made(root, options, work):
    """The image, in `work`."""
    shutil.rmtree(work / "tree", ignore_errors=True)
    (work / "tree/boot/grub").mkdir(parents=True)
    lessons = all_lessons(root)
    for lesson in lessons:
        shutil.copyfile(_kernel(lesson, options), work / f"tree/boot/{lesson.name}.elf")
    (work / "tree/boot/grub/grub.cfg").write_text(menu(lessons, options.seed), encoding="utf-8")
    done = sandbox.run([str(root / "boot/iso"), str(work / "tree"), str(work / "pagewalk.iso")],
                       root, write=[work.resolve()], read=[root])
    if done.status:
        raise Stop(TROUBLE, f"{done.out}{done.said}boot/iso failed; what it says stands above.")
    return work / "pagewalk.iso"


def iso(root, options):
    """Builds every lesson and the image: build/pagewalk.iso, or the file --out names."""
    root = Path(root).resolve()
    name = options.out or IMAGE
    target = Path(options.out) if options.out else root / IMAGE
    if target.is_dir() or not (target.parent.is_dir() or target.parent == root / "build"):
        raise Stop(USAGE, f"The image cannot be written to {name}: that is no file in a folder.")
    need(*TOOLS)
    _need_modules(root)
    with lock(root / "build/iso"):
        made = _made(root, options, root / "build/iso")
        size = made.stat().st_size / 1e6
        shutil.move(made, target)
    say(f"{name}, {size:.1f} MB: burn it, or copy it onto a USB stick as README.md says.")
    return 0
