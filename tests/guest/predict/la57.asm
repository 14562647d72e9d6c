; From 4-level to 5-level paging: CR4.LA57 cannot change in 64-bit mode, so paging goes off and on
; again, in code at its own address. SDM 3A, "Enabling and Enumeration of Paging Features by CPUID",
; and "Switching Out of 64-Bit Mode".
;
; void la57_enter(uint64_t root): the root, below 4 GiB, is a PML5. What is in force must map the
; first 4 GiB to themselves, and so must the new tables. They must map the kernel alike.

%include "boot/64/registers.inc"
%include "boot/segments.inc"

bits 64
default rel
global la57_enter

CR0_PG   equ 1 << 31
CR4_LA57 equ 1 << 12
SELECTOR_CODE32 equ 0x18

section .text
la57_enter:
    push_registers KEPT
    mov [kernel_stack], rsp               ; outside of 64-bit mode upper halves may be lost
    sgdt [kernel_gdt]
    mov rax, low_gdt_pointer
    lgdt [rax]
    mov rax, without_paging
    push qword SELECTOR_CODE32
    push rax
    retfq

with_paging:
    mov rsp, [kernel_stack]
    lgdt [kernel_gdt]
    pop_registers KEPT
    ret

section .boot progbits alloc exec nowrite align=16
bits 32
without_paging:                           ; compatibility mode
    mov eax, cr0
    and eax, ~CR0_PG
    mov cr0, eax                          ; leaves long mode
    mov eax, cr4
    or eax, CR4_LA57
    mov cr4, eax
    mov cr3, edi
    mov eax, cr0
    or eax, CR0_PG
    mov cr0, eax
    jmp SELECTOR_CODE:.long_mode
bits 64
.long_mode:
    mov rax, with_paging
    jmp rax

align 8
low_gdt:
    dq 0
    dq DESCRIPTOR_CODE64
    dq DESCRIPTOR_DATA
    dq DESCRIPTOR_CODE32
low_gdt_end:
low_gdt_pointer:
    dw low_gdt_end - low_gdt - 1
    dq low_gdt

section .bss nobits alloc noexec write
kernel_stack: resq 1
kernel_gdt:   resb 10

section .note.GNU-stack noalloc noexec nowrite progbits
