"""The formats a result can be written in. Each is a pure function: list of results -> text.

Used by tools/cli/export.py. What the verdicts become in each format: CONTRACT.md, section 7.
"""

import json

from grader.report.autograders import gradescope, prairielearn
from grader.report.ci import junit, tap
from grader.report.github import annotations, summary


def plain(results):
    """result.json as it is; a list of them when there are several."""
    value = results[0] if len(results) == 1 else results
    return json.dumps(value, indent=1, sort_keys=True) + "\n"


FORMATS = {"json": plain, "junit": junit, "tap": tap, "gradescope": gradescope,
           "prairielearn": prairielearn, "github": annotations, "summary": summary}
