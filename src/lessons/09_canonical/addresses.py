"""Functions about addresses: what a lesson asks of them, the truth, and what mistakes would answer.

Used by kinds.py. Each draws its questions from the seed as questions.c does. Knows no
evidence and no emulator.
"""

from collections import namedtuple

from grader.formats.values import MASK
from grader.judge.paging.walk import canonical

DONE, OUT_OF_RANGE = 0, 5
VA_BITS, USER_END = 48, 1 << 47
UNTOUCHED = 0x5A5A5A5A5A5A5A5A
RCX, RSP, RBP, R8, R12, R13, REGISTERS = 1, 4, 5, 8, 12, 13, 16
NONE, SS, GP, PF = 255, 12, 13, 14
OTHERS = [base for base in range(REGISTERS) if base not in (RCX, R13)]
EDGES = (0x0000800000000000, 0xFFFF800000000000, 0, 0x0001000000000000, 0xFFFF000000000000,
         0x8000000000000000, 0x0100000000000000, 0xFF00000000000000, 0x100000000,
         0xFFFFFFFF80000000, 0x80000000, 0x0000400000000000)

# One function: draw(generator, i) -> a question (a tuple); asks(question) -> what exam_answers says
# was asked, one row each; truth(*question) -> [(result, value)] a row; valid(*question) -> whether
# the contract allows it; guesses: (code, sentence, what a mistaken function would answer).
Function = namedtuple("Function", "draw asks truth valid guesses code")


def is_canonical(va, bits=VA_BITS):
    """True when all bits of `va` from `bits` up equal the one below."""
    return canonical(va, bits) == va


# ---- Drawing ----


