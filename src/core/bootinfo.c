/* What the boot loader said: see bootinfo.h. */
#include "core/bootinfo.h"

#include "arch.h"

#define MULTIBOOT2           0x36D76289u
#define MULTIBOOT1           0x2BADB002u
#define TAG_END              0u
#define TAG_COMMAND_LINE     1u
#define TAG_MODULE           3u
#define TAG_MEMORY_MAP       6u
#define TAG_FRAMEBUFFER      8u
#define FRAMEBUFFER_RGB      1u
#define MEMORY_AVAILABLE     1u
#define MB1_HAS_COMMAND_LINE (1u << 2)
#define MB1_HAS_MODULES      (1u << 3)
#define MB1_HAS_MEMORY_MAP   (1u << 6)

struct tag {
    uint32_t type, size;
};
struct tag_module {
    uint32_t type, size, start, end;
};
struct tag_map {
    uint32_t type, size, entry_size, entry_version;
};
struct __attribute__((packed)) tag_framebuffer {
    uint32_t type, size;
    uint64_t start;
    uint32_t bytes_per_row, width, height;
    uint8_t bits_per_pixel, kind;
    uint16_t reserved;
    struct {
        uint8_t position, bits;
    } red, green, blue;
};
struct map_entry {
    uint64_t start, length;
    uint32_t type, reserved;
};

struct mb1_info {
    uint32_t flags, lower, upper, boot_device, command_line;
    uint32_t modules, module_list, symbols[4], map_length, map;
};
struct mb1_module {
    uint32_t start, end, string, reserved;
};
struct __attribute__((packed)) mb1_map_entry {
    uint32_t size;
    uint64_t start, length;
    uint32_t type;
};

struct boot_info boot_info;

static void copy_command_line(const char *from)
{
    unsigned n = 0;

    for (; from[n] != '\0' && n + 1 < BOOT_COMMAND_LINE; n++)
        boot_info.command_line[n] = from[n];
    boot_info.command_line[n] = '\0';
}

static void add_ram(uint64_t start, uint64_t length, uint32_t type)
{
    if (type == MEMORY_AVAILABLE && boot_info.ram_regions < BOOT_REGIONS)
        boot_info.ram[boot_info.ram_regions++] = (struct boot_region){ start, start + length };
}

static void add_row(uint64_t start, uint64_t length, uint32_t type)
{
    if (boot_info.rows < BOOT_REGIONS)
        boot_info.row[boot_info.rows++] = (struct boot_row){ start, length, type };
    add_ram(start, length, type);
}

static void add_module(uint64_t start, uint64_t end)
{
    if (boot_info.modules < BOOT_MODULES)
        boot_info.module[boot_info.modules++] = (struct boot_region){ start, end };
}

static void read_map(const struct tag_map *map)
{
    const uint8_t *entry = (const uint8_t *)(map + 1);
    const uint8_t *end = (const uint8_t *)map + map->size;

    for (; entry + sizeof(struct map_entry) <= end; entry += map->entry_size) {
        const struct map_entry *e = (const void *)entry;
        add_row(e->start, e->length, e->type);
    }
}

static void read_framebuffer(const struct tag_framebuffer *f)
{
    if (f->kind != FRAMEBUFFER_RGB)
        return;
    boot_info.screen = (struct boot_screen){ .start = f->start,
                                             .bytes_per_row = f->bytes_per_row,
                                             .width = f->width,
                                             .height = f->height,
                                             .bytes_per_pixel = (f->bits_per_pixel + 7u) / 8,
                                             .red = { f->red.position, f->red.bits },
                                             .green = { f->green.position, f->green.bits },
                                             .blue = { f->blue.position, f->blue.bits } };
}

static void read_multiboot2(uint32_t info)
{
    uint32_t total = *(const uint32_t *)phys_ptr(info);
    const struct tag *tag;

    boot_info.self = (struct boot_region){ info, (uint64_t)info + total };
    for (uint64_t at = info + 8u; at < boot_info.self.end; at += (tag->size + 7u) & ~7u) {
        tag = phys_ptr(at);
        if (tag->type == TAG_END)
            return;
        if (tag->type == TAG_COMMAND_LINE)
            copy_command_line((const char *)(tag + 1));
        if (tag->type == TAG_MODULE) {
            const struct tag_module *m = (const void *)tag;
            add_module(m->start, m->end);
        }
        if (tag->type == TAG_MEMORY_MAP)
            read_map((const void *)tag);
        if (tag->type == TAG_FRAMEBUFFER)
            read_framebuffer((const void *)tag);
    }
}

static void read_multiboot1(uint32_t info)
{
    const struct mb1_info *mb1 = phys_ptr(info);

    boot_info.self = (struct boot_region){ info, info + sizeof *mb1 };
    if (mb1->flags & MB1_HAS_COMMAND_LINE)
        copy_command_line(phys_ptr(mb1->command_line));
    const struct mb1_module *module = phys_ptr(mb1->module_list);
    for (uint32_t i = 0; (mb1->flags & MB1_HAS_MODULES) && i < mb1->modules; i++)
        add_module(module[i].start, module[i].end);
    if (!(mb1->flags & MB1_HAS_MEMORY_MAP))
        return;
    for (uint32_t at = mb1->map; at < mb1->map + mb1->map_length;) {
        const struct mb1_map_entry *e = phys_ptr(at);
        add_row(e->start, e->length, e->type);
        at += e->size + 4u;
    }
}

bool boot_info_read(uint32_t magic, uint32_t info)
{
    if (magic == MULTIBOOT2)
        read_multiboot2(info);
    else if (magic == MULTIBOOT1)
        read_multiboot1(info);
    else
        return false;
    return true;
}

static bool overlap(const struct boot_region *r, uint64_t start, uint64_t end)
{
    return r->start < end && start < r->end;
}

bool boot_is_ram(uint64_t start, uint64_t end)
{
    for (unsigned i = 0; i < boot_info.ram_regions; i++) {
        if (boot_info.ram[i].start <= start && end <= boot_info.ram[i].end)
            return true;
    }
    return false;
}

bool boot_ram_has(uint64_t start, uint64_t end)
{
    if (overlap(&boot_info.self, start, end))
        return false;
    for (unsigned i = 0; i < boot_info.modules; i++) {
        if (overlap(&boot_info.module[i], start, end))
            return false;
    }
    return boot_is_ram(start, end);
}

uint64_t boot_option(const char *name, uint64_t fallback)
{
    for (const char *c = boot_info.command_line; *c != '\0'; c++) {
        unsigned n = 0;
        while (name[n] != '\0' && c[n] == name[n])
            n++;
        if (name[n] != '\0' || c[n] != '=' || (c != boot_info.command_line && c[-1] != ' '))
            continue;
        uint64_t value = 0;
        for (c += n + 1; *c >= '0' && *c <= '9'; c++)
            value = value * 10 + (uint64_t)(*c - '0');
        return value;
    }
    return fallback;
}
