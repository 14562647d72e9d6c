"""NASM: what is in no kernel is assembled, too, and what nobody uses is found."""

import re
import subprocess
import tempfile

from linting import ROOT, files, name

STRICT = ["-w+all", "-w-unknown-warning", "-w-reloc", "-werror", "-I./"]
NAMED = re.compile(r"^(?:extern +(.+)|(\w+) +equ |%(?:assign|define|macro) +(\w+))", re.M)


def _width(path):
    """NASM's name of the format: by the file's name."""
    if path.stem == "rom":
        return "bin"
    return "elf64" if re.search("64|la57", name(path)) else "elf32"


def _code(text):
    return "\n".join(line.partition(";")[0] for line in text.splitlines())


def _said(path):
    """NASM's own warnings. The object has a folder of its own: NASM removes it after an error."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["nasm", *STRICT, "-f", _width(path), name(path), "-o",
                               f"{folder}/object"], cwd=ROOT, capture_output=True, text=True,
                              check=False)
    return done.stderr.splitlines()


def assembly():
    """NASM with all warnings; every name that is defined or said to be elsewhere is used."""
    whole = {path: _code(path.read_text()) for path in files(".asm", ".inc")
             if "/proof/" not in name(path) and path.stem != "starter"}
    everything = "\n".join(whole.values())
    for path, text in whole.items():
        if path.suffix == ".asm":
            yield from _said(path)
        for elsewhere, *own in NAMED.findall(text):
            for word in re.findall(r"\w+", elsewhere) or filter(None, own):
                users = everything if path.suffix == ".inc" else text
                if len(re.findall(rf"\b{word}\b", users)) < 2:
                    yield f"{name(path)}: nobody uses {word}; take it out."
