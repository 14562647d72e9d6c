/* What is on the screen, and how it gets there: see screen.h. */
#include "show/screen.h"

#include <stddef.h>

#include "arch.h"
#include "core/bootinfo.h"
#include "show/pixels/canvas.h"
#include "show/pixels/pixels.h"

static uint16_t cells[SCREEN_ROWS][SCREEN_COLUMNS];
static bool changed[SCREEN_ROWS]; /* since the pixels were drawn */
static volatile uint16_t *text;   /* the text screen, if there is one */
static bool has_pixels;

static volatile uint16_t *text_cell(unsigned row, unsigned column)
{
    return text + row * SCREEN_COLUMNS + column;
}

void screen_clear(void)
{
    for (unsigned row = 0; row < SCREEN_ROWS; row++) {
        for (unsigned column = 0; column < SCREEN_COLUMNS; column++)
            cells[row][column] = SCREEN_WHITE | ' ';
    }
}

static void clear_pixels(volatile uint8_t *first)
{
    pixels_clear(&boot_info.screen, first);
}

void screen_init(void)
{
    const struct boot_screen *s = &boot_info.screen;

    if (s->bytes_per_pixel != 0) {
        has_pixels = canvas_init(s->start, (uint64_t)s->bytes_per_row * s->height);
        if (has_pixels)
            canvas_use(clear_pixels);
        return;
    }
    screen_move((uintptr_t)phys_ptr(VGA_TEXT));
    for (unsigned row = 0; row < SCREEN_ROWS; row++) {
        for (unsigned column = 0; column < SCREEN_COLUMNS; column++)
            *text_cell(row, column) = cells[row][column];
    }
}

void screen_move(uintptr_t va)
{
    if (boot_info.screen.bytes_per_pixel == 0)
        text = (volatile uint16_t *)va;
}

uintptr_t screen_place(void)
{
    return (uintptr_t)text;
}

void screen_put(unsigned row, unsigned column, uint16_t cell)
{
    if (cells[row][column] == cell)
        return;
    cells[row][column] = cell;
    changed[row] = true;
    if (text != NULL)
        *text_cell(row, column) = cell;
}

uint16_t screen_cell(unsigned row, unsigned column)
{
    return cells[row][column];
}

static void draw_rows(volatile uint8_t *first)
{
    for (unsigned row = 0; row < SCREEN_ROWS; row++) {
        for (unsigned column = 0; changed[row] && column < SCREEN_COLUMNS; column++)
            pixels_cell(&boot_info.screen, first, row, column, cells[row][column]);
        changed[row] = false;
    }
}

void screen_show(void)
{
    if (has_pixels)
        canvas_use(draw_rows);
}
