WIDTH := 64
LESSON_FILES := objects overflow questions
LESSON_PLATFORM := space regions
LESSON_PAGING := map
LESSON_BOOT := stack64
