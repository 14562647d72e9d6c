; A Multiboot2 kernel that does nothing: what booting costs by itself (tests/bench).

bits 32
global _start, machine_end

section .text
_start:
    cli
machine_end:
    jmp machine_end

section .note.GNU-stack noalloc noexec nowrite progbits
