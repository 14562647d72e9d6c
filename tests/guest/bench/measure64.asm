; As measure32.asm, for 64-bit code.

%include "boot/64/registers.inc"

bits 64
default rel
global measure, bench_prepare, measure_switch, touch, page_fault
extern bench_demand

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

touch:
    mov byte [rdi], 1
    ret

page_fault:
    push_registers LOST
    sub rsp, 8                            ; the ABI wants 16-byte alignment at a call
    mov rdi, cr2
    call bench_demand
    add rsp, 8
    pop_registers LOST
    add rsp, 8                            ; the error code
    iretq

; void switch_to(word_t *own_stack, word_t stack, word_t cr3): what is saved is what C expects kept.
switch_to:
    push_registers KEPT
    mov [rdi], rsp
    mov cr3, rdx
    mov rsp, rsi
    pop_registers KEPT
    ret

measure_switch:
    mov [back], rsi
    mov [place], rdx
    mov rdx, rdi
    lea rsi, [other_frame]
    lea rdi, [stack_here]
    xchg bx, bx
    call switch_to
    mov rax, [seen]
    ret

other_task:
    xchg bx, bx
    mov rax, [place]
    mov rax, [rax]
    mov [seen], rax
    mov rdx, [back]
    mov rsi, [stack_here]
    lea rdi, [stack_other]
    call switch_to

bench_prepare:                            ; physical memory at its own address, too
    mov rax, cr3
    mov rdx, 0xFFFF800000000000
    mov rcx, [rax + rdx + WINDOW_PML4_INDEX * 8]
    mov [rax + rdx], rcx
    mov cr3, rax
    ret

section .data
align 16
    times 32 dq 0
other_frame:
    dq 0, 0, 0, 0, 0, 0, other_task

section .bss nobits alloc noexec write
stack_here:  resq 1
stack_other: resq 1
back:        resq 1
place:       resq 1
seen:        resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
