WIDTH := 32
LESSON_PLATFORM := lessons/shared/two_processes core/32/entry32 stage/stepping32
LESSON_BOOT := 32/step
LESSON_FILES := tables machine_facts questions
