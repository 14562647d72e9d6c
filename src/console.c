/* Serial line and VGA text screen: see console.h. 16550 UART, and the VGA text buffer at 0xB8000.
 */
#include "console.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "arch.h"
#include "cpu.h"

#define COM1                      0x3F8u
#define COM1_INTERRUPTS           (COM1 + 1)
#define COM1_FIFO                 (COM1 + 2)
#define COM1_LINE_CONTROL         (COM1 + 3)
#define COM1_MODEM_CONTROL        (COM1 + 4)
#define COM1_LINE_STATUS          (COM1 + 5)
#define LINE_CONTROL_8N1          0x03u /* 0 means five-bit characters, and Bochs obeys it */
#define LINE_CONTROL_DIVISOR      0x80u
#define LINE_STATUS_HOLDING_EMPTY 0x20u
#define LINE_STATUS_ALL_EMPTY     0x40u

#define VGA_WHITE 0x0700u

static unsigned vga_column, vga_row = CONSOLE_TOP;
static volatile uint16_t *vga_screen;

static volatile uint16_t *vga_cell(unsigned row, unsigned column)
{
    return vga_screen + row * CONSOLE_COLUMNS + column;
}

void console_move_screen(uintptr_t va)
{
    vga_screen = (volatile uint16_t *)va;
}

uintptr_t console_screen(void)
{
    return (uintptr_t)vga_screen;
}

void console_cell(unsigned row, unsigned column, uint16_t cell)
{
    *vga_cell(row, column) = cell;
}

void console_init(void)
{
    console_move_screen((uintptr_t)phys_ptr(VGA_TEXT));
    cpu_out8(COM1_INTERRUPTS, 0);
    cpu_out8(COM1_LINE_CONTROL, LINE_CONTROL_DIVISOR);
    cpu_out8(COM1, 1); /* divisor 1: 115,200 baud */
    cpu_out8(COM1_INTERRUPTS, 0);
    cpu_out8(COM1_LINE_CONTROL, LINE_CONTROL_8N1);
    cpu_out8(COM1_FIFO, 0xC7);
    cpu_out8(COM1_MODEM_CONTROL, 0x03);
    for (unsigned row = 0; row < CONSOLE_ROWS; row++) {
        for (unsigned column = 0; column < CONSOLE_COLUMNS; column++)
            *vga_cell(row, column) = VGA_WHITE | ' ';
    }
}

void console_drain(void)
{
    while (!(cpu_in8(COM1_LINE_STATUS) & LINE_STATUS_ALL_EMPTY))
        ;
}

static void serial_put(char c)
{
    while (!(cpu_in8(COM1_LINE_STATUS) & LINE_STATUS_HOLDING_EMPTY))
        ;
    cpu_out8(COM1, (uint8_t)c);
}

static void vga_new_line(void)
{
    vga_column = 0;
    if (++vga_row < CONSOLE_ROWS)
        return;
    for (unsigned row = CONSOLE_TOP; row < CONSOLE_ROWS; row++) {
        for (unsigned column = 0; column < CONSOLE_COLUMNS; column++)
            *vga_cell(row, column) =
                row + 1 < CONSOLE_ROWS ? *vga_cell(row + 1, column) : (uint16_t)(VGA_WHITE | ' ');
    }
    vga_row = CONSOLE_ROWS - 1;
}

static void put(char c)
{
    if (c == '\n') {
        serial_put('\r');
        vga_new_line();
    } else {
        if (vga_column == CONSOLE_COLUMNS)
            vga_new_line();
        *vga_cell(vga_row, vga_column++) = (uint16_t)(VGA_WHITE | (uint8_t)c);
    }
    serial_put(c);
}

/* Without 64-bit division, which 32-bit code would need a library for. */
static unsigned divide_by_ten(uint64_t *value)
{
    uint64_t quotient = 0, rest = 0;

    for (int bit = 63; bit >= 0; bit--) {
        rest = rest << 1 | (*value >> bit & 1);
        quotient <<= 1;
        if (rest >= 10) {
            rest -= 10;
            quotient |= 1;
        }
    }
    *value = quotient;
    return (unsigned)rest;
}

static void put_number(uint64_t value, bool hex, unsigned width, char pad)
{
    char digits[24];
    unsigned n = 0;

    do {
        unsigned digit;
        if (hex) {
            digit = (unsigned)(value & 15);
            value >>= 4;
        } else {
            digit = divide_by_ten(&value);
        }
        digits[n++] = "0123456789abcdef"[digit];
    } while (value != 0);
    for (; width > n; width--)
        put(pad);
    while (n > 0)
        put(digits[--n]);
}

static void put_string(const char *s, unsigned width)
{
    unsigned n = 0;

    for (; s[n] != '\0'; n++)
        put(s[n]);
    for (; n < width; n++)
        put(' ');
}

static void put_signed(int64_t value)
{
    if (value < 0)
        put('-');
    put_number(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, false, 0, ' ');
}

/* One conversion; *f stands behind the '%' and is left behind the conversion. */
static void convert(const char **f, va_list *arguments)
{
    char pad = ' ';
    unsigned width = 0, longs = 0;

    if (**f == '0')
        pad = '0';
    for (; **f >= '0' && **f <= '9'; ++*f)
        width = width * 10 + (unsigned)(**f - '0');
    for (; **f == 'l'; ++*f)
        longs++;
    char kind = *(*f)++;
    if (kind == 's') {
        put_string(va_arg(*arguments, const char *), width);
    } else if (kind == 'c') {
        put((char)va_arg(*arguments, int));
    } else if (kind == 'd') {
        put_signed(va_arg(*arguments, int));
    } else if (kind == 'u' || kind == 'x' || kind == 'X') {
        uint64_t value = longs == 2   ? va_arg(*arguments, unsigned long long)
                         : longs == 1 ? va_arg(*arguments, unsigned long)
                                      : va_arg(*arguments, unsigned);
        put_number(value, kind != 'u', width, pad);
    } else {
        put(kind);
    }
}

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    while (*format != '\0') {
        if (*format++ != '%') {
            put(format[-1]);
            continue;
        }
        convert(&format, &arguments);
    }
    va_end(arguments);
}
