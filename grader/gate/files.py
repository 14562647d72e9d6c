"""Which files a submission is made of, and which files a compiler opened for it.

Used by gate.py, and by cli/classes/submissions.py for what a class handed in. It reads one file at
a time and what tools said; it compiles nothing.
"""
import errno
import os
import re
import stat

LARGEST = 256 * 1024            # bytes of one file; the longest reference has under 10,000
_OPENED = re.compile(r"^\.+ (.+)$", re.M)
_MARKER = re.compile(r'^# \d+ "((?:[^"\\]|\\.)*)"(?: \d)*$', re.M)
_PLACE = re.compile(r"^(\S[^:\n]*):\d+: ", re.M)


class Refused(Exception):
    """A sentence on why a file is not taken."""


def take(path, folder=None):
    """The bytes of a file that was handed in, if it is a plain one. No link is followed, and
    nothing is waited for.

    folder: a descriptor of the folder it lies in, where it is somebody else's."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC,
                       dir_fd=folder)
    except OSError as why:
        name = os.path.basename(path)
        if why.errno == errno.ELOOP:
            raise Refused(f"{name} is a link, and links are not followed: hand in the file "
                          "itself.") from why
        raise Refused(f"{name} cannot be read: {why.strerror}.") from why
    try:
        return _read(os.path.basename(path), file, alone=folder is not None)
    finally:
        os.close(file)


def _read(name, file, alone):
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise Refused(f"{name} is not a file but something else (a folder, a pipe, a device): "
                      "hand in the file itself.")
    if alone and found.st_nlink > 1:
        raise Refused(f"{name} has other names (hard links), so it may be somebody else's: hand in "
                      "a copy.")
    if found.st_size > LARGEST:
        raise Refused(f"{name} is larger than {LARGEST // 1024} KiB: a lesson needs a few pages.")
    data = b""
    while len(data) <= LARGEST and (more := os.read(file, LARGEST)):
        data += more
    if b"\0" in data:
        raise Refused(f"{name} holds NUL bytes, so it is no text: save it as UTF-8.")
    return data[:LARGEST]


def in_rule(text):
    """The files on the right of a make rule."""
    words = re.findall(r"(?:\\ |\S)+", text.replace("\\\n", " ").partition(":")[2])
    return [word.replace("\\ ", " ") for word in words]


def opened(said):
    """The files that gcc -H says it opened."""
    return _OPENED.findall(said)


def markers(text):
    """The files that preprocessed text is said to come from, by #include or by #line.

    A name with an escape in it is none of ours: it stands for a file outside."""
    names = dict.fromkeys(_MARKER.findall(text))
    return [f"/{name}" if "\\" in name else name for name in names
            if not re.fullmatch(r"<[a-z-]+>", name)]


def without_markers(text):
    return _MARKER.sub("", text)


def in_words(said):
    """The files that an assembler's messages are about."""
    return list(dict.fromkeys(_PLACE.findall(said)))
