"""What a person types: the verbs of ./pagewalk. Uses the machine and grader packages."""

import sys

PASS, LEARNER, TROUBLE, BUILD, USAGE = 0, 1, 2, 3, 64


class Stop(Exception):
    """Ends a verb with one clear sentence and an exit status."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status

    def __reduce__(self):
        return type(self)._again, (str(self), self.__dict__)      # from a worker process, too

    @classmethod
    def _again(cls, message, state):
        found = cls.__new__(cls, message)
        Exception.__init__(found, message)
        found.__dict__.update(state)
        return found


class NotBuilt(Stop):
    """A submission that does not compile or link; `gate` is what the gate said of it."""

    def __init__(self, message, gate):
        super().__init__(BUILD, message)
        self.gate, self.findings = gate, gate["findings"]


def say(text=""):
    """One line for the person at the terminal, at once."""
    print(text, flush=True)


def note(text):
    """A remark on the side: standard error, so that results can be piped."""
    print(text, file=sys.stderr, flush=True)
