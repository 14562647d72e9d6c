"""What came of a class: results.csv, summary.txt and class.json, from the records of its gradings.

Used by classes.py, for one run and to merge several. It grades nothing and adds up no points of a
submission: those stand in its record.
"""

import csv
import io
import json
import os
import statistics
from collections import Counter

from cli import USAGE, Stop
from cli.latest import write_json, write_text
from grader.formats.codes import all_codes

COLUMNS = ("student", "lesson", "points", "maximum", "verdict", "code", "seed", "sandbox",
           "evidence", "message")
SAME = ("points", "maximum", "verdict", "code")


def read(path):
    """A grading's record, or None when it is not there or not whole."""
    try:
        record = json.loads(path.read_text())
        return record if record["format"] == "pagewalk-grading" else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def gather(folders):
    """[(place, record)] of all gradings in these folders of results, each submission once.

    A grading beats one that had trouble; two that differ are for a person to look at."""
    known = {}
    for folder in folders:
        for path in sorted(folder.glob("students/*/*/grading.json")):
            record = read(path)
            if record is None:
                continue
            name = record["student"], record["lesson"]
            place, other = known.get(name, (None, None))
            if other is None or other["verdict"] == "error":
                known[name] = path.parent, record
            elif record["verdict"] != "error" and any(record[k] != other[k] for k in SAME):
                raise Stop(USAGE, f"{name[0]}, {name[1]} was graded twice with different results: "
                                  f"{place} and {path.parent}. Leave one of them out.")
    return [known[name] for name in sorted(known)]


def write(records, out, seed=None):
    """Writes the three files into `out`; the summary as text."""
    summary = summarise(records, seed)
    text = readable(summary)
    write_text(out / "results.csv", table(records, out))
    write_text(out / "summary.txt", text)
    write_json(out / "class.json", summary)
    return text


def table(records, out):
    """The CSV: a row for each submission; the evidence's path is relative to the file."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for place, record in records:
        row = dict(record)
        if row["evidence"]:
            row["evidence"] = os.path.relpath(place / row["evidence"], out)
        writer.writerow([_cell(row[column]) for column in COLUMNS])
    return stream.getvalue()


def _cell(value):
    """No cell is a formula to a spreadsheet, whatever a student called a folder."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def summarise(records, seed=None):
    """class.json: verdicts, mistakes and failed checks of each lesson."""
    lessons = {}
    for place, record in records:
        lessons.setdefault(record["lesson"], []).append((place, record))
    return {"format": "pagewalk-class", "version": 1, "seed": seed,
            "lessons": {name: _lesson(of) for name, of in sorted(lessons.items())}}


def _lesson(records):
    """Counts for one lesson. A mistake counts once for a student, and again as the first one."""
    first, any_place, checks = Counter(), Counter(), {}
    for place, record in records:
        first.update([record["code"]] if record["code"] else [])
        result = json.loads((place / "result.json").read_text())
        codes = {entry["code"] for entry in result["checks"] if entry["verdict"] == "fail"}
        any_place.update(codes | {wire["code"] for wire in result["tripwires"]})
        for entry in result["checks"]:
            row = checks.setdefault(entry["id"], {"title": entry["title"], "pass": 0, "fail": 0,
                                                  "skipped": 0, "error": 0})
            row[entry["verdict"]] += 1
    points = [record["points"] for _, record in records]
    return {"submissions": len(records), "maximum": max(r["maximum"] for _, r in records),
            "verdicts": dict(Counter(record["verdict"] for _, record in records)),
            "mean": round(statistics.mean(points), 2), "median": statistics.median(points),
            "mistakes": {code: {"first": first[code], "students": count}
                         for code, count in any_place.items()},
            "checks": checks, "fast": sum(record["fast"] for _, record in records),
            "sandbox": dict(Counter(r["sandbox"] for _, r in records if r["sandbox"]))}


def readable(summary):
    """The summary as a teacher reads it."""
    known, lines = all_codes(), []
    for name, of in summary["lessons"].items():
        verdicts = ", ".join(f"{n} {verdict}" for verdict, n in sorted(of["verdicts"].items()))
        lines += [f"{name}: {of['submissions']} submissions: {verdicts}",
                  f"  points   mean {of['mean']}, median {of['median']} of {of['maximum']}"]
        if of["sandbox"].get("limits only"):
            lines.append(f"  note     {of['sandbox']['limits only']} were compiled within limits, "
                         "but in no sandbox: bubblewrap does not work here")
        if of["fast"]:
            lines.append(f"  note     {of['fast']} were started by boot/rom.asm (--fast), not by "
                         "GRUB")
        ranked = sorted(of["mistakes"].items(), key=lambda m: (-m[1]["first"], -m[1]["students"]))
        lines += ["  first  all   mistake"] if ranked else []
        lines += [f"  {n['first']:5} {n['students']:4}   {code:<14} "
                  f"{known.get(code, {}).get('says', '')}".rstrip() for code, n in ranked]
        failed = [row for row in of["checks"].values() if row["fail"]]
        lines += ["  failed of judged   check"] if failed else []
        for row in sorted(failed, key=lambda r: -r["fail"] / (r["fail"] + r["pass"])):
            judged = row["fail"] + row["pass"]
            lines.append(f"  {row['fail']:4} of {judged:<4} {100 * row['fail'] // judged:3} %   "
                         f"{row['title']}")
        lines.append("")
    return "\n".join(lines)
