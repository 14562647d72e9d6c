/* Lesson 5: what a page size costs and buys, reckoned from the geometry alone. */
#include "core/print.h"
#include "parts.h"

#define SMALL_OBJECTS 50000u
#define SMALL_SHIFT   12u
#define LARGE_SHIFT   16u /* 64 KiB: a size that x86 does not have */
#define ENTRY_BYTES   4u
#define TLB_ENTRIES   64u

/* Entries of one flat table for 4 GiB, with pages of 2^shift bytes. */
static uint32_t entries(unsigned shift)
{
    return 1u << (32 - shift);
}

static unsigned long long bytes_of_objects(unsigned shift)
{
    return (unsigned long long)SMALL_OBJECTS << shift;
}

static void print_size(unsigned shift)
{
    print("     %5u KiB  %8u  %11u  %14llu\n", 1u << (shift - 10), entries(shift),
          entries(shift) * ENTRY_BYTES, bytes_of_objects(shift));
}

void print_reckoning(void)
{
    uint32_t saved = (entries(SMALL_SHIFT) - entries(LARGE_SHIFT)) * ENTRY_BYTES;

    print("1  4 GiB by one flat table, and %u small objects with a page each:\n"
          "          page   entries  table bytes  objects' bytes\n",
          SMALL_OBJECTS);
    print_size(SMALL_SHIFT);
    print_size(LARGE_SHIFT);
    print("     The table saves %u bytes, the objects waste %llu more.\n", saved,
          bytes_of_objects(LARGE_SHIFT) - bytes_of_objects(SMALL_SHIFT));
}

void print_reach(void)
{
    const unsigned small_kib = 4, large_mib = 4;

    print("16 A TLB of %u entries reaches %u KiB by pages of 4 KiB, %u MiB by pages of 4 MiB.\n",
          TLB_ENTRIES, TLB_ENTRIES * small_kib, TLB_ENTRIES * large_mib);
}
