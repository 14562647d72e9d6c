# Which mode the kernel tries: MODE = 32, pae, 4 or 5.
WIDTH := $(if $(filter 4 5,$(MODE)),64,32)
LESSON_FILES := cases setup_$(MODE) $(if $(filter 64,$(WIDTH)),setup_long user64) \
	$(if $(filter 5,$(MODE)),la57)
LESSON_PLATFORM := $(if $(filter 64,$(WIDTH)),,stage/user32)
LESSON_BOOT := $(if $(filter 64,$(WIDTH)),,32/user)
LESSON_PAGING := map $(if $(filter 64,$(WIDTH)),,ranges/map_range ranges/protect)
