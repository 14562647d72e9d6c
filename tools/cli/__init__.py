"""What a person types: the verbs of ./pagewalk. Uses the machine and grader packages."""

import sys

PASS, LEARNER, TROUBLE, BUILD, USAGE = 0, 1, 2, 3, 64


class Stop(Exception):
    """Ends a verb with one clear sentence and an exit status."""

    def __init__(self, status, message):
        super().__init__(status, message)       # `args` are these: a worker process hands it on
        self.status, self.message = status, message

    def __str__(self):
        return self.message


class NotBuilt(Stop):
    """A submission that does not compile or link; `gate` is what the gate said of it."""

    def __init__(self, message, gate):
        super().__init__(BUILD, message)
        self.args, self.gate = (message, gate), gate


def say(text=""):
    """One line for the person at the terminal, at once."""
    print(text, flush=True)


def note(text):
    """A remark on the side: standard error, so that results can be piped."""
    print(text, file=sys.stderr, flush=True)
