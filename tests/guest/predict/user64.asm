; One access in ring 3 and back, in 64-bit code: what boot/32/user.asm is for 32-bit code. The page
; at user_text is mapped a second time, for ring 3, at the address in user_page.
;
; uint32_t user_access(uint64_t kind, uint64_t va, uint64_t value)

%include "boot/64/registers.inc"
%include "boot/segments.inc"

bits 64
default rel
global user_access, user_resume, user_text, user_text_end, user_page

SELECTOR_USER_CODE64 equ 0x3B
EFLAGS_FIXED         equ 1 << 1

section .text
user_access:
    push_registers KEPT
    mov [kernel_stack], rsp
    mov rcx, rsi
    mov rax, cr3                          ; what the CPU cached of older tables must not answer
    mov cr3, rax
    mov eax, edx
    lea rdx, [offsets]
    mov rdx, [rdx + rdi * 8]
    add rdx, [user_page]
    push qword SELECTOR_USER_DATA         ; what IRETQ takes: SS, RSP, RFLAGS, CS, RIP
    push qword 0
    push qword EFLAGS_FIXED
    push qword SELECTOR_USER_CODE64
    push rdx
    iretq

user_resume:                              ; ring 0 again, with EAX as ring 3 left it
    mov rsp, [kernel_stack]
    pop_registers KEPT
    ret

section .rodata
offsets:                                  ; in the order of enum probe_kind
    dq read_1 - user_text, read_4 - user_text, write_1 - user_text, write_4 - user_text
    dq fetch - user_text

section .text.user progbits alloc exec nowrite align=4096
user_text:
read_1:
    movzx eax, byte [rcx]
    int3
read_4:
    mov eax, [rcx]
    int3
write_1:
    mov [rcx], al
    int3
write_4:
    mov [rcx], eax
    int3
fetch:
    jmp rcx                               ; an INT3 there brings it back
user_text_end:
    times 4096 - ($ - $$) int3

section .bss nobits alloc noexec write
kernel_stack: resq 1
user_page:    resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
