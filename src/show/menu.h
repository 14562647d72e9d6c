/*
 * What is different for a lesson that somebody chose from the menu of make iso, and watches: it
 * waits at each checkpoint, and at its end leads back to the menu. The option menu=1 on its command
 * line says so. Nothing of this happens in a run of one lesson.
 */
#ifndef PAGEWALK_MENU_H
#define PAGEWALK_MENU_H

#include <stdbool.h>

/* Whether the lesson was chosen from a menu. */
bool menu_was_there(void);

/* Then: waits for a key at a checkpoint, so that there is time to look. With Escape it is the last
 * such pause. */
void menu_pause(void);

/* Waits for a key, of the keyboard or over the serial line, and resets the machine. */
_Noreturn void menu_return(void);

#endif
