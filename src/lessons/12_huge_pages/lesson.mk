WIDTH := 64
LESSON_FILES := spaces ranges questions
LESSON_PLATFORM := core/64/offered64 core/64/space
LESSON_PAGING := map
