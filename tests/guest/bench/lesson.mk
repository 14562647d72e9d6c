# Which mode the kernel measures: MODE = 32, pae or 4.
WIDTH := $(if $(filter 4,$(MODE)),64,32)
LESSON_FILES := mode_$(MODE) measure$(WIDTH)
LESSON_PAGING := map access
