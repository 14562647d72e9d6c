/*
 * Selectors of the staff's GDT, which boot/32/entry.asm and boot/64/entry.asm hold.
 * boot/segments.inc has the same numbers; a test compares the two.
 */
#ifndef PAGEWALK_SEGMENTS_H
#define PAGEWALK_SEGMENTS_H

#define SELECTOR_CODE   0x08u
#define SELECTOR_DATA   0x10u
#define SELECTOR_TSS    0x28u /* two slots wide in 64-bit mode */
#define SELECTOR_CODE64 0x38u /* in the 32-bit lessons' table only */

#endif
