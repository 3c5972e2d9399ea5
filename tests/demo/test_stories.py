"""The words of the demo: every story whole, dated from the start, its versions in order."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from demo.stories import LONDON, TEXTS, load, told

START = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
NAMES = sorted(path.stem for path in TEXTS.glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_every_story_is_whole(name: str) -> None:
    """A title, at least one paragraph, a slug, versions that follow each other in time."""
    stories = load(name, START)
    assert len({story.key for story in stories}) == len(stories) > 1
    for story in stories:
        assert re.fullmatch(r"[a-z0-9-]+", story.key)
        assert all(version.title and all(version.paragraphs) for version in story.versions)
        moments = [version.since for version in story.versions]
        assert moments == sorted(set(moments))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_dated_ahead(name: str) -> None:
    """P-36: no publisher of the demo dates a story after the moment at which it appears."""
    for elapsed in (0.0, 6.0, 20.0, 60.0):
        now = START + timedelta(seconds=elapsed)
        assert all(
            telling.published <= now and telling.changed <= now for telling in told(load(name, START), START, elapsed)
        )


def test_a_day_before_the_start_is_a_civil_day() -> None:
    """Local times stay local across the clock change of October."""
    (story, *_) = [s for s in load("council", datetime(2026, 10, 26, 12, tzinfo=UTC)) if s.key == "small-grants-open"]
    assert story.published == datetime(2026, 10, 24, 10, 30, tzinfo=LONDON)
    assert story.published.utcoffset() == timedelta(hours=1)


def test_an_edit_replaces_the_words_and_keeps_the_date() -> None:
    """The corrected sum: same key, same date, other title."""
    before, after = (
        next(t for t in told(load("gazette", START), START, elapsed) if t.key == "small-grants-five-hundred")
        for elapsed in (18.9, 19.0)
    )
    assert "£500" in before.title
    assert "£900" in after.title
    assert before.published == after.published == before.changed < after.changed


def test_a_copy_has_the_words_of_the_original() -> None:
    """The reprint is word for word the release, so that only its address and its source differ."""
    release, reprint = (
        next(t for t in told(load(name, START), START, 60) if t.key == "inspectors-see-real-progress")
        for name in ("council", "gazette")
    )
    assert (release.title, release.paragraphs) == (reprint.title, reprint.paragraphs)
    assert len(release.paragraphs) > 4
