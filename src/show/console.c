/* The story on the screen: see console.h. */
#include "show/console.h"

#include "core/print.h"
#include "show/screen.h"

static unsigned column, row = CONSOLE_TOP;

static void new_line(void)
{
    column = 0;
    if (++row < SCREEN_ROWS)
        return;
    for (unsigned y = CONSOLE_TOP; y < SCREEN_ROWS; y++) {
        for (unsigned x = 0; x < SCREEN_COLUMNS; x++)
            screen_put(y, x, y + 1 < SCREEN_ROWS ? screen_cell(y + 1, x) : SCREEN_WHITE | ' ');
    }
    row = SCREEN_ROWS - 1;
}

static void put(char c)
{
    if (c == '\n') {
        new_line();
    } else if (c == '\r') {
        column = 0;
    } else {
        if (column == SCREEN_COLUMNS)
            new_line();
        screen_put(row, column++, (uint16_t)(SCREEN_WHITE | (uint8_t)c));
    }
}

void console_init(void)
{
    screen_clear();
    print_also(put);
}
