; One access in ring 3 and back, in 32-bit code. Called by src/stage/user32.c, watched by the grader
; from outside: labels probe_user_* stand at the one instruction that touches the probed address.
;
; uint32_t user_access(uint32_t kind, uint32_t va, uint32_t value)
;   kind  enum probe_kind (src/stage/probe.h)
;   gives the value read, or 0.
;
; The way out is IRETD, which loads CS and SS of ring 3. The way back is an exception: #PF, when the
; access is refused, or INT3 behind it. Either brings the CPU to ring 0 on the stack that the TSS
; names; src/stage/user32.c then resumes at user_resume. Ring 3 gets no stack of its own: nothing
; here needs one. SDM 3A, "Exception- or Interrupt-Handler Procedures".

%include "boot/segments.inc"

bits 32
global user_access, user_resume, user_text, user_text_end
global probe_user_read_1, probe_user_read_4, probe_user_write_1, probe_user_write_4
global probe_user_fetch
extern probe_keeps_tlb

EFLAGS_FIXED equ 1 << 1                   ; always set; IF, IOPL and all others clear

section .text
user_access:
    mov edx, [esp + 4]
    mov ecx, [esp + 8]
    mov [kernel_stack], esp
    cmp byte [probe_keeps_tlb], 0
    jne .leave
    mov eax, cr3                          ; what the CPU cached of older tables must not answer
    mov cr3, eax
.leave:
    mov eax, SELECTOR_USER_DATA
    mov ds, eax
    mov es, eax
    mov eax, [esp + 12]
    push dword SELECTOR_USER_DATA         ; what IRETD takes: SS, ESP, EFLAGS, CS, EIP
    push dword 0
    push dword EFLAGS_FIXED
    push dword SELECTOR_USER_CODE
    push dword [user_accesses + edx * 4]
    iretd

user_resume:                              ; ring 0 again, with EAX as ring 3 left it
    mov edx, SELECTOR_DATA
    mov ds, edx
    mov es, edx
    mov fs, edx                           ; IRETD emptied these two: ring 3 may not hold them
    mov gs, edx
    mov esp, [kernel_stack]
    ret

section .rodata
user_accesses:
    dd probe_user_read_1, probe_user_read_4, probe_user_write_1, probe_user_write_4
    dd probe_user_fetch

; What ring 3 runs: a page of its own, which a lesson maps with US and without RW. No staff code
; shares it.
section .text.user progbits alloc exec nowrite align=4096
user_text:
probe_user_read_1:
    movzx eax, byte [ecx]
    int3
probe_user_read_4:
    mov eax, [ecx]
    int3
probe_user_write_1:
    mov [ecx], al
    int3
probe_user_write_4:
    mov [ecx], eax
    int3
probe_user_fetch:
    jmp ecx                               ; an INT3 there brings it back
user_text_end:
    times 4096 - ($ - $$) int3

section .bss nobits alloc noexec write
kernel_stack: resd 1

section .note.GNU-stack noalloc noexec nowrite progbits
