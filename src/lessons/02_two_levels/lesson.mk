WIDTH := 32
LESSON_PLATFORM := lessons/shared/two_processes core/32/offered32
LESSON_FILES := second_half
