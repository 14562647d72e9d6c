; As measure32.asm, for 64-bit code.

bits 64
default rel
global measure, bench_prepare

WINDOW_PML4_INDEX equ 256

section .text
measure:
    sub rsp, 8
    mov rax, rdi
    mov rdi, rsi
    mov rsi, rdx
    mov rdx, rcx
    mov rcx, r8
    mov r8, r9
    xchg bx, bx
    call rax
    xchg bx, bx
    add rsp, 8
    ret

bench_prepare:                            ; physical memory at its own address, too
    mov rax, cr3
    mov rdx, 0xFFFF800000000000
    mov rcx, [rax + rdx + WINDOW_PML4_INDEX * 8]
    mov [rax + rdx], rcx
    mov cr3, rax
    ret

section .note.GNU-stack noalloc noexec nowrite progbits
