; A boot ROM of 64 KiB that starts a lesson in Bochs with neither BIOS nor GRUB, in a fifth of the
; time. For the project's own corpora only (tests/system): people and grades of record boot from
; GRUB.
;
; Bochs has put the kernel's image into RAM (optramimage1) and its entry address at ENTRY
; (optramimage2). The ROM goes to protected mode, writes down what Multiboot2 would say of the
; memory (specification 2.0, "Boot information format"), and jumps. It has no VGA BIOS: nothing is
; on screen.

ENTRY         equ 0x8000
INFORMATION   equ 0x9000
LOW_MEMORY    equ 0x9F000
HIGH_MEMORY   equ 0x100000
MULTIBOOT2    equ 0x36D76289
TAG_MAP       equ 6
RAM           equ 1
CMOS_INDEX    equ 0x70
CMOS_DATA     equ 0x71
CMOS_ABOVE_16M equ 0x34                   ; low byte; the high byte follows; units of 64 KiB
ROM_LINEAR    equ 0xFFFF0000
CR0_PE        equ 1

org 0
bits 16
start:
    cli
    o32 cs lgdt [table_pointer]            ; o32: all 32 bits of the base
    mov eax, cr0
    or al, CR0_PE
    mov cr0, eax
    jmp dword 0x08:ROM_LINEAR + protected

bits 32
protected:
    mov ax, 0x10
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov esi, ROM_LINEAR + information
    mov edi, INFORMATION
    mov ecx, (information_end - information) / 4
    cld
    rep movsd

    mov al, CMOS_ABOVE_16M + 1
    out CMOS_INDEX, al
    in al, CMOS_DATA
    shl eax, 8
    mov al, CMOS_ABOVE_16M
    out CMOS_INDEX, al
    in al, CMOS_DATA
    movzx eax, ax
    shl eax, 16
    add eax, 16 << 20
    sub eax, HIGH_MEMORY
    mov [INFORMATION + (high_length - information)], eax

    mov eax, MULTIBOOT2
    mov ebx, INFORMATION
    jmp [ENTRY]

align 4
information:
    dd information_end - information, 0
    dd TAG_MAP, map_end - $, 24, 0
    dq 0, LOW_MEMORY
    dd RAM, 0
    dq HIGH_MEMORY
high_length:
    dq 0
    dd RAM, 0
map_end:
    dd 0, 8                               ; end tag
information_end:

align 8
table:
    dq 0
    dq 0x00CF9B000000FFFF
    dq 0x00CF93000000FFFF
table_pointer:
    dw table_pointer - table - 1
    dd ROM_LINEAR + table

times 0xFFF0 - ($ - $$) db 0
bits 16
reset:
    jmp start
times 0x10000 - ($ - $$) db 0
