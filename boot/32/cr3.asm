; MOV CR3 as a place that a probe can call: the value is in EAX, where a probe of the kind "fetch"
; leaves it, and a fault of the instruction has its address as EIP. 32-bit code.

bits 32
global load_cr3

section .text
load_cr3:
    mov cr3, eax
    ret

section .note.GNU-stack noalloc noexec nowrite progbits
