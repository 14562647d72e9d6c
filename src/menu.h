/*
 * The way back to the menu that a lesson was chosen from (make iso): the option menu=1 on its
 * command line. Nothing of this happens in a run of one lesson.
 */
#ifndef PAGEWALK_MENU_H
#define PAGEWALK_MENU_H

/* Waits for a key, of the keyboard or over the serial line, and resets the machine. */
_Noreturn void menu_return(void);

#endif
