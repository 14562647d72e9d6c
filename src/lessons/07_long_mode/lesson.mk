WIDTH := 32
LESSON_PLATFORM := stage/landing
LESSON_BOOT := 64/landing
