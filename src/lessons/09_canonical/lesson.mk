WIDTH := 64
LESSON_FILES := questions predictions
LESSON_PLATFORM := space
LESSON_PAGING := map
