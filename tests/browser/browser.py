"""Chromium for the tests of the page: what is needed, and one function that plays steps in it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SHOTS = ROOT / "build" / "browser" / "shots"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def missing():
    """What keeps the browser tests from running, or None."""
    if not CHROMIUM:
        return "no Chromium"
    if not shutil.which("node"):
        return "no Node"
    if not (ROOT / "build/browser/node_modules/playwright-core").is_dir():
        return "no playwright-core in build/browser"
    return None


def play(path, steps, width=1280, height=900, scheme="light"):
    """The answers to `steps` on the page at `path`, which must not complain or ask the network."""
    job = {"file": f"{path}", "width": width, "height": height, "scheme": scheme, "steps": steps}
    done = subprocess.run(["node", "tests/browser/drive.mjs"], input=json.dumps(job), cwd=ROOT,
                          env={**os.environ, "CHROMIUM": CHROMIUM}, capture_output=True, text=True,
                          check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["errors"] == []
    assert {url.split("#")[0].split("?")[0] for url in said["requests"]
            if not url.startswith("data:")} == {f"file://{str(path).partition('#')[0]}"}
    return said["answers"]
