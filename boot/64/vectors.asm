; The 32 exception vectors of the 64-bit lessons. Each brings the stack to the shape of struct trap
; (src/core/traps/traps.h) and calls trap_dispatch. SDM 3A, "64-Bit Mode Stack Frame".

%include "boot/64/registers.inc"
%include "boot/vectors.inc"

bits 64
default rel
extern trap_dispatch
global vector_table

section .text.stops progbits alloc exec nowrite align=16
%assign n 0
%rep 32
global vector_ %+ n
vector_ %+ n:
%if ((ERROR_CODE_VECTORS >> n) & 1) == 0
    push qword 0
%endif
    push qword n
    jmp near trap_common
%assign n n + 1
%endrep

%define REGISTERS rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15

trap_common:
    push_registers REGISTERS
    mov rax, cr2                          ; before anything here can fault again
    push rax
    mov rdi, rsp                          ; struct trap *
    mov rbp, rsp                          ; the ABI wants 16-byte alignment at a call
    and rsp, -16
    cld
    call trap_dispatch
    mov rsp, rbp
    add rsp, 8
    pop_registers REGISTERS
    add rsp, 16                           ; vector and error code
    iretq

section .rodata
vector_table:
%assign n 0
%rep 32
    dq vector_ %+ n
%assign n n + 1
%endrep

section .note.GNU-stack noalloc noexec nowrite progbits
