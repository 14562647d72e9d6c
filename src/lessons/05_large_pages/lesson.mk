WIDTH := 32
LESSON_PLATFORM := core/32/offered32
LESSON_FILES := costs spaces small_again bits
