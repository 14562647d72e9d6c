"""The gate: a submission is compiled alone, among what its lesson offers, and looked at.

Used before a learner's file is linked to a kernel. It reads one lesson's rules ([gate] of its
checks.toml) and knows no emulator and no check. It never runs what it compiles.
"""
import shutil
from contextlib import contextmanager
from pathlib import Path

from grader.gate import files as gate_files
from grader.gate.object_file import object_findings
from grader.gate.text import text_findings
from grader.machine import MachineError, comp_dir, sandbox

MOST_TEXT = 4 << 20             # characters behind the preprocessor
_SYSTEM = {}                    # {compiler: where it keeps its headers}, asked once


class _Failed(Exception):
    """The compiler said no; the text is its message, unchanged. `findings` may explain it."""

    def __init__(self, words, findings=()):
        super().__init__(words)
        self.findings = list(findings)


def gate(*, lesson, files, rules, flags, out, folder, include):
    """Check and compile one submission; leaves `out`/gate.o when it compiles.

    lesson: "02_two_levels". files: {".c": path} and, where the lesson has assembly, {".asm": path}.
    flags: the command line per suffix ("gcc -m32 …", "nasm -f elf32 …"), include folders left out.
    folder holds work.h, `include` the headers: those that rules["headers"] names, else all that is
    offered.
    Returns {"passed", "findings": [{"code", "what"}], "message", "sandbox"}; message is what the
    compiler said (warnings, or why there is no gate.o), sandbox what stood between it and this
    machine. MachineError: our own files are not in order.
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
            "message": "".join(messages), "sandbox": sandbox.kind()}


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
    """A folder that holds the submission, work.h and what is offered, and nothing else."""

    def __init__(self, path, lesson, rules, folder, include):
        self.path, self.lesson, self.rules = path, lesson, rules
        (path / "work").mkdir()
        (path / "offered").mkdir()
        names = ["work.h", *rules.get("headers", _offered(include))]
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
        """Run a tool here: a sandbox.Done."""
        return sandbox.run(command, self.path.resolve(), write=[self.path.resolve()])

    def must(self, command):
        """Run a tool here; (stdout, stderr) or _Failed with what it said."""
        return _good(command, self.run(command))

    def one(self, suffix, source, command):
        """Compile one file: (object, findings, what the compiler said)."""
        name = f"work/{self.lesson}{suffix}"
        try:
            (self.path / name).write_bytes(gate_files.take(source))
        except gate_files.Refused as why:
            raise _Failed(f"{why}\n", [("C-FILE", str(why))]) from why
        made = f"{suffix[1:]}.o"
        if suffix == ".asm":
            if not self.rules.get("assembly"):
                return None, [("C-LIBRARY", "this lesson is written in C alone")], ""
            return self._assemble(name, made, command)
        return self._compile(name, made, command)

    def _assemble(self, name, made, command):
        listed = f"{made}.d"
        command = [*command, "-I", "offered/"]
        included = self.run([*command, "-M", name])         # -MD leaves out what %include reads
        self._refuse(gate_files.in_rule(included.out), [])
        if included.stopped:
            _good(command, included)
        done = self.run([*command, "-MD", listed, "-o", made, name])
        self._refuse(gate_files.in_words(done.said), [])
        _good(command, done)
        self._forget_folder(made)
        read = (self.path / listed).read_text("utf-8", "replace")
        return made, list(self._strangers(gate_files.in_rule(read), [])), done.said

    def _forget_folder(self, made):
        """No path of this machine in the object, as with C."""
        file = self.path / made
        try:
            file.write_bytes(comp_dir.without_folder(file.read_bytes(), made))
        except MachineError as why:
            told = f"the debug information is not the assembler's own ({why}); leave it alone"
            raise _Failed("", [("C-SECTION", told)]) from why

    def _refuse(self, names, system):
        """_Failed without the tool's words, which may quote them, when files from outside were
        opened or named."""
        found = list(self._strangers(names, system))
        if found:
            raise _Failed("The file reaches outside what the lesson offers, so what the compiler "
                          "says of it is left out.\n", found)

    def _compile(self, name, made, command):
        command = [*_without_includes(command), "-Ioffered"]
        text = self._preprocess(name, command)
        exact = text.encode("utf-8", "surrogateescape")
        (self.path / "offered.c").write_text(self.includes, encoding="utf-8")
        offered, _ = self.must([*command, "-E", "-P", "-w", "offered.c"])
        readable = gate_files.without_markers(exact.decode("utf-8", "replace"))
        findings = text_findings(readable, offered)
        # Compiled is the very text that was looked at: a second run of the preprocessor could be
        # made to say something else.
        plain = f"{made}.i"
        (self.path / plain).write_bytes(exact)
        here = f"-ffile-prefix-map={self.path.resolve()}=."      # no path of this machine in it
        try:
            _, said = self.must([*command, here, "-c", "-o", made, plain])
        except _Failed as failure:
            raise _Failed("" if findings else str(failure), findings) from failure
        return made, findings, "" if findings else said     # an assembler's words may quote a file

    def _preprocess(self, name, command):
        """The text behind the preprocessor, once no file from outside was opened or named in it.

        The compiler shows lines of whatever file an #include or a #line names: so nothing that it
        says is handed on before that, and here it shows no lines at all."""
        quiet = [*command, "-E", "-w", "-fno-diagnostics-show-caret", name]
        done = self.run([*quiet, "-H"])
        self._refuse([*gate_files.opened(done.said), *gate_files.markers(done.out)],
                     self._system(command))
        if len(done.out) > MOST_TEXT:
            raise _Failed("The macros of this file become more than "
                          f"{MOST_TEXT >> 20} MiB of text: make it smaller.\n")
        if done.status:
            listed = self.run([*command, "-M", "-MG", "-w", name]).out      # those not found, too
            self._refuse(gate_files.in_rule(listed), self._system(command))
            self.must(quiet)
        return done.out

    def _system(self, command):
        """Where the compiler keeps its own freestanding headers."""
        if command[0] not in _SYSTEM:
            said, _ = self.must([command[0], "-print-file-name=include"])
            _SYSTEM[command[0]] = said.strip()
        return [_SYSTEM[command[0]]]

    def _strangers(self, names, system):
        """Findings for each file that is neither here nor the compiler's own."""
        allowed = [self.path.resolve(), *(Path(s).resolve() for s in system if s)]
        for name in names:
            file = (self.path / name).resolve()             # there or not: that is no news
            if not any(file.is_relative_to(place) for place in allowed):
                yield "C-INCLUDE", (f"{file.name} is included from outside; only work.h, "
                                    "paging/types.h and the headers in src/offered may be")

    def join(self, objects, flags):
        """One relocatable file of all objects."""
        objects = [made for made in objects if made]
        if len(objects) == 1:
            return self.path / objects[0]
        compiler = _without_includes(flags[".c"].split())
        width = [flag for flag in compiler if flag in ("-m32", "-m64")]
        self.must([compiler[0], *width, "-r", "-nostdlib", "-o", "both.o", *objects])
        return self.path / "both.o"


def _offered(include):
    """Names of the headers that every learner's file may include."""
    return [*(f"offered/{path.name}" for path in sorted(Path(include, "offered").glob("*.h"))),
            "paging/types.h"]


def _good(command, done):
    """(stdout, stderr) of a tool that did its work, or _Failed."""
    tool = Path(command[0]).name
    if done.stopped:
        raise _Failed(f"{tool} was stopped: {done.stopped}. Make the file smaller or simpler.\n")
    if done.status:
        raise _Failed(done.said or f"{tool} failed\n")
    return done.out, done.said


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
