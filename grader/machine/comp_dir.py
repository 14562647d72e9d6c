"""Takes the folder a build ran in out of an object file that NASM made.

NASM writes the absolute path of the source's folder into .debug_info (DW_AT_comp_dir), and until
2.16.02 has no option against it; so two folders would give two kernels. Here it becomes ".", as GCC
writes it under -ffile-prefix-map. Used by the Makefile (`python3 -m machine.comp_dir FILE.o`) and
by the grader's gate. It knows the one compile unit that NASM writes, and refuses anything else.
"""
import struct
import sys
from pathlib import Path

from . import MachineError
from .elf import SHF_ALLOC, SHT_REL, SHT_RELA, Elf

DW_AT_COMP_DIR = 0x1B
ADDRESS, STRING = 0x01, 0x08                                    # DW_FORM_addr, DW_FORM_string
FIXED = {0x0B: 1, 0x05: 2, 0x06: 4, 0x07: 8, 0x0C: 1, 0x0E: 4, 0x17: 4}     # data, flag, offsets
UNIT_HEADER = 11                # unit length, version, offset of the abbreviations, address size
HERE = b"."
# Where an ELF file of each width keeps the offset of its section headers, and these the size.
_HEADERS = {32: ("<I", 32, 40, "<I", 20), 64: ("<Q", 40, 64, "<Q", 32)}


def without_folder(data, name="object file"):
    """The bytes of the object file `data` with "." for the folder; unchanged where it has none."""
    elf = Elf(data, name)
    found = [i for i, s in enumerate(elf.sections)
             if s.name == ".debug_info" and not s.flags & SHF_ALLOC and s.size]
    if not found:
        return data
    if len(found) > 1:
        raise MachineError(f"{name}: {len(found)} sections .debug_info, and NASM writes one")
    info = elf.sections[found[0]]
    try:
        start, end = _comp_dir(elf, info)
        if start is None or end - start <= len(HERE):
            return data
        return _cut(bytearray(data), elf, found[0], start, end)
    except (struct.error, IndexError, ValueError, StopIteration) as why:
        raise MachineError(f"{name}: its .debug_info is not what NASM writes ({why})") from why


def _comp_dir(elf, info):
    """Where the folder's name lies in the file: (start, end), or (None, None)."""
    data = elf.data
    length, _, _, address = struct.unpack_from("<IHIB", data, info.offset)
    if length + 4 != info.size:
        raise ValueError("more than one unit")
    abbreviations = next(s for s in elf.sections
                         if s.name == ".debug_abbrev" and not s.flags & SHF_ALLOC)
    at = info.offset + UNIT_HEADER + 1                          # behind the abbreviation's number
    for attribute, form in _attributes(data, abbreviations.offset):
        if form == STRING:
            end = data.index(b"\0", at, info.offset + info.size)
            if attribute == DW_AT_COMP_DIR:
                return at, end
            at = end + 1
        elif form == ADDRESS:
            at += address
        elif form in FIXED:
            at += FIXED[form]
        else:
            raise ValueError(f"form {form:#x}")
    return None, None


def _attributes(data, at):
    """(attribute, form) of the first abbreviation; NASM's numbers are all below 128."""
    at += 3                                                     # its own number, tag, children
    while data[at] or data[at + 1]:
        yield data[at], data[at + 1]
        at += 2


def _cut(data, elf, index, start, end):
    """The file with "." from `start` to `end` of section `index`, and all that counts bytes there
    set right. What follows the section stays where it is."""
    info, cut = elf.sections[index], end - start - len(HERE)
    last = info.offset + info.size
    data[start:last] = HERE + data[end:last] + bytes(cut)
    _less(data, "<I", info.offset, cut)
    where, at, step, word, size = _HEADERS[elf.bits]
    headers = struct.unpack_from(where, data, at)[0]
    _less(data, word, headers + index * step + size, cut)
    for section in elf.sections:
        if section.info == index and section.type in (SHT_REL, SHT_RELA):
            for place in range(section.offset, section.offset + section.size, section.entsize):
                if struct.unpack_from(word, data, place)[0] >= end - info.offset:
                    _less(data, word, place, cut)
    return bytes(data)


def _less(data, word, at, cut):
    struct.pack_into(word, data, at, struct.unpack_from(word, data, at)[0] - cut)


def main(paths):
    """Rewrites each object file in place; the exit status."""
    for path in map(Path, paths):
        try:
            path.write_bytes(without_folder(path.read_bytes(), path.name))
        except (OSError, MachineError) as why:
            print(f"comp_dir: {why}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
