"""What a person types: a module a verb; table.py is what main.py looks them up in."""
