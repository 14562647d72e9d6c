"""A small lesson, and files handed in for it: for the tests of gate and sandbox."""

import pytest

from grader.gate.gate import gate

FLAGS = {".c": "gcc -m32 -std=c11 -ffreestanding -fno-pic -fno-stack-protector -O2 -Wall "
               "-fcf-protection=none -fno-asynchronous-unwind-tables -fno-common",
         ".asm": "nasm -f elf32 -g -F dwarf"}
RULES = {"defines": ["map"], "needs": ["frame_take"], "headers": ["paging/types.h"]}
WORK_H = """\
#include "paging/types.h"
int map(long_t va);
int frame_take(void);
void spare(void);
"""


@pytest.fixture(name="place")
def lesson_folder(tmp_path):
    (tmp_path / "lesson").mkdir()
    (tmp_path / "lesson" / "work.h").write_text(WORK_H)
    (tmp_path / "lesson" / "solution.c").write_text("int map(long_t va) { return (int)va; }\n")
    (tmp_path / "src" / "paging").mkdir(parents=True)
    (tmp_path / "src" / "paging" / "types.h").write_text(
        "typedef unsigned long long long_t;\n"
        'static inline void staff_halt(void) { __asm__ volatile("hlt" : : : "memory"); }\n')
    (tmp_path / "src" / "secret.h").write_text("#define SECRET 1\n")
    (tmp_path / "out").mkdir()
    return tmp_path


def check(place, source, rules=None, assembly=None):
    (place / "handed_in.c").write_text(source)
    files = {".c": place / "handed_in.c"}
    if assembly is not None:
        (place / "handed_in.asm").write_text(assembly)
        files[".asm"] = place / "handed_in.asm"
    return gate(lesson="09_small", files=files, rules=rules or RULES, flags=FLAGS,
                out=place / "out", folder=place / "lesson", include=place / "src")


def codes(verdict):
    return [finding["code"] for finding in verdict["findings"]]


GOOD = '#include "work.h"\nint map(long_t va) { return frame_take() + (int)(va >> 12); }\n'
BODY = '#include "work.h"\n%s\nint map(long_t va) { return (int)va; }\n'
ENTER = "bits 32\nglobal enter\nsection .text\nenter: mov eax, cr0\nret\n"
WITH_ASSEMBLY = {**RULES, "defines": ["map", "enter"], "assembly": True}
