"""grader.gate: what may be handed in, compiled by the host's compiler; nothing is ever run."""

import shutil
import subprocess

import pytest

from grader.gate.gate import gate
from grader.gate.text import has_raw_string, statements, text_findings
from grader.machine import MachineError, sandbox
from sample_gate import (BODY, ENTER, FLAGS, GOOD, RULES, WITH_ASSEMBLY, check,  # noqa: F401
                         codes, lesson_folder)


def test_an_honest_file_passes(place):
    verdict = check(place, GOOD)
    assert verdict == {"passed": True, "findings": [], "message": "",
                       "sandbox": sandbox.kind()}
    assert (place / "out" / "gate.o").exists()
    assert [p.name for p in (place / "out").iterdir()] == ["gate.o"]


@pytest.mark.parametrize("source", [
    BODY % "static int x, y = 3; static const char s[] = \"asm\";",
    BODY % "static void stop(void) { __asm__ volatile (\"xchg %bx, %bx\"); }",
    BODY % "void *memcpy(void *, const void *, unsigned); void *f(void *a);",
    '#include "work.h"\n#include <stdint.h>\nint map(long_t va) { return (int)(va / 10 % 7); }\n',
    '#include "work.h"\nint map(long_t va) { char b[64] = {0}; b[va & 63] = 1; return b[3]; }\n',
    '#include "work.h"\nint map(long_t va) { __asm__("xchgw %%bx,%%bx\\n\\t" ::: "memory"); '
    "staff_halt(); return (int)va; }\n"])
def test_other_honest_files_pass(place, source):
    assert check(place, source)["findings"] == []


@pytest.mark.parametrize("source, code, words", [
    (BODY % "int helper(void) { return 1; }", "C-SYMBOL", "helper is visible"),
    (BODY % "int shared;", "C-SYMBOL", "shared is visible"),
    ('#include "work.h"\nint other(void);\nint map(long_t va) { return other(); }\n', "C-LIBRARY",
     "other is used but not offered"),
    ('#include "work.h"\nint map(long_t va) { spare(); return 0; }\n', "C-LIBRARY", "spare"),
    (BODY % "__attribute__((section(\".staff\"), used)) static int x = 1;", "C-SECTION", ".staff"),
    (BODY % "__attribute__((constructor)) static void c(void) { frame_take(); }", "C-SECTION",
     "constructor"),
    (BODY % "__attribute__((weak)) int frame_take(void);\nint (*p)(void) = frame_take;", "C-SYMBOL",
     "weak reference"),
    ('#include "work.h"\n__attribute__((weak)) int map(long_t va) { return 0; }\n', "C-SYMBOL",
     "map is weak"),
    ('#include "work.h"\n', "C-SYMBOL", "map is missing"),
    (BODY % "static void h(void) { __asm__ volatile(\"cli\"); }", "C-LIBRARY", "assembly"),
    (BODY % "__asm__(\".globl exam\");", "C-LIBRARY", "assembly"),
    (BODY % "extern int x __asm__(\"exam\");", "C-LIBRARY", "assembly"),
    (BODY % "#define JOIN(a, b) a##b\nJOIN(__as, m__)(\"nop\");", "C-LIBRARY", "assembly"),
    (BODY % "static void h(void) { __asm__(\"outb %al, $0xE9\"); }", "C-FORGED-OUTPUT", "port"),
    (BODY % "void print(const char *);\nstatic void h(void) { print(\"PASS\"); }\nvoid (*p)(void);",
     "C-SYMBOL", "p is visible"),
    ('#include "work.h"\nvoid print(char *);\nint map(long_t va) { print("PASS"); return 0; }\n',
     "C-FORGED-OUTPUT", "print is used"),
    (BODY % "static char far[1 << 21]; char *f(void);\nint g(void) { return far[3]++; }", "C-SIZE",
     "2097"),
    (BODY % '#ident "x\\"\\n\\tcli\\n#"', "C-SECTION", "#ident"),
    (BODY % "static int s __attribute__((section(\".data\\n.globl exam\\n#\"))) = 1;", "C-SECTION",
     "section"),
    (BODY % "__attribute__((section(\".debug_x\"))) static int s = 1;", "C-SECTION", ".debug_x"),
    (BODY % "static int t(void) { return 1; }\nint u(void) __attribute__((alias(\"t\")));",
     "C-SYMBOL", "alias"),
    (BODY % "#pragma redefine_extname frame_take exam_next", "C-SYMBOL", "redefine_extname"),
    (BODY % '_Pragma("weak map")', "C-SYMBOL", "weak"),
    (BODY % "static __thread int t;\nint *q(void);\nint *q(void) { return &t; }", "C-SECTION",
     ".tbss"),
    (BODY % "static int sel(void) { return 1; }\nstatic int (*pick(void))(void) { return sel; }\n"
            "int twin(void) __attribute__((ifunc(\"pick\")));", "C-SYMBOL", "ifunc")])
def test_what_is_not_offered_is_found_and_named(place, source, code, words):
    verdict = check(place, source)
    assert not verdict["passed"]
    assert code in codes(verdict)
    assert any(words in finding["what"] for finding in verdict["findings"])


def test_what_is_compiled_is_what_was_looked_at(place):
    """This file is there once the preprocessor has run; a second run would see it."""
    verdict = check(place, BODY % '#if __has_include("../offered.c")\n#error twice\n#endif')
    assert verdict["passed"], verdict


@pytest.mark.parametrize("name", ["../lesson/solution.c", "../solution.c",
                                  "{place}/lesson/solution.c", "{place}/src/secret.h"])
def test_files_from_outside_are_found(place, name):
    verdict = check(place, BODY % f'#include "{name.format(place=place)}"')
    assert not verdict["passed"]
    assert "C-INCLUDE" in codes(verdict)


