; What a 64-bit lesson says on a CPU without long mode. It must be 32-bit code without C: nothing
; else of the image can run there. Serial line and VGA screen, then the same end as machine_end's
; "refused".

bits 32
global early_refuse

COM1          equ 0x3F8
LINE_STATUS   equ COM1 + 5
VGA_TEXT      equ 0xB8000
VGA_CELLS     equ 80 * 25
VGA_ROW       equ 80 * 2
VGA_WHITE     equ 0x07
END_REFUSED   equ 0x12                    ; src/core/machine.h
QEMU_EXIT     equ 0xF4
BOCHS_EXIT    equ 0x8900
PS2_DATA      equ 0x60                    ; as in src/show/menu.c
PS2_STATUS    equ 0x64
PS2_HAS_DATA  equ 0x01
PS2_RELEASED  equ 0x80
PS2_RESET     equ 0xFE
PS2_NOBODY    equ 0xFF

section .boot progbits alloc exec nowrite
early_refuse:
    mov esi, serial_setup
    mov ecx, serial_setup_pairs
.setup:
    movzx edx, byte [esi]
    add edx, COM1
    mov al, [esi + 1]
    out dx, al
    add esi, 2
    loop .setup

    mov edi, VGA_TEXT
    mov ecx, VGA_CELLS
    mov eax, (VGA_WHITE << 8) | ' '
    rep stosw

    mov esi, sentence
    mov edi, VGA_TEXT
    call early_print
global early_refuse_end
early_refuse_end:                         ; a debugger stops here: everything is printed
    mov eax, END_REFUSED
    out QEMU_EXIT, eax
    mov esi, shutdown
    mov dx, BOCHS_EXIT
    mov ecx, 8
    rep outsb

    mov esi, farewell                     ; no emulator that was told how this ended: somebody is
    mov edi, VGA_TEXT + VGA_ROW * 3       ; there who chose from a menu
    call early_print
.key:
    in al, PS2_STATUS
    cmp al, PS2_NOBODY
    je .key
    test al, PS2_HAS_DATA
    jz .key
    in al, PS2_DATA
    test al, PS2_RELEASED
    jnz .key
    mov al, PS2_RESET
    out PS2_STATUS, al
early_refuse_halt:
    hlt
    jmp early_refuse_halt

; Prints the text at ESI on the serial line and on the screen from EDI on.
early_print:
    mov dx, LINE_STATUS
.wait:
    in al, dx
    test al, 0x20                         ; transmitter holding register empty
    jz .wait
    lodsb
    test al, al
    jz .drain
    mov dx, COM1
    out dx, al
    cmp al, ' '
    jb early_print
    mov ah, VGA_WHITE
    stosw
    jmp early_print
.drain:
    mov dx, LINE_STATUS
.empty:
    in al, dx
    test al, 0x40                         ; transmitter empty
    jz .empty
    ret

serial_setup:                             ; register, value: as serial_init in src/show/console.c
    db 1, 0x00, 3, 0x80, 0, 0x01, 1, 0x00, 3, 0x03, 2, 0xC7, 4, 0x03
serial_setup_pairs equ ($ - serial_setup) / 2
sentence:
    db "This lesson runs in 64-bit mode, and this CPU has no long mode. "
    db "Choose a CPU that has it: leave CPU= away, or CPU=max under QEMU.", 13, 10, 0
farewell:
    db 13, 10, "Press a key to go back.", 13, 10, 0
shutdown:
    db "Shutdown"

section .note.GNU-stack noalloc noexec nowrite progbits
