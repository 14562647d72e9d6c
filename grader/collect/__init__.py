"""A kernel becomes evidence: drives an emulator from outside. Knows formats and machine."""
