/*
 * The story on the screen: what print() says, line by line, scrolling below the portrait.
 */
#ifndef PAGEWALK_CONSOLE_H
#define PAGEWALK_CONSOLE_H

#define CONSOLE_TOP 11u /* the story scrolls from this row on; above it the portrait hangs */

/* Empties the screen; what is printed from here on stands there, too. */
void console_init(void);

#endif
