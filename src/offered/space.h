/*
 * The space that CR3 names now, page by page: what the staff offers a learner's file in lessons
 * where such functions are no longer the question. Frames come from the staff's allocator, tables
 * are reached through the window. Whatever changes here is dropped from the TLB before the call
 * returns. A call that does not answer DONE (or true) has changed nothing.
 *
 * Used by 64-bit lessons and their learners' files. Knows src/paging; knows no lesson.
 */
#ifndef PAGEWALK_SPACE_H
#define PAGEWALK_SPACE_H

#include "offered/result.h"
#include "paging/types.h"

/* A frame of your own, with old rubbish in it; false when none is left. */
bool frame_alloc(pa_t *frame);
void frame_free(pa_t frame);

/*
 * Maps the 4 KiB page at `page` to the frame at `frame`. `flags` are entry bits (PTE_RW, PTE_XD,
 * ...) without PTE_P, which is added. ALREADY_MAPPED, LARGE_PAGE (a large page covers it),
 * UNALIGNED, OUT_OF_FRAMES (none for a table), OUT_OF_RANGE (not canonical, or bits that no entry
 * can hold).
 */
enum result map_page(va_t page, pa_t frame, uint64_t flags);

/*
 * Takes the 4 KiB page away and stores in *frame (unless that is NULL) where it led. The frame is
 * not freed: it may be anyone's. Tables that are empty now are. NOT_MAPPED, LARGE_PAGE, UNALIGNED.
 */
enum result unmap_page(va_t page, pa_t *frame);

/*
 * Makes the page that holds `va` small: a large one is replaced by a table of 4 KiB pages that
 * translate as it did. DONE too when it is small already. NOT_MAPPED, OUT_OF_FRAMES (none for the
 * table).
 */
enum result split_large(va_t va);

/* The staff's: maps the 2 MiB page at `page` to the 2 MiB at `pa`. As map_page. */
enum result map_large_page(va_t page, pa_t pa, uint64_t flags);

#endif
