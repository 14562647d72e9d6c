"""A submission becomes an object file, or is refused. Knows formats and machine."""
