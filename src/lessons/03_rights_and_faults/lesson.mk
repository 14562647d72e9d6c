WIDTH := 32
LESSON_PAGING := access
LESSON_FILES := tables matrix faults
LESSON_PLATFORM := core/32/offered32 stage/user32
LESSON_BOOT := 32/user
