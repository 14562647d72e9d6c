WIDTH := 64
LESSON_FILES := objects overflow questions
LESSON_PLATFORM := core/64/space core/64/regions
LESSON_PAGING := map
LESSON_BOOT := 64/stack
