/* Back to the menu: see menu.h. Keys come from the PS/2 controller (which a BIOS also plays for a
 * USB keyboard) and from the serial line. */
#include "show/menu.h"

#include <stdbool.h>

#include "core/bootinfo.h"
#include "core/cpu.h"
#include "core/print.h"
#include "show/screen.h"

#define PS2_DATA           0x60u
#define PS2_STATUS         0x64u
#define PS2_HAS_DATA       0x01u
#define PS2_FROM_MOUSE     0x20u
#define PS2_NOBODY         0xFFu /* what is read where there is no controller */
#define PS2_RELEASED       0x80u /* in a scan code: the key went up; also in prefixes and answers */
#define PS2_ESCAPE         0x01u
#define PS2_RESET          0xFEu
#define RESET_CONTROL      0xCF9u /* of PCI chip sets */
#define RESET_COLD         0x06u
#define RESET_COLD_PREPARE 0x02u

#define ASCII_ESCAPE 0x1B

static bool to_the_end; /* no more pauses are wanted */

/* The scan code that has come, 0 when none has. What the mouse says looks like a key's release. */
static uint8_t keyboard_code(void)
{
    uint8_t status = cpu_in8(PS2_STATUS);

    if (status == PS2_NOBODY || !(status & PS2_HAS_DATA))
        return 0;
    uint8_t code = cpu_in8(PS2_DATA);
    return status & PS2_FROM_MOUSE ? PS2_RELEASED : code;
}

/* What was typed while nobody asked is no answer. */
static void forget_keys(void)
{
    while (keyboard_code() != 0 || serial_key() != 0)
        ;
}

/* Waits for a key to go down; true when it is Escape. */
static bool key_is_escape(void)
{
    for (;;) {
        uint8_t code = keyboard_code();
        char c = serial_key();
        if (c != 0 || (code != 0 && !(code & PS2_RELEASED)))
            return c == ASCII_ESCAPE || code == PS2_ESCAPE;
    }
}

bool menu_was_there(void)
{
    return boot_option("menu", 0) != 0;
}

void menu_pause(void)
{
    if (to_the_end || !menu_was_there())
        return;
    forget_keys();
    print("-- any key: go on    Esc: to the end --");
    screen_show();
    to_the_end = key_is_escape();
    print("\r%50s\r", "");
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
    forget_keys();
    print("\nPress a key to go back to the menu.");
    screen_show();
    serial_close(); /* before the line ends: it would drop a key that comes in answer to that */
    print("\n");    /* who reads the serial line knows now that the screen shows it */
    serial_drain();
    (void)key_is_escape();
    reset();
}
