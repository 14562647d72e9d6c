; Lesson 7, solved otherwise: LME first, PAE last, a far return instead of a far jump, by way of a
; 64-bit stretch of its own.

bits 32
global enter_long_mode

section .text
enter_long_mode:
    push ebp
    mov ebp, esp
    push ebx
    xchg bx, bx                           ; a breakpoint of my own
    mov ecx, 0xC0000080
    rdmsr
    bts eax, 8                            ; LME
    wrmsr
    mov eax, [ebp + 8]
    mov cr3, eax
    mov eax, cr4
    bts eax, 5                            ; PAE
    mov cr4, eax
    mov ebx, [ebp + 12]
    mov eax, cr0
    bts eax, 31                           ; PG
    mov cr0, eax
    push dword [ebp + 16]
    push dword .wide
    retf
bits 64
.wide:
    mov eax, ebx
    jmp rax

section .note.GNU-stack noalloc noexec nowrite progbits
