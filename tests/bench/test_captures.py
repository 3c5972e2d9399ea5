"""The measure of captures measures what it says."""

from __future__ import annotations

import pytest

from bench.captures import main


def test_captures_stay_under_a_quarter_of_what_was_received(capsys: pytest.CaptureFixture[str]) -> None:
    """R-66: of documents that change by one entry, with all answers that say not modified counted in."""
    assert main(["--feeds", "20", "--rounds", "13"]) == 0
    told = capsys.readouterr().out
    for kind in ("whole", "identical", "not-modified"):
        assert f"\n{kind} " in told


def test_it_fails_where_they_are_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check can fail."""
    monkeypatch.setattr("bench.captures.LIMIT", 0.01)
    assert main(["--feeds", "5", "--rounds", "3"]) == 1
