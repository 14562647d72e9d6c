; An access that may fault, in 64-bit code: see probe32.asm.
;
; uint32_t probe_access(uint64_t kind, uint64_t va, uint64_t value)

bits 64
default rel
global probe_access, probe_flush, probe_resume
global probe_read_1, probe_read_4, probe_write_1, probe_write_4, probe_fetch
extern probe_keeps_tlb

section .text
probe_access:
    mov rcx, rsi
    push qword [probe_stack]              ; a fault's handler may probe, too
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
probe_fetch:
    call rcx
probe_resume:
    mov rsp, [probe_stack]
    pop qword [probe_stack]
    ret

section .rodata
probe_accesses:
    dq probe_read_1, probe_read_4, probe_write_1, probe_write_4, probe_fetch

section .bss nobits alloc noexec write
probe_stack: resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
