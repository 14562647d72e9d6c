; Lesson 7, the reference: the way in. SDM 3A, "Initializing IA-32e Mode".

bits 32
global enter_long_mode

CR0_PG    equ 1 << 31
CR4_PAE   equ 1 << 5
MSR_EFER  equ 0xC0000080
EFER_LME  equ 1 << 8

section .text
enter_long_mode:
    mov eax, cr4                          ; eight-byte entries
    or eax, CR4_PAE
    mov cr4, eax

    mov eax, [esp + 4]                    ; pml4
    mov cr3, eax

    mov ecx, MSR_EFER                     ; long mode, from the moment paging is on
    rdmsr
    or eax, EFER_LME
    wrmsr

    mov eax, cr0                          ; the next instruction is fetched through the new tables
    or eax, CR0_PG
    mov cr0, eax

    jmp far [esp + 8]                     ; until here: compatibility mode, 32-bit code

section .note.GNU-stack noalloc noexec nowrite progbits
