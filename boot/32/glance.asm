; A look at memory that may not be mapped, in 32-bit code: see src/core/traps/glance.h.
;
; bool glance(uintptr_t va, uint32_t *value)
;   The trap code answers a fault at glance_read by going on at glance_end, with EAX still 0.

bits 32
global glance, glance_read, glance_end

section .text
glance:
    mov ecx, [esp + 4]
    mov edx, [esp + 8]
    xor eax, eax
glance_read:
    mov ecx, [ecx]
    mov [edx], ecx
    inc eax
glance_end:
    ret

section .note.GNU-stack noalloc noexec nowrite progbits
