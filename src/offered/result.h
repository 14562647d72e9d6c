/*
 * What a function of the learner's answers. The numbers are part of the grader's contract: the
 * judge reads them from memory. TODO is what a starter answers for a function nobody has written
 * yet.
 */
#ifndef PAGEWALK_RESULT_H
#define PAGEWALK_RESULT_H

enum result {
    DONE = 0,
    TODO = 1,
    NOT_MAPPED = 2,     /* there is no page at this address */
    ALREADY_MAPPED = 3, /* there is one already, and it stays as it is */
    UNALIGNED = 4,      /* an address or a size is not a multiple of the page size */
    OUT_OF_RANGE = 5,   /* the range runs past the last address, or is empty */
    OUT_OF_FRAMES = 6,  /* the frame allocator has nothing left */
    LARGE_PAGE = 7,     /* a large page is in the way */
    NOT_ALIKE = 8,      /* the pages differ in a way that one page cannot have */
    FORBIDDEN = 9,      /* the page may not be used like this */
    NOT_ALLOWED = 10,   /* rights that nothing may have together */
};

#endif