def test_headers_that_were_not_named_are_not_there(place):
    verdict = check(place, BODY % '#include "secret.h"')
    assert "secret.h: No such file or directory" in verdict["message"]
    assert not (place / "out" / "gate.o").exists()


def test_a_file_that_does_not_compile_keeps_the_compilers_message(place):
    (place / "out" / "gate.o").write_bytes(b"old")
    verdict = check(place, '#include "work.h"\n\nint map(long_t va) { return va }\n')
    assert "work/09_small.c:3:" in verdict["message"] and "error:" in verdict["message"]
    assert not verdict["passed"]
    assert not (place / "out" / "gate.o").exists()
    assert str(place) not in verdict["message"]


def test_warnings_are_handed_on_and_harmless(place):
    verdict = check(place, BODY % "static int unused;")
    assert verdict["passed"]
    assert "work/09_small.c:2:" in verdict["message"] and "unused" in verdict["message"]


def test_include_folders_of_the_environment_and_the_flags_do_not_count(place, monkeypatch):
    monkeypatch.setenv("CPATH", str(place / "src"))
    flags = {".c": f"{FLAGS['.c']} -I{place}/src -I {place}/src -include {place}/src/secret.h"}
    (place / "handed_in.c").write_text(BODY % '#include "secret.h"')
    verdict = gate(lesson="09_small", files={".c": place / "handed_in.c"}, rules=RULES, flags=flags,
                   out=place / "out", folder=place / "lesson", include=place / "src")
    assert "secret.h: No such file" in verdict["message"]


def test_the_same_file_gives_the_same_object(place):
    check(place, GOOD)
    first = (place / "out" / "gate.o").read_bytes()
    check(place, GOOD)
    assert (place / "out" / "gate.o").read_bytes() == first


def test_c_and_assembly_become_one_object(place):
    verdict = check(place, GOOD, WITH_ASSEMBLY, ENTER)
    assert verdict["passed"], verdict
    names = subprocess.run(["nm", place / "out" / "gate.o"], capture_output=True, text=True,
                           check=True).stdout
    assert " T map" in names and " T enter" in names


@pytest.mark.parametrize("more, code", [
    ("global other\nother: ret\n", "C-SYMBOL"),
    ("extern machine_end\njmp machine_end\n", "C-LIBRARY"),
    ("section .evil exec\nnop\n", "C-SECTION"),
    ("section .debug_info noalloc\ndd 5\n", "C-SECTION"),
    ('incbin "%s/src/secret.h"\n', "C-INCLUDE"),
    ('%%include "%s/src/more.inc"\n', "C-INCLUDE")])
def test_assembly_has_the_same_rules(place, more, code):
    (place / "src" / "more.inc").write_text("nop\n")
    verdict = check(place, GOOD, WITH_ASSEMBLY, ENTER + (more % place if "%s" in more else more))
    assert code in codes(verdict)


def test_assembly_that_does_not_assemble_is_told(place):
    verdict = check(place, GOOD, WITH_ASSEMBLY, ENTER + "what is this\n")
    assert "work/09_small.asm:6:" in verdict["message"]
    assert not verdict["passed"]


def test_a_header_that_the_lesson_lacks_is_our_error(place):
    with pytest.raises(MachineError):
        check(place, GOOD, {**RULES, "headers": ["paging/types.h", "nothing.h"]})


def test_a_missing_compiler_is_our_error(place):
    with pytest.raises(MachineError):
        gate(lesson="09_small", files={".c": place / "lesson" / "solution.c"}, rules=RULES,
             flags={".c": "no-such-compiler -c"}, out=place / "out", folder=place / "lesson",
             include=place / "src")


def test_statements_are_cut_out_whole():
    text = 'int f(void) { __asm__ volatile ("a" : : "r"(g(1))); return "asm(" [0]; }'
    assert statements(text) == [("__asm__", "volatile", "(", '"a"', ":", ":", '"r"', "(", "g", "(",
                                 "1", ")", ")", ")")]


@pytest.mark.parametrize("text, magic", [
    ('asm("xchg %bx,%bx");', True), ('asm volatile("xchgw %%bx , %%bx" ::: "memory");', True),
    ('asm("xchg bx, bx");', True), ('asm("xchg %ebx,%ebx");', True),
    ('asm("xchg %bx,%ebx");', False), ('asm("xchg %bx,%cx");', False),
    ('asm("xchg %bx,%bx; cli");', False), ('asm("xchg %%bx,%%bx" : "=r"(x));', False),
    ('asm goto("xchg %bx,%bx" :::: out);', False)])
def test_only_the_magic_breakpoint_is_free(text, magic):
    assert (text_findings(text, "") == []) is magic


def test_attributes_of_any_spelling_are_looked_at():
    for text in ('[[gnu::section(".x")]] int a;', '__attribute((section(".x"))) int a;'):
        assert [code for code, _ in text_findings(text, "")] == ["C-SECTION"]
    assert text_findings("__attribute__((aligned(4096))) int a[2]; int b = a[a[0]];", "") == []


def test_assembly_of_the_headers_is_counted():
    text = 'asm("hlt");'
    assert text_findings(text, text) == []
    assert [what for _, what in text_findings(text + text, text)] == \
        ['inline assembly is not part of this lesson: asm ( "hlt" )']


def test_raw_strings_hide_nothing():
    assert has_raw_string('char *s = R"x(")x"; asm("cli");')
    assert not has_raw_string('char *s = "R"; int R; u8"x";')


pytestmark = pytest.mark.skipif(not (shutil.which("gcc") and shutil.which("nasm")),
                                reason="gcc or nasm is not installed")
