WIDTH := 64
LESSON_FILES := questions predictions
LESSON_PLATFORM := core/64/space
LESSON_PAGING := map
