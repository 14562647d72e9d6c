/*
 * Running a function on a stack of one's choice: boot/64/stack.asm. For lessons that break stacks
 * on purpose and want to go on afterwards.
 */
#ifndef PAGEWALK_STACK_H
#define PAGEWALK_STACK_H

#include <stdint.h>

#define BIG_FRAME 0x3000u

/*
 * Calls function(argument) with the stack pointer at `top`, a multiple of 16. 0 when it returned, 1
 * when a trap handler gave up on it by setting the trap's ip to stack_left. Does not nest.
 */
uint64_t stack_call(uint64_t top, void (*function)(uint64_t), uint64_t argument);
extern const uint8_t stack_left[];

/* Write `word` at the bottom of a frame of BIG_FRAME bytes: at once, or after each page above. */
void big_frame(uint64_t word);
void big_frame_probed(uint64_t word);

#endif
