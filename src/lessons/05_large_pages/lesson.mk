WIDTH := 32
LESSON_PLATFORM := offered32
LESSON_FILES := costs spaces small_again bits
