; Running a function on a stack of one's choice, and getting away from it alive: for 64-bit
; lessons that break stacks on purpose.
;
; uint64_t stack_call(uint64_t top, function, uint64_t argument)
;     calls function(argument) with RSP = top (a multiple of 16) and answers 0; answers 1 when a
;     trap handler sent the CPU to stack_left instead. Does not nest.
; big_frame(word), big_frame_probed(word)
;     functions with a frame of BIG_FRAME bytes that write only its lowest word, as a function with
;     a large array may. The second first touches every page on the way down, one after the other,
;     as compilers do with -fstack-clash-protection (GCC's own probe is `or qword [rsp], 0`).
;     Written by hand, so that they are what the lesson says whatever the compiler's default is.

%include "boot/64/registers.inc"

bits 64
default rel
global stack_call, stack_left, big_frame, big_frame_probed

%assign BIG_FRAME 0x3000                  ; as in src/core/64/stack.h
%assign PAGE      0x1000

section .text
stack_call:
    push_registers KEPT
    mov [stack_saved], rsp
    mov rsp, rdi
    mov rdi, rdx
    call rsi
    xor eax, eax
    jmp stack_return
stack_left:
    mov eax, 1
stack_return:
    mov rsp, [stack_saved]
    pop_registers KEPT
    ret

big_frame:
    sub rsp, BIG_FRAME
    mov [rsp], rdi
    add rsp, BIG_FRAME
    ret

big_frame_probed:
%rep BIG_FRAME / PAGE
    sub rsp, PAGE
    mov qword [rsp], 0
%endrep
    mov [rsp], rdi
    add rsp, BIG_FRAME
    ret

section .bss nobits alloc noexec write
stack_saved: resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
