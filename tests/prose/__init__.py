"""Whether the numbers in a lesson's text are true: extract.py finds, accounts.py accounts for them.

Used by tests/system/lessons/test_text.py. Knows texts, runs and geometry; knows nothing of how a
figure is drawn. README.md says what counts as accounted for.
"""
