/* Lesson 10, your part. work.h says what each function must do; lesson.md explains why. */
#include "work.h"

enum result alloc_guarded_stack(const char *name, uint64_t pages, struct guarded *stack)
{
    /* On which side is the end that a stack grows towards? */
    (void)name, (void)pages, (void)stack;
    return TODO;
}

enum result alloc_guarded_buffer(const char *name, uint64_t bytes, struct guarded *buffer)
{
    /* The heap is one large page. What must happen to it before a small part can go? */
    (void)name, (void)bytes, (void)buffer;
    return TODO;
}

enum result install_fault_stack(struct tss *tss, struct gate *idt, va_t top)
{
    /* Two structures must agree: the gate names the entry, the entry holds the address. */
    (void)tss, (void)idt, (void)top;
    return TODO;
}

enum result is_guard_hit(va_t cr2, const struct guarded *list, unsigned count, unsigned *which)
{
    (void)cr2, (void)list, (void)count, (void)which;
    return TODO;
}
