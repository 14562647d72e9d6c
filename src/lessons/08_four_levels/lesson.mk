WIDTH := 64
LESSON_FILES := rows trouble memory_half memory_map
LESSON_PLATFORM := core/64/offered64
