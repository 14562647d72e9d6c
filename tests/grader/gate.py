"""The gate: a submission is compiled alone, among what its lesson offers, and looked at.

Used before a learner's file is linked to a kernel. It reads one lesson's rules ([gate] of its
checks.toml) and knows no emulator and no check. It never runs what it compiles.
"""
import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from machine import MachineError

from grader.gate_object import object_findings
from grader.gate_text import text_findings

LIMIT = 60              # seconds for one compiler run, against a compiler led into a loop
_ENVIRONMENT = ("CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "DEPENDENCIES_OUTPUT",
                "SUNPRO_DEPENDENCIES", "NASMENV", "GCC_EXEC_PREFIX", "COMPILER_PATH")


class _Failed(Exception):
    """The compiler said no; the text is its message, unchanged. `findings` may explain it."""

    findings = ()


def gate(*, lesson, files, rules, flags, out, folder, include):
    """Check and compile one submission; leaves `out`/gate.o when it compiles.

    lesson: "02_two_levels". files: {".c": path} and, where the lesson has assembly, {".asm": path}.
    flags: the command line per suffix ("gcc -m32 …", "nasm -f elf32 …"), include folders left out.
    folder holds work.h, `include` the headers that rules["headers"] names.
    Returns {"passed", "findings": [{"code", "what"}], "message"}; message is what the compiler said
    (warnings, or why there is no gate.o). MachineError: our own files are not in order.
    """
    out = Path(out)
    (out / "gate.o").unlink(missing_ok=True)
    findings, messages = [], []
    with _alone(out / "gate") as alone:
        room = _Room(alone, lesson, rules, folder, include)
        try:
            objects = []
            for suffix, source in files.items():
                made, found, said = room.one(suffix, Path(source), flags[suffix].split())
                objects.append(made)
                findings += found
                messages.append(said)
            whole = room.join(objects, flags)
            findings += object_findings(whole, rules)
            shutil.copyfile(whole, out / "gate.o")
        except _Failed as failure:
            messages.append(str(failure))
            findings += failure.findings
    findings = [{"code": code, "what": what} for code, what in dict.fromkeys(findings)]
    return {"passed": not findings and (out / "gate.o").exists(), "findings": findings,
            "message": "".join(messages)}


@contextmanager
def _alone(path):
    """An empty folder, gone afterwards. Its name is always the same: debug information tells it."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class _Room:
    """A folder that holds the submission, work.h and the headers named, and nothing else."""

    def __init__(self, path, lesson, rules, folder, include):
        self.path, self.lesson, self.rules = path, lesson, rules
        (path / "work").mkdir()
        (path / "offered").mkdir()
        names = ["work.h", *rules.get("headers", [])]
        for name in names:
            found = next((Path(d) / name for d in (folder, include) if (Path(d) / name).is_file()),
                         None)
            if found is None:
                raise MachineError(f"checks.toml: [gate] headers: there is no {name}")
            target = path / "offered" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, target)
        self.includes = "".join(f'#include "{name}"\n' for name in names)

    def run(self, command):
        """Run a tool here; (stdout, stderr) or _Failed with what it said."""
        environment = {k: v for k, v in os.environ.items() if k not in _ENVIRONMENT}
        try:
            done = subprocess.run(command, cwd=self.path, capture_output=True, check=False,
                                  timeout=LIMIT, env={**environment, "LC_ALL": "C"})
        except OSError as why:
            raise MachineError(f"cannot run {command[0]}: {why.strerror}") from why
        except subprocess.TimeoutExpired as why:
            raise _Failed(f"{command[0]} did not end within {LIMIT} s\n") from why
        said = done.stderr.decode("utf-8", "replace")
        if done.returncode:
            raise _Failed(said or f"{command[0]} failed\n")
        return done.stdout.decode("utf-8", "replace"), said

    def one(self, suffix, source, command):
        """Compile one file: (object, findings, what the compiler said)."""
        name = f"work/{self.lesson}{suffix}"
        shutil.copyfile(source, self.path / name)
        made = f"{suffix[1:]}.o"
        if suffix == ".asm":
            if not self.rules.get("assembly"):
                return None, [("C-LIBRARY", "this lesson is written in C alone")], ""
            return self._assemble(name, made, command)
        return self._compile(name, made, command)

    def _assemble(self, name, made, command):
        listed = f"{made}.d"
        command = [*command, "-I", "offered/"]
        _, said = self.run([*command, "-MD", listed, "-o", made, name])
        included, _ = self.run([*command, "-M", name])      # -MD leaves out what %include reads
        read = (self.path / listed).read_text("utf-8")
        return made, [*self._strangers(read, []), *self._strangers(included, [])], said

    def _compile(self, name, made, command):
        command = [*_without_includes(command), "-Ioffered"]
        try:
            return self._compile_here(name, made, command)
        except _Failed as failure:
            failure.findings = self._explain(name, command)
            raise

    def _explain(self, name, command):
        """Includes from outside, of a file that does not compile."""
        try:
            listed, _ = self.run([*command, "-M", "-MG", "-w", name])
            return list(self._strangers(listed, self._system(command)))
        except _Failed:
            return []

    def _compile_here(self, name, made, command):
        """What is compiled is the very text that was looked at: a second run of the preprocessor
        could be made to say something else."""
        listed, plain = f"{made}.d", f"{made}.i"
        _, said = self.run([*command, "-E", "-MD", "-MF", listed, "-o", plain, name])
        (self.path / "offered.c").write_text(self.includes, encoding="utf-8")
        offered, _ = self.run([*command, "-E", "-P", "-w", "offered.c"])
        text = (self.path / plain).read_text("utf-8", "replace")
        findings = text_findings(text, offered)
        here = f"-ffile-prefix-map={self.path.resolve()}=."      # no path of this machine in it
        _, more = self.run([*command, here, "-c", "-o", made, plain])
        text = (self.path / listed).read_text("utf-8")
        findings += self._strangers(text, self._system(command))
        return made, findings, said + more

    def _system(self, command):
        """Where the compiler keeps its own freestanding headers."""
        return [self.run([command[0], "-print-file-name=include"])[0].strip()]

    def _strangers(self, listed, system):
        """Findings for each file in a make rule that is neither here nor the compiler's own."""
        allowed = [self.path.resolve(), *(Path(s).resolve() for s in system if s)]
        for word in re.findall(r"(?:\\ |\S)+", listed.replace("\\\n", " ").split(":", 1)[1]):
            name = word.replace("\\ ", " ")
            file = (self.path / name).resolve()
            if file.exists() and any(file.is_relative_to(place) for place in allowed):
                continue
            if file.exists() or name.startswith(("/", "../")):
                yield "C-INCLUDE", (f"{file.name} is included from outside; only work.h and the "
                                    "headers it names may be")

    def join(self, objects, flags):
        """One relocatable file of all objects."""
        objects = [made for made in objects if made]
        if len(objects) == 1:
            return self.path / objects[0]
        compiler = _without_includes(flags[".c"].split())
        width = [flag for flag in compiler if flag in ("-m32", "-m64")]
        self.run([compiler[0], *width, "-r", "-nostdlib", "-o", "both.o", *objects])
        return self.path / "both.o"


def _without_includes(command):
    """The command without its include folders: here only what the lesson offers is found."""
    kept, skip = [], False
    for word in command:
        if skip:
            skip = False
        elif word in ("-I", "-isystem", "-iquote", "-include", "-idirafter"):
            skip = True
        elif not word.startswith(("-I", "-isystem", "-iquote", "-include", "-idirafter")):
            kept.append(word)
    return kept
