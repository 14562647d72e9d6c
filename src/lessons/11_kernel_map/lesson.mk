WIDTH := 64
LESSON_FILES := regions_drawn questions survey
LESSON_PLATFORM := core/64/space
LESSON_PAGING := map
LESSON_BOOT := 64/stack
