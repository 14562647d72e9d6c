; An access that may fault, in 32-bit code. Called by src/probe.c, watched from outside by the
; grader: the labels probe_* stand at the one instruction that touches the probed address.
;
; uint32_t probe_access(uint32_t kind, uint32_t va, uint32_t value)
;   kind  enum probe_kind (src/probe.h)
;   gives the value read, or 0. When the access faults, trap_dispatch records the fault and resumes
;   at probe_resume; a fault of the fetch has the target as its EIP, so ESP is restored.

bits 32
global probe_access, probe_flush, probe_resume
global probe_read_1, probe_read_4, probe_write_1, probe_write_4, probe_fetch
extern probe_keeps_tlb

section .text
probe_access:
    mov edx, [esp + 4]
    mov ecx, [esp + 8]
    push dword [probe_stack]              ; a fault's handler may probe, too
    mov [probe_stack], esp
    cmp byte [probe_keeps_tlb], 0
    jne probe_choose
    mov eax, cr3                          ; what the CPU cached of older tables must not answer
probe_flush:
    mov cr3, eax
probe_choose:
    mov eax, [esp + 16]
    jmp [probe_accesses + edx * 4]
probe_read_1:
    movzx eax, byte [ecx]
    jmp probe_resume
probe_read_4:
    mov eax, [ecx]
    jmp probe_resume
probe_write_1:
    mov [ecx], al
    jmp probe_resume
probe_write_4:
    mov [ecx], eax
    jmp probe_resume
probe_fetch:
    call ecx
probe_resume:
    mov esp, [probe_stack]
    pop dword [probe_stack]
    ret

section .rodata
probe_accesses:
    dd probe_read_1, probe_read_4, probe_write_1, probe_write_4, probe_fetch

section .bss nobits alloc noexec write
probe_stack: resd 1

section .note.GNU-stack noalloc noexec nowrite progbits
