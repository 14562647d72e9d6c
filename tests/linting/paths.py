"""Paths that comments and documents name: each is there."""

import ast
import io
import re
import tokenize
from functools import cache

from linting import ROOT, everything, files, name
from linting.scripts import without_ending

# A path below one of our folders; a path or a name of a file with an ending of ours; a folder.
ENDING = r"\.(?:c|h|asm|inc|ld|py|toml|md|mk|mjs|js|css|html|svg|cfg|yml)\b(?!\()"
TOP = r"(?:boot|grader|src|tests|tools|\.github)"
PATH = re.compile(rf"(?<![\w./$<{{}}~@%-])(?:\.\.?/)*"
                  rf"({TOP}/(?:[\w.*/-]*[\w*/])?|(?:[\w.*][\w.*-]*/)*[\w*][\w.*-]*{ENDING})")
# What is made by a run, the compiler's and the system's own headers, names that stand for a file of
# anybody's (FILE.c, x.c, a learner's 02_two_levels.c), and those of an example.
ELSEWHERE = re.compile(r"(?:build|work|arch)/.*|.*\.o|(?:.*/)?(?:std\w+|limits)\.h|[A-Z]+\.\w+|"
                       r"[a-z]\.\w+|(?:.*/)?(?:\d\d_\w+\.(?:c|asm)|view\.html|walkdump\.c)")


def comments(path, text):
    """[(line, what a person reads there)] of one file."""
    ending = path.suffix
    if ending in (".c", ".h", ".ld", ".js", ".mjs", ".css"):
        for found in re.finditer(r"/\*.*?\*/|//[^\n]*", text, re.S):
            yield text.count("\n", 0, found.start()) + 1, found[0]
    elif ending == ".py" or re.match(r"#!.*\bpython", text):
        yield from _of_python(text)
    elif ending == ".md":
        for number, line in enumerate(text.splitlines(), 1):
            yield number, re.sub(r"https?://\S+", "", line)
    else:
        mark = ";" if ending in (".asm", ".inc") else "#"
        for number, line in enumerate(text.splitlines(), 1):
            said = re.search(rf"(?:^|\s){mark}(?:\s|$)(.*)", line)
            if said:
                yield number, said[1]


def _of_python(text):
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        documented = isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        if documented and ast.get_docstring(node):
            yield node.body[0].lineno, node.body[0].value.value


@cache
def _there():
    """Every path of the tree, files and folders, with a slash before it."""
    folders = {folder for path in everything() for folder in path.parents} - {ROOT, *ROOT.parents}
    return "\n".join([*(f"/{name(path)}" for path in everything()),
                      *(f"/{name(folder)}/" for folder in folders)]) + "\n"


@cache
def _is_there(named):
    """Whether some path ends so."""
    pattern = re.escape(named).replace(r"\*", r"[^/\n]*")
    pattern = pattern.replace("NN_name", r"\d\d_\w+").replace("NAME", r"[\w-]+").removesuffix("/")
    return bool(re.search(f"/{pattern}/?\n", _there()))


def _named(text):
    """(path, line below the first) of all that a text names, but for what is nobody's to find."""
    for found in PATH.finditer(text):
        if not ELSEWHERE.fullmatch(found[1]):
            yield found[1], text.count("\n", 0, found.start())


def paths():
    """Every path and file that a comment or a document names is there."""
    chosen = files(".c", ".h", ".asm", ".inc", ".ld", ".py", ".md", ".toml", ".js", ".mk")
    for path in [*chosen, ROOT / "Makefile", *(path for some in without_ending() for path in some)]:
        if "/proof/cheats/" in name(path):
            continue
        for start, text in comments(path, path.read_text()):
            for named, below in _named(text):
                if not _is_there(named):
                    yield (f"{name(path)}:{start + below}: there is no {named}; say where it is "
                           "now, or leave it away.")
