"""The terminal of `watch`: keys as they are pressed, and everything as it was afterwards.

Keys are read one by one and not echoed; Ctrl-C and Ctrl-Z stay signals. Whatever ends or suspends
us, the terminal's own settings come back.
"""

import os
import signal
import sys
import termios
import tty
from contextlib import contextmanager


class Terminal:
    """Use as a context manager. `keys` is the descriptor to select on; resumed() is called when we
    go on after Ctrl-Z."""

    def __init__(self, resumed):
        self.keys, self._resumed = sys.stdin.fileno(), resumed
        self._saved = self._before = None
        self._ours = False

    def __enter__(self):
        self._saved = termios.tcgetattr(self.keys)
        self._before = signal.signal(signal.SIGTSTP, self._suspend)
        self._take()
        return self

    def __exit__(self, *_):
        self._give_back()
        signal.signal(signal.SIGTSTP, self._before)

    def _take(self):
        tty.setcbreak(self.keys, termios.TCSADRAIN)
        self._ours = True

    def _give_back(self):
        self._ours = False
        termios.tcsetattr(self.keys, termios.TCSADRAIN, self._saved)

    def _suspend(self, _number, _frame):
        """Ctrl-Z: give the terminal back, stop, and take it again when continued."""
        ours = self._ours
        if ours:
            self._give_back()
        os.kill(os.getpid(), signal.SIGSTOP)
        if ours:
            self._take()
            self._resumed()

    @contextmanager
    def lent(self):
        """While another program uses the terminal."""
        self._give_back()
        try:
            yield
        finally:
            self._take()

    def key(self):
        """The next key; "" when the terminal is gone."""
        try:
            return os.read(self.keys, 1).decode("latin-1")
        except OSError:
            return ""


def plain():
    """Whether the terminal cannot even clear a line."""
    return os.environ.get("TERM", "dumb") == "dumb"


def clear(stream):
    """Begins a new page where the terminal can; a rule where it cannot."""
    if plain():
        stream.write("-" * 72 + "\n")
    else:
        stream.write("\033[H\033[2J")
    stream.flush()
