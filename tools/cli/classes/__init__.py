"""A whole class: who handed in what, each graded in a process of its own, one table at the end."""
