WIDTH := 32
LESSON_PLATFORM := processes offered32
LESSON_FILES := second_half
