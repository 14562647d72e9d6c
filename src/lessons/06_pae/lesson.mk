WIDTH := 32
LESSON_PLATFORM := lessons/shared/two_processes
LESSON_BOOT := 32/cr3
LESSON_FILES := tables questions offered demos
