"""The four facts of the story are believed only when the service really says so."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

from demo import storyline, witness
from demo.configuration import free_port, write
from demo.publishers import PUBLISHERS
from demo.runner import StoryClock
from demo.witness import Witness

CORRECTED = {
    "id": 7,
    "feed_id": "gazette",
    "title": "Groups can claim £900",
    "revisions": 2,
    "outcome": "new",
    "lead": None,
}


def feed(*sources: str) -> bytes:
    """A combined feed with one entry for each source."""
    rows = "".join(f"<entry><source><title>{name}</title></source></entry>" for name in sources)
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{rows}</feed>'.encode()


def test_a_merge_needs_several_sources() -> None:
    """Many entries of one source are no merge, nor is anything that is no feed."""
    assert witness.merge(feed("a", "b", "c", "d", "e")) is not None
    assert witness.merge(feed("a", "a", "a", "a", "a", "a")) is None
    assert witness.merge(b"<html>") is None


def test_a_duplicate_needs_a_lead_of_another_feed() -> None:
    """Neither a new entry nor one whose lead is unknown or of the same feed counts."""
    lead = {"id": 1, "feed_id": "council", "title": "Release", "outcome": "new", "lead": None}
    copy = {"id": 2, "feed_id": "gazette", "title": "Release", "outcome": "duplicate", "lead": 1}
    sight = witness.duplicate([copy, lead])
    assert sight is not None
    assert sight.about == "1"
    assert witness.duplicate([copy]) is None
    assert witness.duplicate([lead, copy | {"outcome": "new"}]) is None
    assert witness.duplicate([lead, copy | {"feed_id": "council"}]) is None


def test_a_revision_needs_both_versions() -> None:
    """One version, or a history that has lost the wrong sum, is no kept revision."""
    assert witness.revised([CORRECTED]) == "7"
    assert witness.revised([CORRECTED | {"revisions": 1}]) is None
    assert witness.revision("7", [{"title": "Groups can claim £500"}, {"title": "Groups can claim £900"}]) is not None
    assert witness.revision("7", [{"title": "Groups can claim £900"}, {"title": "Groups can claim £900"}]) is None


def test_an_outage_needs_a_fall_and_a_recovery() -> None:
    """Healthy all the time is no outage, failing for ever is none that was survived."""
    well = [{"id": "parish", "status": "healthy", "status_text": "well"}]
    ill = [{"id": "parish", "status": "failing", "status_text": "503"}]
    one = Witness()
    assert one.look_at_feeds(well) is None
    assert one.look_at_feeds(ill) is None
    sight = one.look_at_feeds(well)
    assert sight is not None
    assert "503" in sight.text
    assert one.missing == ("merge", "duplicate", "revision")


def test_the_story_is_told_once_and_in_order() -> None:
    """Scenes come in order of time, all of them, each once; none after the end."""
    moments = [scene.at for scene in storyline.SCENES]
    assert moments == sorted(moments)
    assert moments[-1] <= storyline.LENGTH
    told = [scene for second in range(60) for scene in storyline.until(second - 1, second)]
    assert tuple(told) == storyline.SCENES


def test_the_clock_waits_for_the_service() -> None:
    """Before `begin` no time passes."""
    ticks = iter([100.0, 103.5])
    clock = StoryClock(start=datetime(2026, 7, 3, tzinfo=UTC), ticks=lambda: next(ticks))
    assert clock.elapsed == 0
    clock.begin()
    assert clock.elapsed == 3.5


def test_the_configuration_is_readable(tmp_path: Path) -> None:
    """H-29: intervals of seconds stand beside the addresses that are declared as our own, every one of them."""
    urls = {one.id: f"http://127.0.0.{n}:9{one.feed}" for n, one in enumerate(PUBLISHERS, 11)}
    written = write(tmp_path / "demo", PUBLISHERS, urls, free_port())
    host = tomllib.loads(written.file.read_text(encoding="utf-8"))
    feeds = tomllib.loads((tmp_path / "demo" / "feeds.toml").read_text(encoding="utf-8"))
    assert host["site"]["url"] == written.site
    assert {f"127.0.0.{n}:9" for n in range(11, 18)} == set(host["polling"]["allow_addresses"])
    assert {name: table["url"] for name, table in feeds.items()} == urls
