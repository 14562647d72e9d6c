WIDTH := 32
LESSON_PLATFORM := offered32
LESSON_FILES := small_again bits
