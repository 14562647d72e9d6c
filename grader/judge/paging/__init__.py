"""The judge's own page walk over the raw bytes of tables, written from the manual."""
