WIDTH := 64
LESSON_FILES := spaces ranges questions
LESSON_PLATFORM := offered64 space
LESSON_PAGING := map
