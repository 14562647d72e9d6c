# Pagewalk. `make help` lists what a person types; the verbs are carried out by ./pagewalk, which has
# real exit statuses (make can only return 0 or 2). Below the verbs: how a lesson's kernel is built.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

# ---- What a person types -------------------------------------------------------------------------

VERBS := run debug tour grade start hint watch progress view tree gdb iso new
# Names of the variables on the command line: those that a verb has no use for are refused.
TOLD = $(strip $(foreach v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $v))),$v)))
export LESSON EMU SEED SOLUTION SUBMISSIONS GUI MEM CPU OPT CROSS NO_COLOR STOP SPACE VA NAME WIDTH

.PHONY: help list test test-long mutants machines lint format figures bench clean $(VERBS)
help list $(VERBS):
	@./pagewalk $@ --from-make="$(TOLD)"

test:
	@tests/run $(if $(QUICK),--quick)

format:
	clang-format -i $$(git ls-files "*.c" "*.h" | grep -v /proof/cheats/)

# Every entry of the corpora on both emulators, with three seeds on QEMU; make test runs those that
# together need every check, code and tripwire (tests/matrix --cover), each mutant once.
test-long:
	@LONG=1 tests/run

# The kill matrix: every mutant, the code that must name it, the code that did. LESSON=n for one.
mutants:
	@tests/matrix $(LESSON)

# Every lesson on machines of many kinds: firmware, memory, CPUs. LESSON=n for one.
machines:
	@tests/machines $(LESSON)

lint:
	@tests/lint

# The figures in the lessons, from the geometry in src/paging: tools/figures/README.md; and the one in
# README.md, from a run.
figures:
	@python3 tools/figures
	@./pagewalk view 2 --solution --seed 7 --stop process_2 --va 0x4ff0 --svg tools/picture/tables.svg

bench:
	@tests/bench

# For editors: clangd finds every file's flags there.
compile_commands.json: FORCE
	@tools/compile_commands

clean:
	rm -rf build

# ---- Tools and flags -----------------------------------------------------------------------------
# x86_64-elf-gcc if there is one, else x86_64-linux-gnu-gcc (the native compiler on amd64 Debian).

CROSS ?=
ifeq ($(strip $(CROSS)),)
override CROSS := $(firstword $(foreach p,x86_64-elf- x86_64-linux-gnu-,$(if $(shell command -v $(p)gcc),$(p))))
endif
CC := $(CROSS)gcc
LD := $(CROSS)ld
OBJCOPY := $(CROSS)objcopy
NASM := nasm
OPT := $(or $(strip $(OPT)),-O2)

FREESTANDING := -std=c11 -ffreestanding -fno-pic -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -mgeneral-regs-only -fno-common \
	-fno-delete-null-pointer-checks --param=min-pagesize=0 -fno-tree-loop-distribute-patterns -g
# A learner's signed sum may wrap, and a table be seen as two types: what the machine does, the grader
# can name. What an optimiser makes of undefined behaviour, nobody can.
FORGIVING := -fwrapv -fno-strict-aliasing
WARNINGS := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wmissing-prototypes \
	-Wstrict-prototypes -Wundef -Wvla -Wswitch-enum -Wcast-align=strict
FLAGS_32 := -m32
FLAGS_64 := -m64 -mno-red-zone -mcmodel=kernel
ELF_32 := elf32
ELF_64 := elf64
LD_32 := -m elf_i386
LD_64 := -m elf_x86_64 -z max-page-size=4096

# ---- The lesson chosen ---------------------------------------------------------------------------
# NAME is the folder's name (07_long_mode). Internal targets take it in full; ./pagewalk looks it up.

NAME ?=
LESSON_DIR := src/lessons/$(NAME)
-include $(LESSON_DIR)/lesson.mk
WIDTH ?= 32
WORK ?= $(LESSON_DIR)/proof/solution.c
OUT ?= build/$(NAME)/solution$(OPT)
OPTIONS ?=

