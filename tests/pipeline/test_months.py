"""Months are rendered as they change: no more than that, and never other than rendering everything would (R-36)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.model import FeedId, File, MonthPage, Provenance
from aggregator.pipeline import months as rendering
from aggregator.publish import months
from aggregator.publish.folder import Folder
from tests.builders import candidate, copy_of, query, source
from tests.year import START, Home, days, open_memory, open_sqlite


@pytest.fixture(params=[open_memory, open_sqlite], ids=["memory", "sqlite"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """An archive with nothing in it yet."""
    made = Home(tmp_path / "home", opening=request.param)
    yield made
    made.store.close()


def pages(root: Path) -> dict[str, bytes]:
    """Every file of months, years and their lists."""
    folders = [root, *(each for each in root.glob("feeds/*") if each.is_dir())]
    found = [path for each in folders for pattern in ("[0-9]*", "archive.html") for path in each.glob(pattern)]
    files = [file for path in found for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file()]
    endings = (".html", ".txt", ".atom")
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files if file.suffix in endings}


def afresh(home: Home) -> dict[str, bytes]:
    """The same, published into an empty folder."""
    kept, home.output = home.output, Folder(home.folder / "afresh")
    try:
        home.publish()
        return pages(home.output.root)
    finally:
        home.output = kept


def test_rendering_as_it_comes_gives_the_same_pages(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-36: after months of polls, with edits, copies and history brought in, published now and then, every page is
    what it would be if everything were rendered now."""
    monkeypatch.setattr(months, "PAGE", 7)
    for number, _ in enumerate(days(home, last=66)):
        if number % 5 == 0:
            home.publish()
    home.publish()
    found = pages(home.output.root)
    assert found == afresh(home)
    names = set(found)
    assert {"archive.html", "2026.html", "2026/02.html", "2026/02/index.txt", "2026/02/feed.atom"} <= names
    assert {"2026/02/page/3.html", "feeds/bramford/2023/06/feed.atom", "feeds/ashmere/2026/03.html"} <= names


