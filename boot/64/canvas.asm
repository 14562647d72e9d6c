; A call on another stack, for canvas64.c in src/show/pixels: the caller's may be out of reach.
;
; canvas_call(top, function, argument): calls function(argument) with RSP = top, a multiple of 16.

bits 64
global canvas_call

section .text
canvas_call:
    push rbp
    mov rbp, rsp
    mov rsp, rdi
    mov rdi, rdx
    call rsi
    mov rsp, rbp
    pop rbp
    ret

section .note.GNU-stack noalloc noexec nowrite progbits
