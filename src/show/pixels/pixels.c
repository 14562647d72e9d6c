/* Characters as pixels: see pixels.h. */
#include "show/pixels/pixels.h"

#include "show/pixels/font.h"
#include "show/screen.h"

#define CELL_WIDTH    FONT_COLUMNS
#define CELL_HEIGHT   16u
#define CELL_ABOVE    1u /* empty rows above the font's */
#define PAGE_WIDTH    (SCREEN_COLUMNS * CELL_WIDTH)
#define PAGE_HEIGHT   (SCREEN_ROWS * CELL_HEIGHT)
#define MOST_ENLARGED 3u
#define UNKNOWN       '?'

/* VGA's sixteen colours, eight bits each of red, green and blue. */
static const uint32_t palette[16] = {
    0x000000, 0x0000AA, 0x00AA00, 0x00AAAA, 0xAA0000, 0xAA00AA, 0xAA5500, 0xAAAAAA,
    0x555555, 0x5555FF, 0x55FF55, 0x55FFFF, 0xFF5555, 0xFF55FF, 0xFFFF55, 0xFFFFFF,
};

/* A colour of eight bits where the screen wants it. */
static uint32_t part(uint32_t value, uint8_t position, uint8_t bits)
{
    value &= 0xFF;
    return (bits >= 8 ? value << (bits - 8u) : value >> (8u - bits)) << position;
}

static uint32_t pixel_of(const struct boot_screen *s, unsigned colour)
{
    uint32_t rgb = palette[colour];

    return part(rgb >> 16, s->red.position, s->red.bits) |
           part(rgb >> 8, s->green.position, s->green.bits) |
           part(rgb, s->blue.position, s->blue.bits);
}

static void put_pixel(volatile uint8_t *at, unsigned bytes, uint32_t pixel)
{
    if (bytes == 4) {
        *(volatile uint32_t *)(uintptr_t)at = pixel;
        return;
    }
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(pixel >> 8 * i);
}

static unsigned enlarged(const struct boot_screen *s)
{
    unsigned times = 1;

    while (times < MOST_ENLARGED && (times + 1) * PAGE_WIDTH <= s->width &&
           (times + 1) * PAGE_HEIGHT <= s->height)
        times++;
    return times;
}

static uint32_t margin(uint32_t all, uint32_t used)
{
    return all > used ? (all - used) / 2 : 0;
}

void pixels_clear(const struct boot_screen *s, volatile uint8_t *first)
{
    for (uint32_t y = 0; y < s->height; y++) {
        for (uint32_t x = 0; x < s->width; x++)
            put_pixel(first + y * s->bytes_per_row + x * s->bytes_per_pixel, s->bytes_per_pixel, 0);
    }
}

/* The dots of one row of a cell, the leftmost in bit 7. */
static uint8_t dots_of(unsigned character, unsigned y)
{
    unsigned glyph = character - FONT_FIRST;

    if (glyph >= FONT_CHARACTERS)
        glyph = UNKNOWN - FONT_FIRST;
    return y < CELL_ABOVE || y >= CELL_ABOVE + FONT_ROWS ? 0 : font[glyph][y - CELL_ABOVE];
}

void pixels_cell(const struct boot_screen *s, volatile uint8_t *first, unsigned row,
                 unsigned column, uint16_t cell)
{
    unsigned times = enlarged(s);
    uint32_t left = margin(s->width, times * PAGE_WIDTH) + column * CELL_WIDTH * times;
    uint32_t top = margin(s->height, times * PAGE_HEIGHT) + row * CELL_HEIGHT * times;
    uint32_t ink = pixel_of(s, cell >> 8 & 15), paper = pixel_of(s, cell >> 12);

    if (left + CELL_WIDTH * times > s->width || top + CELL_HEIGHT * times > s->height)
        return;
    for (unsigned y = 0; y < CELL_HEIGHT * times; y++) {
        volatile uint8_t *at = first + (top + y) * s->bytes_per_row + left * s->bytes_per_pixel;
        uint8_t dots = dots_of(cell & 0xFF, y / times);
        for (unsigned x = 0; x < CELL_WIDTH * times; x++, at += s->bytes_per_pixel)
            put_pixel(at, s->bytes_per_pixel, dots << x / times & 0x80 ? ink : paper);
    }
}
