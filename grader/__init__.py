"""Evidence in, result out: how a submission is graded. README.md follows one check."""
