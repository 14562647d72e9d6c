; The 32 exception vectors of the 32-bit lessons. Each brings the stack to the shape of struct trap
; (src/core/traps/traps.h) and calls trap_dispatch. SDM 3A, "Exception and Interrupt Reference".

%include "boot/vectors.inc"

bits 32
extern trap_dispatch
global vector_table

section .text.stops progbits alloc exec nowrite align=16
%assign n 0
%rep 32
global vector_ %+ n
vector_ %+ n:
%if ((ERROR_CODE_VECTORS >> n) & 1) == 0
    push dword 0                          ; no error code: keep the frame's shape
%endif
    push dword n
    jmp near trap_common
%assign n n + 1
%endrep

trap_common:
    pushad
    mov eax, cr2                          ; before anything here can fault again
    push eax
    push esp                              ; struct trap *
    call trap_dispatch
    add esp, 8
    popad
    add esp, 8                            ; vector and error code
    iretd

section .rodata
vector_table:
%assign n 0
%rep 32
    dd vector_ %+ n
%assign n n + 1
%endrep

section .note.GNU-stack noalloc noexec nowrite progbits
