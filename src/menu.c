/* Back to the menu: see menu.h. Keys come from the PS/2 controller (which a BIOS also plays for a
 * USB keyboard) and from the serial line. */
#include "menu.h"

#include <stdbool.h>

#include "console.h"
#include "cpu.h"
#include "screen.h"

#define PS2_DATA           0x60u
#define PS2_STATUS         0x64u
#define PS2_HAS_DATA       0x01u
#define PS2_FROM_MOUSE     0x20u
#define PS2_NOBODY         0xFFu /* what is read where there is no controller */
#define PS2_RELEASED       0x80u /* in a scan code: the key went up; also in prefixes and answers */
#define PS2_RESET          0xFEu
#define RESET_CONTROL      0xCF9u /* of PCI chip sets */
#define RESET_COLD         0x06u
#define RESET_COLD_PREPARE 0x02u

/* The scan code that has come, 0 when none has. What the mouse says looks like a key's release. */
static uint8_t keyboard_code(void)
{
    uint8_t status = cpu_in8(PS2_STATUS);

    if (status == PS2_NOBODY || !(status & PS2_HAS_DATA))
        return 0;
    uint8_t code = cpu_in8(PS2_DATA);
    return status & PS2_FROM_MOUSE ? PS2_RELEASED : code;
}

static bool key_pressed(void)
{
    uint8_t code = keyboard_code();

    return (code != 0 && !(code & PS2_RELEASED)) || console_key();
}

/* The ways to reset a PC, one after the other: not every machine knows every one. */
static _Noreturn void reset(void)
{
    cpu_out8(RESET_CONTROL, RESET_COLD_PREPARE);
    cpu_out8(RESET_CONTROL, RESET_COLD);
    cpu_out8(PS2_STATUS, PS2_RESET);
    cpu_load_idt(&(struct cpu_table_pointer){ 0, 0 });
    for (;;)
        __builtin_trap(); /* without an interrupt table: a triple fault */
}

_Noreturn void menu_return(void)
{
    print("\nPress a key to go back to the menu.");
    screen_show();
    print("\n"); /* who reads the serial line knows now that the screen shows it */
    console_close();
    while (keyboard_code() != 0 || console_key())
        ; /* what was typed before */
    while (!key_pressed())
        ;
    reset();
}
