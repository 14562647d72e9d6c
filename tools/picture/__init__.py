"""Pictures of page tables: one model of an address space, built from raw bytes, and what is drawn
from it (terminal tree, page, figures). Knows the manual; knows no lesson, emulator or judge."""


class PictureError(Exception):
    """Something cannot be drawn; the message is one sentence for the person who asked."""