COMPILE = $(CC) $(FREESTANDING) $(FLAGS_$(WIDTH)) $(OPT) $(WARNINGS)
# The same commit gives the same bytes in any folder, with any clock and for anyone: GCC takes the
# folder out by itself, and from what NASM made a step of ours does.
HERE = "-ffile-prefix-map=$(CURDIR)=."
# From 2.16.02 on NASM has a warning for each address that another section holds; before, none for that.
STRICT := -w+all -w-unknown-warning -w-reloc -werror
ASM = $(NASM) $(STRICT) -f $(ELF_$(WIDTH)) -g -F dwarf -I./
COMP_DIR := grader/machine/comp_dir.py grader/machine/elf.py
# -M and not -MD, which in NASM 2.16.01 leaves out what %include brings in. It knows what %assign says,
# and not equ: so does every %if and %rep.
define ASSEMBLE
	$(ASM) $< -o $@
	@python3 -B -m grader.machine.comp_dir $@
	@$(ASM) -M -MP -MT $@ -MF $(@:.o=.d) $<
endef
INCLUDES = -Isrc -Isrc/core/$(WIDTH)
PLATFORM_CC = $(COMPILE) $(HERE) -Werror $(INCLUDES) -MD -MP
PAGING_CC = $(COMPILE) $(HERE) -Werror -MD -MP
STAFF_DIR := build/staff$(WIDTH)$(OPT)
PLATFORM_C := main/main core/machine core/print show/console core/bootinfo core/frames core/memory \
	core/registers core/space_now stage/exam stage/lesson stage/probe core/traps/traps \
	core/traps/trap_names core/traps/fault core/traps/glance show/ink show/portrait show/screen \
	show/pixels/pixels show/pixels/font show/pixels/canvas$(WIDTH) show/menu
PAGING_C := geometry walk $(if $(filter map,$(LESSON_PAGING)),map ranges/split)
BOOT_32 := multiboot 32/entry 32/vectors 32/probe 32/glance
BOOT_64 := multiboot 64/entry 64/refuse 64/vectors 64/probe 64/glance 64/canvas
STAFF_OBJECTS := $(patsubst %,$(STAFF_DIR)/boot/%.o,$(BOOT_$(WIDTH)) $(LESSON_BOOT)) \
	$(patsubst %,$(STAFF_DIR)/src/%.o,$(PLATFORM_C) $(LESSON_PLATFORM)) \
	$(patsubst %,$(STAFF_DIR)/src/paging/%.o,$(sort $(PAGING_C) $(LESSON_PAGING))) \
	$(patsubst %,$(STAFF_DIR)/$(LESSON_DIR)/%.o,lesson $(LESSON_FILES))

# What no file holds is written into one, which is as old as the last change of its text: the command
# lines, the tools' versions, the list of objects, GRUB's options. What was made by other words is so
# made again. A text is looked at for the goals that want it: no verb asks a compiler for its version.
COMMANDS = $(PLATFORM_CC) | $(PAGING_CC) | $(ASM)
LINK = $(LD) $(LD_$(WIDTH)) -T boot/$(WIDTH)/kernel.ld --no-warn-rwx-segments -z noexecstack \
	-o $(OUT)/kernel.elf $(STAFF_OBJECTS) $(OUT)/work.o
TOOLS = $(eval TOOLS := $$(shell export LC_ALL=C; \
	$(CC) --version | { read -r first; echo "$$$$first"; }; $(LD) -v; $(NASM) -v))$(TOOLS)
IMAGERS = $(eval IMAGERS := $$(shell export LC_ALL=C; . boot/grub.sh; "$$$$mkimage" --version; \
	xorriso --version 2>&1 | { read -r first; echo "$$$$first"; }))$(IMAGERS)

# $(call remembered,FILE,NAME OF THE TEXT,GOALS): (strip: GNU make 4.3 may leave the newline.)
said = $(strip $(file <$1))
differ = $(subst x$1,,x$2)$(subst x$2,,x$1)
define remembered
$1: export WORDS = $$($2)
$1: $(if $(filter $3,$(MAKECMDGOALS)),$(if $(call differ,$(call said,$1),$(strip $($2))),FORCE))
	@mkdir -p $$(@D)
	@[ "$$$$(cat $$@ 2>/dev/null)" = "$$$$WORDS" ] || printf '%s\n' "$$$$WORDS" >$$@
endef
$(eval $(call remembered,build/tools,TOOLS,staff kernel image stripped fast build/%))
$(eval $(call remembered,$(STAFF_DIR)/commands,COMMANDS,staff kernel image stripped fast build/%))
$(eval $(call remembered,$(OUT)/link,LINK,kernel image stripped fast build/%))
$(eval $(call remembered,$(OUT)/imagers,IMAGERS,image build/%.iso))
$(eval $(call remembered,$(OUT)/options,OPTIONS,image build/%.iso))

