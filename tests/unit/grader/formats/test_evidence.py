"""grader.evidence: the pool, and files that are not evidence."""

import base64
import json
import zlib

import pytest

from fake import Run
from grader.formats import evidence


def test_each_string_is_stored_once():
    pool = evidence.Pool()
    assert pool.put(b"abc") == pool.put(b"abc")
    assert len(pool.stored) == 1
    assert pool.get(pool.put(b"abc")) == b"abc"


def test_a_page_of_zeros_is_not_stored():
    pool = evidence.Pool()
    assert pool.put(bytes(4096)) == "zero"
    assert pool.put(bytes(512)) != "zero"
    assert pool.get("zero") == bytes(4096)
    assert len(pool.stored) == 1


def test_another_pool_reads_what_was_stored():
    pool = evidence.Pool()
    key = pool.put(b"x" * 4096)
    assert evidence.Pool(json.loads(json.dumps(pool.stored))).get(key) == b"x" * 4096


def test_bytes_under_a_false_name_are_refused():
    key = evidence.Pool().put(b"abc")
    packed = base64.b64encode(zlib.compress(b"abd")).decode()
    for stored in ({key: packed}, {key: "?"}, {key: ""}, {}):
        with pytest.raises(evidence.EvidenceError):
            evidence.Pool(stored).get(key)


def test_a_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(evidence, "LARGEST", 1000)
    key = evidence.sha256(bytes(5000))
    with pytest.raises(evidence.EvidenceError):
        evidence.Pool({key: base64.b64encode(zlib.compress(bytes(5000))).decode()}).get(key)


def test_files_are_written_and_read(tmp_path):
    one = {**Run().evidence(), "b": 1, "a": [2]}
    evidence.dump(one, tmp_path / "e.json")
    assert evidence.load(tmp_path / "e.json") == one
    text = (tmp_path / "e.json").read_text()
    assert text.index('"a"') < text.index('"b"')
    evidence.dump(dict(reversed(one.items())), tmp_path / "f.json")
    assert (tmp_path / "f.json").read_text() == text


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "pagewalk-evidence", "version": 2}',
                                  '{"format": "other", "version": 2}', "\u00e9", "[" * 100_000])
def test_other_files_are_refused(tmp_path, text):
    (tmp_path / "e.json").write_text(text, encoding="utf-8")
    with pytest.raises(evidence.EvidenceError, match="e.json: this "):
        evidence.load(tmp_path / "e.json")
    with pytest.raises(evidence.EvidenceError):
        evidence.load(tmp_path / "missing.json")
