WIDTH := 32
LESSON_PLATFORM := lessons/shared/two_processes