def test_very_much_at_once_is_rendered_whole(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many entries of one month, or more than anybody can ask about, give the same pages; none is left over."""
    monkeypatch.setattr(months, "PAGE", 4)
    home.poll("ashmere", *home.new("ashmere", 9, START), at=START)
    home.publish()
    for window, many in ((50_000, 130), (20, 30)):
        monkeypatch.setattr(rendering, "WINDOW", window)
        home.poll("ashmere", *home.new("ashmere", many, START + timedelta(minutes=1)), at=START)
        home.publish()
        assert pages(home.output.root) == afresh(home)


def test_many_new_entries_leave_full_pages_alone(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many come at once: pages that were full before any of them are neither read nor written again."""
    monkeypatch.setattr(months, "PAGE", 4)
    home.poll("ashmere", *home.new("ashmere", 40, START), at=START)
    home.publish()
    rendered: list[int | None] = []
    real = rendering.MonthPages._files

    def noting(self: rendering.MonthPages, page: MonthPage) -> tuple[File, ...]:
        rendered.append(page.number)
        return real(self, page)

    monkeypatch.setattr(rendering.MonthPages, "_files", noting)
    at = START + timedelta(hours=1)
    home.poll("ashmere", *home.new("ashmere", 9, at), at=at)
    home.publish()
    assert sorted(set(rendered), key=lambda number: number or 99) == [8, 9, 10, 11, None]
    monkeypatch.undo()
    monkeypatch.setattr(months, "PAGE", 4)
    assert pages(home.output.root) == afresh(home)


def test_a_poll_rewrites_only_its_month(home: Home) -> None:
    """One entry: its month, of all and of its source, with the year and the list that count it; nothing else."""
    for feed in ("ashmere", "bramford"):
        home.poll(feed, *home.new(feed, 3, START), *home.new(feed, 2, START - timedelta(days=60)), at=START)
    home.publish()
    at = START + timedelta(hours=1)
    home.poll("ashmere", *home.new("ashmere", 1, at), at=at)
    written = {path for path in home.publish().written if path in pages(home.output.root)}
    month = {"2026/01.html", "2026/01/index.txt", "2026/01/feed.atom"}
    assert written == month | {f"feeds/ashmere/{path}" for path in month} | {"2026.html", "archive.html"}


def test_an_edit_rewrites_only_its_page(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change in the middle of a month moves nothing: one numbered page is written, in all its forms."""
    monkeypatch.setattr(months, "PAGE", 5)
    for hour in range(40):
        at = START + timedelta(hours=hour)
        home.poll("ashmere", *home.new("ashmere", 1, at), at=at)
    home.publish()
    home.revise("ashmere", 12, "a letter", START + timedelta(days=2), significant=False)
    written = {path for path in home.publish().written if path in pages(home.output.root)}
    page = {f"2026/01/page/3.{ending}" for ending in ("html", "txt", "atom")}
    assert written == page | {f"feeds/ashmere/{path}" for path in page}


def test_a_new_month_is_linked_by_its_neighbours(home: Home) -> None:
    """W-02: previous and next month, only those that exist."""
    for back in (0, 90):
        at = START - timedelta(days=back)
        home.poll("ashmere", *home.new("ashmere", 1, at), at=START, provenance=Provenance.IMPORT)
    home.publish()
    between = START - timedelta(days=45)
    home.poll("ashmere", *home.new("ashmere", 1, between), at=START, provenance=Provenance.IMPORT)
    home.publish()
    found = pages(home.output.root)
    assert b'href="/2025/11/" rel="prev"' in found["2026/01.html"]
    assert b'href="/2025/11/" rel="next"' in found["2025/10.html"]
    assert found == afresh(home)


def test_a_renamed_source_is_renamed_in_every_month(home: Home) -> None:
    """The configuration names sources; all that it names is rendered again."""
    for feed in ("ashmere", "bramford"):
        home.poll(feed, *home.new(feed, 1, START), *home.new(feed, 1, START - timedelta(days=60)), at=START)
    home.publish()
    feeds = [source("ashmere", title="Ashmere Town Council"), source("bramford"), source("cold-ash")]
    home.store.sources.sync(feeds, START)
    home.publish()
    found = pages(home.output.root)
    assert b"Ashmere Town Council" in found["2025/11.html"]
    assert b"Ashmere Town Council" in found["feeds/ashmere/2025/11/index.txt"]
    assert found == afresh(home)


def test_months_go_by_the_zone_of_the_site(home: Home) -> None:
    """R-36: half past midnight in June, in summer time, belongs to June, whatever UTC says."""
    edge = datetime(2026, 5, 31, 23, 30, tzinfo=UTC)
    home.poll("ashmere", *home.new("ashmere", 1, edge), at=edge)
    home.publish()
    found = pages(home.output.root)
    assert "2026/06.html" in found
    assert "2026/05.html" not in found
    assert b"Monday 1 June 2026" in found["2026/06.html"]


def test_an_empty_archive_has_a_list_of_months(home: Home) -> None:
    """The link to the archive leads somewhere from the first publish on."""
    home.publish()
    found = pages(home.output.root)
    assert set(found) == {"archive.html"}
    assert b"Nothing has come in yet" in found["archive.html"]


def test_nothing_that_is_not_published_is_in_a_month(home: Home) -> None:
    """Copies stand with their lead; the past that nobody was told of is there."""
    lead = home.new("ashmere", 1, START)[0]
    home.poll("ashmere", lead, at=START)
    number = home.store.ledger.heads(query(lead.candidate)).by_key[lead.candidate.key].entry_id
    home.poll("bramford", copy_of(candidate(99, feed="bramford"), number), at=START)
    old = home.new("cold-ash", 1, START, announced=False)
    home.poll("cold-ash", *old, at=START, provenance=Provenance.WAYBACK)
    home.publish()
    text = (home.output.root / "2026/01/index.txt").read_text()
    assert text.count("https://") == 2
    assert "https://cold-ash.example/" in text
    assert [shelf.entries for shelf in home.store.shelves.shelves(FeedId("bramford"))] == []
