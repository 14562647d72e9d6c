"""A result becomes text: for people, CI and autograders. Knows formats alone."""
