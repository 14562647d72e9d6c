WIDTH := 32
LESSON_PLATFORM := processes entry32 stepping32
LESSON_BOOT := step32
LESSON_FILES := tables machine_facts questions
