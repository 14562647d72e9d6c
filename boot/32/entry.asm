; Entry of the 32-bit lessons. The boot loader jumps to _start in protected mode with paging off.
;
; Leaves: our own GDT loaded (the loader's lies in low memory, which lesson 1 overwrites), flat
; segments, CR0, CR4 and EFER at known values, interrupts off, a stack; then calls the platform in
; C.

%include "boot/segments.inc"

bits 32

global _start
global boot_stack_top
extern platform_main

CR0_PE        equ 1 << 0
CR0_ET        equ 1 << 4
CR0_NE        equ 1 << 5
CR0_WP        equ 1 << 16
MSR_EFER      equ 0xC0000080
CPUID_EXTENDED equ 0x80000000
CPUID_FEATURES equ 0x80000001
EXTENDED_NX_OR_LM equ (1 << 20) | (1 << 29)

section .text
_start:
    cli
    cld
    mov esp, boot_stack_top
    push dword 0                          ; no flag is left on: with NT, IRET would want a task
    popfd
    push ebx                              ; platform_main(magic, info): second argument
    push eax                              ;                             first argument

    lgdt [gdt_pointer]
    jmp SELECTOR_CODE:.flat
.flat:
    mov eax, SELECTOR_DATA
    mov ds, eax
    mov es, eax
    mov fs, eax
    mov gs, eax
    mov ss, eax

    ; Firmware leaves these dirty (caches off, EFER.NXE on, CR4 with a dozen bits): start from known
    ; values. CR0.WP is on: a kernel, too, must not write to a read-only page.
    mov eax, CR0_PE | CR0_ET | CR0_NE | CR0_WP
    mov cr0, eax
    xor eax, eax
    mov cr4, eax
    mov eax, CPUID_EXTENDED                   ; EFER exists only where NX or long mode does
    cpuid
    cmp eax, CPUID_FEATURES
    jb .no_efer
    mov eax, CPUID_FEATURES
    cpuid
    test edx, EXTENDED_NX_OR_LM
    jz .no_efer
    mov ecx, MSR_EFER
    xor eax, eax
    xor edx, edx
    wrmsr
.no_efer:
    call platform_main                    ; does not return

section .data
align 16
global gdt
global gdt_end
                                          ; SDM 3A, "Segment Descriptors"; accessed bits are preset,
gdt:
    dq 0                                  ; so that loading a selector never writes here
    dq DESCRIPTOR_CODE32
    dq DESCRIPTOR_DATA
    dq DESCRIPTOR_USER_CODE32
    dq DESCRIPTOR_USER_DATA
    dq 0                                  ; SELECTOR_TSS: filled in by traps_init
    dq 0                                  ; keeps the table's shape the same in both widths
    dq DESCRIPTOR_CODE64                  ; for a lesson that goes on into long mode
gdt_end:
gdt_pointer:
    dw gdt_end - gdt - 1
    dd gdt

section .bss nobits alloc noexec write align=16
    resb 16384
boot_stack_top:

section .note.GNU-stack noalloc noexec nowrite progbits