.PHONY: staff kernel image stripped print-work-flags print-tools
staff: $(STAFF_OBJECTS)
kernel: $(OUT)/kernel.elf $(OUT)/kernel32.elf
image: $(OUT)/kernel.iso
stripped: $(OUT)/stripped.elf

# The one command line by which a learner's file is compiled, for each ending: the grader's gate does.
print-work-flags:
	@echo ".c $(COMPILE) $(FORGIVING)"
	@echo ".asm $(NASM) -f $(ELF_$(WIDTH)) -g -F dwarf"
print-tools:
	@echo "$(CROSS)"

MADE_BY := build/tools $(STAFF_DIR)/commands
$(STAFF_DIR)/boot/%.o: boot/%.asm $(COMP_DIR) $(MADE_BY)
	@mkdir -p $(@D)
	$(ASSEMBLE)

$(STAFF_DIR)/src/%.o: src/%.c $(MADE_BY)
	@mkdir -p $(@D)
	$(PLATFORM_CC) -c $< -o $@

# Kernels of the project's own tests (tests/guest) are built as lessons are: LESSON_DIR says where.
$(STAFF_DIR)/tests/%.o: tests/%.c $(MADE_BY)
	@mkdir -p $(@D)
	$(PLATFORM_CC) -c $< -o $@
$(STAFF_DIR)/tests/%.o: tests/%.asm $(COMP_DIR) $(MADE_BY)
	@mkdir -p $(@D)
	$(ASSEMBLE)

# src/paging sees nothing above itself.
$(STAFF_DIR)/src/paging/%.o: src/paging/%.c $(MADE_BY)
	@mkdir -p $(@D)
	$(PAGING_CC) -c $< -o $@

# ---- One kernel: staff objects and one learner's file --------------------------------------------

$(OUT)/kernel.elf: $(STAFF_OBJECTS) $(OUT)/work.o boot/$(WIDTH)/kernel.ld $(OUT)/link build/tools
	$(LINK)

# `qemu -kernel` wants a 32-bit ELF file, whatever the code in it.
$(OUT)/kernel32.elf: $(OUT)/kernel.elf
	$(OBJCOPY) -O elf32-i386 -S $< $@

# The gate leaves $(OUT)/gate.o, compiled alone in a folder of its own; here it gets its own sections.
# From here on all is quick, so a change of the Makefile counts as a change of its recipes.
$(OUT)/work.o: $(OUT)/gate.o build/tools Makefile
	$(OBJCOPY) --prefix-alloc-sections=.work $< $@

$(OUT)/grub.cfg: grub.cfg $(OUT)/options
	@sed -e 's|@OPTIONS@|$(OPTIONS)|' $< >$@

$(OUT)/stripped.elf: $(OUT)/kernel.elf
	$(OBJCOPY) -S $< $@

$(OUT)/kernel.iso: $(OUT)/stripped.elf $(OUT)/grub.cfg boot/image boot/grub.sh $(OUT)/imagers
	boot/image $(OUT)/stripped.elf $(OUT)/grub.cfg $@

# The same kernel for Bochs without BIOS and GRUB (boot/rom.asm): only the project's own corpora.
fast: $(OUT)/kernel.bin $(OUT)/entry.bin build/rom.bin
.PHONY: fast
build/rom.bin: boot/rom.asm build/tools Makefile
	$(NASM) $(STRICT) -f bin $< -o $@
	@$(NASM) -f bin -M -MP -MT $@ -MF build/rom.d $<
$(OUT)/kernel.bin: $(OUT)/kernel.elf
	$(OBJCOPY) -O binary $< $@
$(OUT)/entry.bin: $(OUT)/kernel.elf
	@printf "$$($(CROSS)readelf -h $< | sed -n 's/.*Entry point address: *0x//p' | \
		sed -E 's/^/00000000/; s/.*(..)(..)(..)(..)$$/\\x\4\\x\3\\x\2\\x\1/')" >$@

FORCE:
.PHONY: FORCE

-include $(STAFF_OBJECTS:.o=.d) build/rom.d
