"""Figures of the lessons, drawn from the geometry in src/paging: `make figures`.

geometry.c says what the geometry is, facts.py reads it, layout.py makes rows of fields of it,
text.py and svg.py draw those, pages.py puts the drawings into the lessons.
"""


class Wrong(Exception):
    """Something cannot be drawn; one sentence for the person who wrote it."""
