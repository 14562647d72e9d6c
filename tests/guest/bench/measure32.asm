; word_t measure(function, a, b, c, d, e), 32-bit: calls function(a, b, c, d, e) between two magic
; breakpoints. Whoever counts sees the instructions of the call, of the function with its RET, and
; of the second breakpoint.

bits 32
global measure, bench_prepare

section .text
measure:
    push ebx
    mov edx, esp
    push dword [edx + 28]
    push dword [edx + 24]
    push dword [edx + 20]
    push dword [edx + 16]
    push dword [edx + 12]
    xchg bx, bx
    call [edx + 8]
    xchg bx, bx
    add esp, 20
    pop ebx
    ret

bench_prepare:                            ; paging is off: memory is where its address says
    ret

section .note.GNU-stack noalloc noexec nowrite progbits
