/*
 * An access by the CPU in ring 3 that may fault, and what came of it: probe.h's twin for user mode.
 * The instructions stand in boot/32/user.asm, in a page of their own.
 *
 * Used by lessons about user mode (LESSON_BOOT := 32/user, LESSON_PLATFORM := stage/user32). The
 * lesson maps the page at user_text with US; its kernel stays without.
 */
#ifndef PAGEWALK_USER32_H
#define PAGEWALK_USER32_H

#include "stage/probe.h"

extern const uint8_t user_text[]; /* the one page that ring 3 runs from */

/* Opens the way back: INT3 for ring 3, and the kernel's stack in the TSS. Before any checkpoint. */
void user_init(void);

/* As probe(), with CPL 3. A fetch comes back when the byte at va is an INT3 (0xCC). */
struct probe user_probe(enum probe_kind kind, word_t va, uint32_t value);

#endif
