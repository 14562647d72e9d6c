# Which mode the kernel tries: MODE = 32, pae or 4.
WIDTH := $(if $(filter 4,$(MODE)),64,32)
LESSON_FILES := cases setup_$(MODE) $(if $(filter 4,$(MODE)),user64)
LESSON_PLATFORM := $(if $(filter 4,$(MODE)),,user32)
LESSON_BOOT := $(if $(filter 4,$(MODE)),,user32)
LESSON_PAGING := map $(if $(filter 4,$(MODE)),,protect)
