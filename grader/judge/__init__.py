"""Evidence becomes a result: pure functions, no file, no emulator. Knows formats alone."""
