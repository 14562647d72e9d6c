; An access that may fault, in 64-bit code: see probe32.asm.
;
; Three kinds are 64-bit code's own: the address stands in RBP (whose accesses use the stack
; segment), in R13 (encoded with the same low bits, but of the data segment), and below RSP for a
; push. RCX holds it too, for whoever watches. A push at an address that cannot be written needs a
; handler on an IST stack.
;
; uint32_t probe_access(uint64_t kind, uint64_t va, uint64_t value)

bits 64
default rel
global probe_access, probe_flush, probe_resume
global probe_read_1, probe_read_4, probe_write_1, probe_write_4, probe_fetch
global probe_read_4_rbp, probe_read_4_r13, probe_write_8_push
extern probe_keeps_tlb

section .text
probe_access:
    mov rcx, rsi
    push qword [probe_stack]              ; a fault's handler may probe, too
    push rbp
    push r13
    mov [probe_stack], rsp
    cmp byte [probe_keeps_tlb], 0
    jne probe_choose
    mov rax, cr3                          ; what the CPU cached of older tables must not answer
probe_flush:
    mov cr3, rax
probe_choose:
    mov eax, edx
    lea rdx, [probe_accesses]
    jmp [rdx + rdi * 8]
probe_read_1:
    movzx eax, byte [rcx]
    jmp probe_resume
probe_read_4:
    mov eax, [rcx]
    jmp probe_resume
probe_write_1:
    mov [rcx], al
    jmp probe_resume
probe_write_4:
    mov [rcx], eax
    jmp probe_resume
prepare_rbp:
    mov rbp, rcx
probe_read_4_rbp:
    mov eax, [rbp]
    jmp probe_resume
prepare_r13:
    mov r13, rcx
probe_read_4_r13:
    mov eax, [r13]
    jmp probe_resume
prepare_push:
    lea rsp, [rcx + 8]
probe_write_8_push:
    push rax
    jmp probe_resume
probe_fetch:
    call rcx
probe_resume:
    mov rsp, [probe_stack]
    pop r13
    pop rbp
    pop qword [probe_stack]
    ret

section .rodata
probe_accesses:
    dq probe_read_1, probe_read_4, probe_write_1, probe_write_4, probe_fetch
    dq prepare_rbp, prepare_r13, prepare_push

section .bss nobits alloc noexec write
probe_stack: resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