def _address(draw, i):
    """draw_address() of the lesson."""
    if i % 3 == 0:
        nearest, beside = divmod(i // 3, 3)
        return EDGES[nearest % len(EDGES)] + beside - 1 & MASK
    low = draw.next() >> 17
    alike = ~low & MASK if draw.below(2) else low
    return alike ^ 1 << 47 + draw.below(17) if i % 3 == 1 else alike


def _extension(draw, i):
    """A value and a width."""
    value = draw.next()
    if i % 4 == 0:
        return value, VA_BITS
    if i % 4 == 1:
        return value, 1 + draw.below(64)
    listed = (1, 32, 47, 57, 63, 64) if i % 4 == 2 else (0, 65, 112, 0xFFFFFFFF)
    return value, listed[i // 4 % len(listed)]


def _indices(draw, i):
    """Four indices and an offset."""
    found = [draw.below(4096 if k == 4 else 512) for k in range(5)]
    if i % 4 == 1:
        found[0] = (0, 255, 256, 511)[i // 4 % 4]
    if i % 4 == 3:
        which = i // 4 % 5
        found[which] += 4096 if which == 4 else 512
    return tuple(found)


def _range(draw, i):
    """A start and a length."""
    kind = i % 7
    if kind == 0:
        size = draw.below(65536)
        return USER_END - size + i // 7 % 3 - 1, size
    if kind == 4:
        return USER_END + i // 7 % 3 - 1, 0
    start = draw.next() >> {1: 17, 2: 0, 3: 18, 5: 18, 6: 17}[kind]
    start = ~start & MASK if kind == 6 else start
    if kind in (2, 3):
        return start, draw.below(4096 if kind == 2 else 1 << 20)
    upper = 0xFFFF800000000000 if kind == 5 else 0
    return start, upper + draw.below(65536) - start & MASK


def _access(draw, i):
    """An address, the base register (none that the CPU was asked about), whether it is mapped,
    CR2 before."""
    va = _address(draw, i)
    if i % 8 == 7:
        base = 16 + i // 8
    else:
        base = (RSP, RBP, R12, R8)[i // 2 % 4] if i % 2 == 0 else OTHERS[draw.below(14)]
    return va, base, draw.below(2), draw.next()


# ---- Truth, and what mistakes make of it ----


def _yes(answer):
    """[(result, value)] of a function that answers by its result alone."""
    return DONE if answer else OUT_OF_RANGE, 0


def _extended(value, bits):
    """sign_extend's answers."""
    fits = 1 <= bits <= 64
    return [(DONE, canonical(value, bits) if bits != 32 else _from_32(value)) if fits
            else (OUT_OF_RANGE, UNTOUCHED)] * 2


def _from_32(value):
    """canonical() takes 32 for the width of a mode without extension."""
    value &= 0xFFFFFFFF
    return value | 0xFFFFFFFF00000000 if value >> 31 else value


def _joined(indices, shifts=(39, 30, 21, 12, 0)):
    """The fields side by side."""
    total = 0
    for index, shift in zip(indices, shifts):
        total |= index << shift
    return total & MASK


def _from_indices(*indices):
    """va_from_indices' answers."""
    if any(index >= 512 for index in indices[:4]) or indices[4] >= 4096:
        return [(OUT_OF_RANGE, UNTOUCHED)]
    return [(DONE, canonical(_joined(indices), VA_BITS))]


def _swapped(one, two):
    """va_from_indices with two levels exchanged."""
    def answers(*indices):
        indices = list(indices)
        indices[one], indices[two] = indices[two], indices[one]
        return _from_indices(*indices)
    return answers


def outcome(va, base, mapped, cr2):
    """(vector, CR2 afterwards) of an access. SDM 3A, "Interrupt 12", "Interrupt 13"."""
    if not is_canonical(va):
        return (SS if base in (RSP, RBP) else GP), cr2
    return (NONE, cr2) if mapped else (PF, va)


def _rows(vector, cr2, mapped):
    """The three answers that a prediction makes."""
    return [(DONE, vector), (DONE, cr2), (DONE, mapped)]


def _foretold(va, base, mapped, cr2):
    """predict_vector's answers."""
    if base >= REGISTERS:
        return [(OUT_OF_RANGE, UNTOUCHED & 0xFFFFFFFF), (OUT_OF_RANGE, UNTOUCHED),
                (OUT_OF_RANGE, mapped)]
    return _rows(*outcome(va, base, mapped, cr2), mapped)


def _mistaken(stacks=(RSP, RBP), late=False, paged=False, cr2_too=False):
    """predict_vector with a mistake: which bases are the stack's; non-canonical addresses looked up
    in the tables first (late) or always a page fault (paged); CR2 written by every exception."""
    def answers(va, base, mapped, cr2):
        if is_canonical(va) or base >= REGISTERS:
            return _foretold(va, base, mapped, cr2)
        vector = SS if base in stacks else GP
        if late and mapped:
            vector = NONE
        if paged or late and not mapped:
            vector = PF
        return _rows(vector, va if vector == PF or cr2_too else cr2, mapped)
    return answers


FUNCTIONS = {
    "is_canonical": Function(
        lambda draw, i: (_address(draw, i),), lambda va: [va],
        lambda va: [_yes(is_canonical(va))], lambda va: True,
        [("E-TRUNC32", "only the low 32 bits of the address were looked at",
          lambda va: [_yes(is_canonical(va & 0xFFFFFFFF))]),
         ("E-NONCANON", "the upper half was taken for non-canonical",
          lambda va: [_yes(va < USER_END)]),
         ("E-NONCANON", "bits 63:48 were compared with each other, and not with bit 47",
          lambda va: [_yes(va >> 48 in (0, 0xFFFF))]),
         *[("E-NONCANON", f"the answers are those for addresses of {bits} bits",
            lambda va, bits=bits: [_yes(is_canonical(va, bits))]) for bits in (47, 57)]],
        "E-NONCANON"),
    "sign_extend": Function(
        _extension, lambda value, bits: [value, bits], _extended,
        lambda value, bits: 1 <= bits <= 64,
        [("E-NONCANON", "`bits` was not used: the answers are those for 48",
          lambda value, bits: _extended(value, VA_BITS)),
         ("E-NONCANON", "the bits above were cleared, never set",
          lambda value, bits: [(DONE, value & (1 << min(bits, 64)) - 1)] * 2),
         ("E-NONCANON", "the bits above were set, never cleared",
          lambda value, bits: [(DONE, value | _extended(value, bits)[0][1])] * 2),
         *[("E-NONCANON", f"the bit copied is bit {text}, not bit `bits` - 1",
            lambda value, bits, by=by: _extended(value, bits + by))
           for by, text in ((1, "`bits`"), (-1, "`bits` - 2"))]],
        "E-NONCANON"),
    "va_from_indices": Function(
        _indices, lambda *indices: [_joined(indices, (0, 10, 20, 30, 40))], _from_indices,
        lambda *indices: max(indices[:4]) < 512 and indices[4] < 4096,
        [("E-NONCANON", "bit 47 was not copied into bits 63:48",
          lambda *indices: [(DONE, _joined(indices))]),
         ("E-OFFSET-LOST", "the offset is missing",
          lambda *indices: _from_indices(*indices[:4], 0)),
         ("E-TRUNC32", "only the low 32 bits are right: a shift of an unsigned",
          lambda *indices: [(DONE, _joined(indices) & 0xFFFFFFFF)]),
         ("E-TRUNC32", "only the low 32 bits are right: a shift of an int",
          lambda *indices: [(DONE, _from_32(_joined(indices)))]),
         *[("E-INDEX-SWAP", f"the indices of {names[one]} and {names[two]} are exchanged",
            _swapped(one, two)) for names in [("PML4", "PDPT", "PD", "PT")]
           for one in range(4) for two in range(one + 1, 4)],
         ("E-INDEX-SWAP", "the indices stand in reverse order",
          lambda *indices: _from_indices(*indices[3::-1], indices[4]))],
        "E-INDEX-SHIFT"),
    "is_user_range": Function(
        _range, lambda start, size: [start, size],
        lambda start, size: [_yes(start + size <= USER_END)] * 2, lambda start, size: True,
        [("E-USER-RANGE", "the sum of start and length wrapped past 2^64",
          lambda start, size: [_yes(start + size & MASK <= USER_END)] * 2),
         ("E-USER-RANGE", "start was checked, and a sum that had wrapped",
          lambda start, size: [_yes(start <= USER_END and
                                    start + size & MASK <= USER_END)] * 2),
         ("E-USER-RANGE", "a range that ends at the edge was refused",
          lambda start, size: [_yes(start + size < USER_END)] * 2),
         ("E-USER-RANGE", "a range may end at the edge, not one byte behind it",
          lambda start, size: [_yes(start + size <= USER_END + 1)] * 2),
         ("E-USER-RANGE", "only where the range starts was looked at",
          lambda start, size: [_yes(start < USER_END)] * 2),
         ("E-USER-RANGE", "both ends are canonical, but what lies between is not the user's",
          lambda start, size: [_yes(is_canonical(start) and is_canonical(start + size - 1 & MASK))]
          * 2),
         ("E-USER-RANGE", "a range of no bytes was refused",
          lambda start, size: [_yes(size > 0 and start + size <= USER_END)] * 2)],
        "E-USER-RANGE"),
    "predict_vector": Function(
        _access, lambda va, base, mapped, cr2: [va, cr2, base], _foretold,
        lambda va, base, mapped, cr2: base < REGISTERS,
        [("E-VECTOR", "#SS is never foretold: RSP and RBP use the stack segment",
          _mistaken(stacks=())),
         ("E-VECTOR", "RSP uses the stack segment, and RBP does, too", _mistaken(stacks=(RSP,))),
         ("E-VECTOR", "R12 and R13 are taken for RSP and RBP: their encodings share three bits",
          _mistaken(stacks=(RSP, RBP, R12, R13))),
         ("E-VECTOR", "a non-canonical address is no page fault: the tables are never asked",
          _mistaken(paged=True)),
         ("E-VECTOR", "a non-canonical address was looked up in the tables", _mistaken(late=True)),
         ("E-CR2-KEPT", "CR2 was foretold to change without a page fault",
          _mistaken(cr2_too=True))],
        "E-VECTOR"),
}
