"""What a class handed in: a folder for each student, with the files that a lesson asks for in it.

Used by classes.py. A submission is data: the files with the right names are read, as bytes, and
nothing else; no link is followed, nothing is run, and nothing is written here.
"""

import os
import re
from typing import NamedTuple
from urllib.parse import quote_from_bytes

from cli import USAGE, Stop
from cli.lessons import Lesson
from grader.gate.files import Refused, take

TAME = re.compile(r"[^%/]+")


class Submission(NamedTuple):
    """One student's answer to one lesson. `files`: {".c": bytes, …}; `refused`: why it was not
    taken, as a sentence; neither: there is none."""
    student: str
    lesson: Lesson
    files: dict
    refused: str = ""


def label(name):
    """A folder's name as it can be printed, typed and written; different for different names."""
    if TAME.fullmatch(name) and name.isprintable():
        return name
    return quote_from_bytes(os.fsencode(name), safe=" ()[],;@=+&'!~")


def read_class(folder, lessons, every=False, only=None):
    """(submissions, remarks) of the folder of a class, by student and lesson.

    every: also lessons that a student handed nothing in for. only: this student's alone."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as why:
        raise Stop(USAGE, f"{folder} cannot be read: {why.strerror}. SUBMISSIONS is a folder with "
                          "one folder for each student.") from why
    found, remarks = [], []
    for entry in entries:
        if entry.name.startswith(".") or only not in (None, label(entry.name)):
            continue
        if entry.is_symlink():
            sentence = f"{label(entry.name)} is a link, and links are not followed."
            found += [Submission(label(entry.name), one, {}, sentence) for one in lessons if every]
            remarks += [] if every else [sentence]
        elif entry.is_dir():
            found += _student(entry, lessons, every)
        else:
            remarks.append(f"{label(entry.name)} is no folder, so it was left out.")
    return found, remarks


def _student(entry, lessons, every):
    """The submissions in one student's folder."""
    student = label(entry.name)
    try:
        folder = os.open(entry.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as why:
        sentence = f"the folder cannot be read: {why.strerror}."
        return [Submission(student, lesson, {}, sentence) for lesson in lessons]
    try:
        there = set(os.listdir(folder))
        every_one = [_one(student, lesson, folder, there) for lesson in lessons]
    finally:
        os.close(folder)
    return [one for one in every_one if every or one.files or one.refused]


def _one(student, lesson, folder, there):
    """What one student handed in for one lesson."""
    files = {}
    for end in lesson.parts():
        name = f"{lesson.name}{end}"
        if name in there:
            try:
                files[end] = take(name, folder)
            except Refused as why:
                return Submission(student, lesson, {}, str(why))
    return Submission(student, lesson, files)
