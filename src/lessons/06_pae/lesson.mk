WIDTH := 32
LESSON_PLATFORM := lessons/shared/two_processes
LESSON_BOOT := cr3_32
LESSON_FILES := tables questions offered demos
