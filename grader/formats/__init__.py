"""What the parts of the grader hand to each other: exam, evidence, checks, codes. Knows nobody."""
