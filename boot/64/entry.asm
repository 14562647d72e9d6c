; Entry of the 64-bit lessons (8 and up). The boot loader jumps to _start in 32-bit protected mode
; with paging off; the C code is linked in the top 2 GiB and runs in 64-bit mode.
;
; The first tables are the staff's: physical memory below 4 GiB appears at WINDOW (and, until the
; jump is done, at its own address); the image appears at KERNEL_OFFSET. After the jump the lower
; half is empty, so that a physical address used as a pointer faults at once. SDM 3A,
; "Initializing IA-32e Mode".

%include "boot/segments.inc"

KERNEL_OFFSET equ 0xFFFFFFFF80000000
WINDOW_PML4_INDEX equ 256                 ; WINDOW = 0xFFFF800000000000 (src/core/64/arch.h)

PRESENT_WRITABLE  equ 0x003
LARGE_PAGE        equ 0x083               ; P, R/W, PS
TABLE_BYTES       equ 4096

CR0_KNOWN     equ (1 << 31) | (1 << 16) | (1 << 5) | (1 << 4) | 1      ; PG WP NE ET PE
CR4_PAE       equ 1 << 5
MSR_EFER      equ 0xC0000080
EFER_LME      equ 1 << 8
EFER_NXE      equ 1 << 11
CPUID_EXTENDED equ 0x80000000
CPUID_FEATURES equ 0x80000001
EXTENDED_LM   equ 29
EXTENDED_NX   equ 20

%define physical(symbol) (symbol - KERNEL_OFFSET)

global _start
extern platform_main, early_refuse

section .boot progbits alloc exec nowrite align=16
bits 32
_start:
    cli
    cld
    mov esp, physical(boot_stack_top)
    push dword 0                          ; no flag is left on: with NT, IRET would fault
    popfd
    mov ebp, eax                          ; the loader's magic and information, kept through CPUID
    mov edi, ebx

    mov eax, CR0_KNOWN & 0x7FFFFFFF       ; paging off, caches on
    mov cr0, eax

    mov eax, CPUID_EXTENDED
    cpuid
    cmp eax, CPUID_FEATURES
    jb .no_long_mode
    mov eax, CPUID_FEATURES
    cpuid
    bt edx, EXTENDED_LM
    jnc .no_long_mode
    mov esi, edx

    ; PDs: 2,048 large pages of 2 MiB, 4 GiB in four consecutive directories.
    mov ebx, physical(boot_pd)
    mov eax, LARGE_PAGE
    mov ecx, 2048
.large_page:
    mov [ebx], eax
    mov dword [ebx + 4], 0
    add ebx, 8
    add eax, 0x200000
    loop .large_page

    mov ebx, physical(boot_pdpt)
    mov eax, physical(boot_pd) + PRESENT_WRITABLE
    mov ecx, 4
.directory:
    mov [ebx], eax
    add ebx, 8
    add eax, TABLE_BYTES
    loop .directory

    mov dword [physical(boot_pdpt_image) + 510 * 8], physical(boot_pd) + PRESENT_WRITABLE
    mov eax, physical(boot_pdpt) + PRESENT_WRITABLE
    mov [physical(boot_pml4)], eax        ; identity, only until the jump
    mov [physical(boot_pml4) + WINDOW_PML4_INDEX * 8], eax
    mov dword [physical(boot_pml4) + 511 * 8], physical(boot_pdpt_image) + PRESENT_WRITABLE

    mov eax, CR4_PAE
    mov cr4, eax
    mov eax, physical(boot_pml4)
    mov cr3, eax
    mov ecx, MSR_EFER
    mov eax, EFER_LME
    bt esi, EXTENDED_NX                   ; execute-disable, where the CPU has it
    jnc .efer
    or eax, EFER_NXE
.efer:
    xor edx, edx
    wrmsr
    mov eax, CR0_KNOWN
    mov cr0, eax
    lgdt [gdt_pointer_low]
    jmp SELECTOR_CODE:.long_mode

.no_long_mode:
    jmp early_refuse                      ; prints a sentence and ends the run

bits 64
.long_mode:
    mov rax, .high_half
    jmp rax

section .text
.high_half:
    mov rax, boot_stack_top
    mov rsp, rax
    lgdt [rel gdt_pointer]
    mov eax, SELECTOR_DATA
    mov ds, eax
    mov es, eax
    mov fs, eax
    mov gs, eax
    mov ss, eax
    xor eax, eax
    mov [rel boot_pml4], rax              ; the identity map has done its work
    mov rax, cr3
    mov cr3, rax
    mov esi, edi                          ; platform_main(magic, info)
    mov edi, ebp
    call platform_main                    ; does not return

section .boot
align 4
gdt_pointer_low:
    dw gdt_end - gdt - 1
    dd physical(gdt)

section .data
align 16
global gdt
global gdt_end
gdt:                                      ; accessed bits preset: loading one never writes here
    dq 0
    dq DESCRIPTOR_CODE64
    dq DESCRIPTOR_DATA
    dq DESCRIPTOR_USER_CODE32             ; the order that SYSRET wants
    dq DESCRIPTOR_USER_DATA
    dq 0, 0                               ; SELECTOR_TSS: filled in by traps_init
    dq DESCRIPTOR_USER_CODE64
gdt_end:
gdt_pointer:
    dw gdt_end - gdt - 1
    dq gdt

section .bss nobits alloc noexec write align=4096
global boot_pml4
boot_pml4:       resb TABLE_BYTES
boot_pdpt:       resb TABLE_BYTES
boot_pdpt_image: resb TABLE_BYTES
boot_pd:         resb 4 * TABLE_BYTES
                 resb 16384
global boot_stack_top
boot_stack_top:

section .note.GNU-stack noalloc noexec nowrite progbits
