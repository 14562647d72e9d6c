/* expect: C-SIZE. Fills the machine before the lesson has begun. */
#include "work.h"

__attribute__((used)) static unsigned char room[1u << 30];
