/* The serial line, and print: see print.h. 16550 UART. */
#include "core/print.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/cpu.h"

#define COM1                      0x3F8u
#define COM1_INTERRUPTS           (COM1 + 1)
#define COM1_FIFO                 (COM1 + 2)
#define COM1_LINE_CONTROL         (COM1 + 3)
#define COM1_MODEM_CONTROL        (COM1 + 4)
#define COM1_LINE_STATUS          (COM1 + 5)
#define LINE_CONTROL_8N1          0x03u /* 0 means five-bit characters, and Bochs obeys it */
#define LINE_CONTROL_DIVISOR      0x80u
#define LINE_STATUS_DATA_READY    0x01u
#define LINE_STATUS_HOLDING_EMPTY 0x20u
#define LINE_STATUS_ALL_EMPTY     0x40u

#define COM1_SCRATCH    (COM1 + 7)
#define SCRATCH_PATTERN 0x5Au

static bool has_serial;
static void (*also)(char c);

/* A UART keeps what is written to its scratch register; where there is none, nothing does. */
static bool find_serial(void)
{
    cpu_out8(COM1_SCRATCH, SCRATCH_PATTERN);
    return cpu_in8(COM1_SCRATCH) == SCRATCH_PATTERN;
}

void serial_init(void)
{
    has_serial = find_serial();
    if (!has_serial)
        return;
    cpu_out8(COM1_INTERRUPTS, 0);
    cpu_out8(COM1_LINE_CONTROL, LINE_CONTROL_DIVISOR);
    cpu_out8(COM1, 1); /* divisor 1: 115,200 baud */
    cpu_out8(COM1_INTERRUPTS, 0);
    cpu_out8(COM1_LINE_CONTROL, LINE_CONTROL_8N1);
    cpu_out8(COM1_FIFO, 0xC7);
    cpu_out8(COM1_MODEM_CONTROL, 0x03);
}

void serial_drain(void)
{
    while (has_serial && !(cpu_in8(COM1_LINE_STATUS) & LINE_STATUS_ALL_EMPTY))
        ;
}

void serial_close(void)
{
    serial_drain();
    if (has_serial)
        cpu_out8(COM1_FIFO, 0);
}

char serial_key(void)
{
    if (!has_serial || !(cpu_in8(COM1_LINE_STATUS) & LINE_STATUS_DATA_READY))
        return 0;
    return (char)cpu_in8(COM1);
}

static void serial_put(char c)
{
    if (!has_serial)
        return;
    while (!(cpu_in8(COM1_LINE_STATUS) & LINE_STATUS_HOLDING_EMPTY))
        ;
    cpu_out8(COM1, (uint8_t)c);
}

void print_also(void (*put)(char c))
{
    also = put;
}

static void put(char c)
{
    if (c == '\n')
        serial_put('\r');
    serial_put(c);
    if (also != NULL)
        also(c);
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
