"""What a compiled submission may contain: sections, symbols, and nothing that runs by itself.

Used by gate.py. Reads one relocatable ELF file; each objection is a (code, sentence) pair.
"""
import re

from grader.machine import elf as elves

SECTIONS = re.compile(
    r"^(\.(text|data|bss|rodata)(\..+)?|\.comment|\.note\.GNU-stack|\.note\.gnu\.property"
    r"|\.debug_\w+|\.symtab|\.strtab|\.shstrtab|\.rela?\..+|\.eh_frame|\.group|)$")
LOADED = re.compile(r"^\.(text|data|bss|rodata|note\.gnu\.property|eh_frame)\b")
# What a compiler may call on its own: memory, and 64-bit arithmetic on a 32-bit machine.
FREE = {"memcpy", "memset", "memmove", "memcmp", "_GLOBAL_OFFSET_TABLE_"}
HELPER = re.compile(r"^__(u?(div|mod|divmod)[sdt]i[34]|mul[sdt]i3|(ash[lr]|lshr)[sdt]i3"
                    r"|(popcount|parity|ffs|clz|ctz|bswap)[sdt]i2|u?cmp[sdt]i2|neg[sdt]i2)$")
PRINTS = re.compile(r"^(print|console_\w+)$")        # the lesson's own story
LARGEST = 1 << 20               # bytes of code and data; the image lies below a lesson's frames
SELF_RUNNING = re.compile(r"^\.(init|fini|init_array|fini_array|preinit_array|ctors|dtors)\b")


def object_findings(path, rules):
    """[(code, sentence)] about the object file at `path`; `rules`: [gate] of checks.toml."""
    elf = elves.Elf.load(path)
    return [*_sections(elf), *_size(elf), *_definitions(elf, rules.get("defines", [])),
            *_wants(elf, rules.get("needs", []))]


def _sections(elf):
    for section in elf.sections:
        if SELF_RUNNING.match(section.name):
            yield "C-SECTION", (f"the section {section.name} holds code to be run before the "
                                "lesson starts (a constructor); remove it")
        elif not SECTIONS.match(section.name) or \
                section.flags & elves.SHF_ALLOC and not LOADED.match(section.name):
            yield "C-SECTION", (f"the section {section.name} is none that the compiler makes by "
                                "itself; remove the section attribute")


def _size(elf):
    taken = sum(section.size for section in elf.sections if section.flags & elves.SHF_ALLOC)
    if taken > LARGEST:
        yield "C-SIZE", (f"code and data take {taken} bytes, and there is room for {LARGEST}; "
                         "tables come from the functions that work.h offers")


def _definitions(elf, due):
    defined = [s for s in elf.symbols if s.section != elves.SHN_UNDEF and s.name]
    for symbol in defined:
        if symbol.type == elves.STT_GNU_IFUNC:
            yield "C-SYMBOL", f"{symbol.name} is an ifunc; write an ordinary function"
        elif symbol.bind == elves.STB_WEAK:
            yield "C-SYMBOL", f"{symbol.name} is weak; remove the attribute"
        elif symbol.section == elves.SHN_COMMON:
            yield "C-SYMBOL", f"{symbol.name} is a common symbol; make it static"
    names = {s.name for s in defined if s.bind != elves.STB_LOCAL}
    for name in sorted(names - set(due)):
        yield "C-SYMBOL", f"{name} is visible to other files but not in work.h; make it static"
    for name in due:
        if name not in names:
            yield "C-SYMBOL", f"{name} is missing: work.h asks for it"


def _wants(elf, offered):
    for symbol in elf.symbols:
        if symbol.section != elves.SHN_UNDEF or not symbol.name:
            continue
        if symbol.bind == elves.STB_WEAK:
            yield "C-SYMBOL", f"{symbol.name} is a weak reference; remove the attribute"
        elif PRINTS.match(symbol.name) and symbol.name not in offered:
            yield "C-FORGED-OUTPUT", f"{symbol.name} is used, and nothing that is printed counts"
        elif symbol.name not in offered and symbol.name not in FREE \
                and not HELPER.match(symbol.name):
            yield "C-LIBRARY", (f"{symbol.name} is used but not offered here; work.h lists what "
                                "may be called")
