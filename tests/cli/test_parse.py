"""``aggregator parse``: its readers and how they are compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aggregator.cli import main
from tests.parse.samples import RSS, rss

ODD = rss("<tags>a,b</tags>")


def written(folder: Path, text: str) -> str:
    """The path of a file with this text."""
    file = folder / "feed.xml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_each_reader_prints_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plain document comes out equal whichever path is asked for."""
    printed = set()
    for path in ("auto", "rapid", "patient"):
        assert main(["parse", "--path", path, "--json", written(tmp_path, RSS)]) == 0
        printed.add(capsys.readouterr().out)
    assert len(printed) == 1
    assert len(json.loads(printed.pop())["entries"]) == 2


def test_both_shows_that_they_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In words and as JSON, with the reason where the rapid path steps aside; exit 0 both times."""
    assert main(["parse", "--path=both", written(tmp_path, RSS)]) == 0
    assert capsys.readouterr().out == "2 entries, equal in every field\n"
    assert main(["parse", "--path=both", "--json", written(tmp_path, RSS)]) == 0
    assert json.loads(capsys.readouterr().out) == {"equal": True, "entries": 2, "doubt": None, "differences": []}
    assert main(["parse", "--path=both", written(tmp_path, ODD)]) == 0
    assert capsys.readouterr().out.startswith("left to the patient reader, 1 entries: in entry 0: <tags>")


def test_rapid_alone_may_refuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Asked for by name the rapid path says why it does not read a document, with exit 1; no path reads a page."""
    assert main(["parse", "--path=rapid", written(tmp_path, ODD)]) == 1
    assert "left-to-patient" in capsys.readouterr().err
    assert main(["parse", "--path=both", "--json", written(tmp_path, "<html><p>no</p></html>")]) == 1
    assert json.loads(capsys.readouterr().out)["error"] == "html"
