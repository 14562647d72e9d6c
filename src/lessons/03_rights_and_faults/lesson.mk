WIDTH := 32
LESSON_PAGING := access
LESSON_FILES := tables matrix faults
LESSON_PLATFORM := offered32 user32
LESSON_BOOT := user32
