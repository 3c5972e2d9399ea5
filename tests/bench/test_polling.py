"""The figures of polling: every mark is taken, and a missed one is told; how long anything took is no matter here."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from bench import polling


def test_every_mark_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """On a small scale: three claims, two plans, one simulation, each beside what is allowed."""
    assert polling.main(["--feeds", "50", "--polls", "10", "--days", "16"]) in (0, 1)
    told = capsys.readouterr().out
    for words in ("none due", "one in a hundred due", "all due", "no hint", "a hint of a day", "simulate 200 feeds"):
        assert words in told


def test_a_missed_mark_is_told() -> None:
    """Exactly what is allowed is too much."""
    good = polling.Mark(name="the rule", unit="µs", measured=99.9, allowed=100.0)
    bad = replace(good, measured=100.0, highest=300.0)
    assert (good.passed, bad.passed) == (True, False)
    out = io.StringIO()
    polling.show([good, bad], Console(file=out, width=100))
    assert "MISSED" in out.getvalue()
    assert "300.0 µs" in out.getvalue()
