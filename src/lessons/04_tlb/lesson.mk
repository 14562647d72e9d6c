WIDTH := 32
LESSON_PLATFORM := lessons/shared/two_processes core/32/entry32 stage/stepping32
LESSON_BOOT := step32
LESSON_FILES := tables machine_facts questions
