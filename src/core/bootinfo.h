/*
 * What the boot loader said: memory map, command line, modules. Read once, before anything is
 * allocated, copied so that the loader's memory need not stay mapped. Physical addresses and bytes
 * throughout.
 */
#ifndef PAGEWALK_BOOTINFO_H
#define PAGEWALK_BOOTINFO_H

#include <stdbool.h>
#include <stdint.h>

#define BOOT_REGIONS      64u
#define BOOT_MODULES      8u
#define BOOT_COMMAND_LINE 128u

struct boot_region {
    uint64_t start, end;
}; /* half open */

/* A row of the firmware's memory map as it came: type 1 is available RAM, all others are not. */
struct boot_row {
    uint64_t start, bytes;
    uint32_t type;
};

/* The screen as the loader left it. bytes_per_pixel is 0 when there are no pixels to draw on: then
 * it is the VGA text screen. */
struct boot_screen {
    uint64_t start; /* of the first pixel */
    uint32_t bytes_per_row, width, height;
    unsigned bytes_per_pixel;
    struct {
        uint8_t position, bits;
    } red, green, blue; /* where each colour lies in a pixel */
};

struct boot_info {
    char command_line[BOOT_COMMAND_LINE];
    unsigned ram_regions, modules;
    struct boot_region ram[BOOT_REGIONS]; /* available RAM, as the firmware names it */
    unsigned rows;
    struct boot_row row[BOOT_REGIONS]; /* all of the map */
    struct boot_region module[BOOT_MODULES];
    struct boot_screen screen;
    struct boot_region self; /* where the loader left this information */
};

extern struct boot_info boot_info;

/*
 * Reads the information at physical address `info`. magic tells the format: 0x36D76289 Multiboot2
 * (specification 2.0, "Boot information format"), 0x2BADB002 Multiboot1. False for any other.
 */
bool boot_info_read(uint32_t magic, uint32_t info);

/* The whole of [start, end) is RAM by the memory map. */
bool boot_is_ram(uint64_t start, uint64_t end);

/* As above, and nothing that the loader left there is still needed. */
bool boot_ram_has(uint64_t start, uint64_t end);

/* The number behind "name=" on the command line, or the fallback. Decimal. */
uint64_t boot_option(const char *name, uint64_t fallback);

#endif
