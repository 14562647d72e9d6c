; The two headers by which a boot loader knows this kernel. Linked first in every image.
;
; Multiboot2 (GRUB, the way every lesson is started) and Multiboot1 (only so that `qemu -kernel`
; can start a lesson without GRUB in tests). Multiboot2 specification 2.0, "OS image format": the
; header lies 8-byte aligned in the first 32,768 bytes; Multiboot 0.6.96: 4-byte aligned in the
; first 8,192.

MB2_MAGIC     equ 0xE85250D6
MB2_I386      equ 0                       ; entered in 32-bit protected mode, paging off
TAG_FRAMEBUFFER equ 5
TAG_OPTIONAL  equ 1

MB1_MAGIC     equ 0x1BADB002
MB1_FLAGS     equ 0x00000003              ; page-aligned modules, memory information wanted

section .multiboot progbits alloc noexec nowrite align=8
mb2_header:
    dd MB2_MAGIC
    dd MB2_I386
    dd mb2_end - mb2_header
    dd 0x100000000 - (MB2_MAGIC + MB2_I386 + (mb2_end - mb2_header))
    dw TAG_FRAMEBUFFER, TAG_OPTIONAL      ; pixels do where there is no text: src/show/screen.h
    dd 20                                 ; bytes of this tag
    dd 0, 0, 0                            ; any width, any height, any depth
    align 8, db 0
    dw 0, 0                               ; end tag: type, flags
    dd 8                                  ;          size
mb2_end:

align 4
    dd MB1_MAGIC
    dd MB1_FLAGS
    dd 0x100000000 - (MB1_MAGIC + MB1_FLAGS)

section .note.GNU-stack noalloc noexec nowrite progbits
