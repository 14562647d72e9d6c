"""Thrown away or kept: what the guest prints makes no difference to the evidence."""

from bench import grade, numbered

from grader.formats import evidence as records
from grader.machine import bochs_setup


def test_evidence_is_the_same_without_what_the_guest_printed(tmp_path, monkeypatch):
    lesson = numbered(2)
    kept = grade(lesson, lesson.reference(), "bochs", 1, tmp_path, fast=True)[1]
    assert "mode=file, dev={serial}" in bochs_setup.CONFIGURATION
    monkeypatch.setattr(bochs_setup, "CONFIGURATION", bochs_setup.CONFIGURATION.replace(
        "mode=file, dev={serial}", "mode=null"))
    thrown = grade(lesson, lesson.reference(), "bochs", 1, tmp_path, fast=True)[1]
    assert records.dumps(kept) == records.dumps(thrown)
