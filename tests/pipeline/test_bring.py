"""Documents of the past: everything in them is kept, nothing of them is announced."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.model import (
    Document,
    EntryFilter,
    FeedId,
    Outcome,
    Provenance,
    ReadContext,
    Request,
    Response,
    Selection,
    Source,
)
from aggregator.pipeline.bring import Brought, Origin, bring_in
from aggregator.pipeline.poll import poll
from aggregator.reading import read_document
from aggregator.store.chain import first_broken
from tests.pipeline.fakes import FEED, NOW, URL, WORDS, Home, answer, home, item, rss

OLD = "Thu, 12 Mar 2020 10:00:00 +0000"
CAPTURED = datetime(2020, 4, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["memory", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home in either store whose feed was polled once, with the notices 1 and 2."""
    made = home(path=None if request.param == "memory" else tmp_path / "archive.db")
    live(made, item(2), item(1))
    return made


def live(made: Home, *items: str) -> None:
    """The live feed lists these items and is polled an hour later."""
    made.later(hours=2)

    def script(asked: Request) -> Response:
        return answer(asked, made.clock, rss(*items))

    made.fetch.script = script
    asyncio.run(poll(FEED, made.ports, "Aggregator"))


def page(*items: str, at: datetime | None = None) -> Document:
    """A page of history as the worker would read it."""
    reading = read_document(rss(*items), ReadContext(url=URL, fetched_at=at or NOW, names=("knowsmere.example",)))
    assert isinstance(reading, Document)
    return reading


def bring(
    made: Home,
    document: Document,
    provenance: Provenance = Provenance.PAGED,
    at: datetime | None = None,
    before: datetime | None = None,
) -> Brought:
    """Bring one page in."""
    source, _ = made.store.sources.get(FEED)
    origin = Origin(url=f"{URL}?paged=2", started_at=made.clock.at, finished_at=made.clock.at, http_status=200)
    return bring_in(source, document, provenance, at, made.ports, origin=origin, before=before)


def told(made: Home) -> list[tuple[object, ...]]:
    """What subscribers get, newest first."""
    return [(each.pub_seq, each.public_id, each.updated_at) for each in made.store.archive.items(Selection(limit=1000))]


def test_old_entries_are_stored_and_never_announced(place: Home) -> None:
    """R-35, B-09: new ones are kept with their own date, the known one stays untouched, subscribers get nothing."""
    before = told(place)
    known = place.store.catalogue.entry("1")
    place.later(days=1)

    done = bring(place, page(item(1), item(7, date=OLD), item(8, date=OLD)))

    assert (done.new, done.known, done.recalled) == (2, 1, 0)
    assert told(place) == before
    assert place.store.catalogue.entry("1") == known
    old = [row for row in place.store.catalogue.entries(EntryFilter()) if not row.emitted]
    assert {row.published_at.year for row in old} == {2020}
    assert {row.first_seen_at for row in old} == {place.clock.at}
    assert not place.store.catalogue.held(FEED)
    assert "not announced (R-35)" in old[0].reason
    events = place.store.chains.events(0, 100)
    assert [(each.kind, each.entry_id) for each in events[2:]] == [("backfill", row.entry_id) for row in old[::-1]]


def test_the_state_of_the_feed_stays_what_it_was(place: Home) -> None:
    """A page of history moves neither the next poll nor validators, rhythm, window or status."""
    state = place.store.sources.get(FEED)[1]
    bring(place, page(item(7, date=OLD)))
    assert place.store.sources.get(FEED)[1] == state
    line = place.store.catalogue.polls(FEED, 1)[0]
    assert (line.outcome, line.new, line.http_status) == ("backfilled", 1, 200)


def test_the_same_page_again_changes_nothing(place: Home) -> None:
    """D-22, B-03: a page repeated after a crash stores nothing twice."""
    bring(place, page(item(7, date=OLD)))
    rows = place.store.catalogue.journal(0, 1000)
    done = bring(place, page(item(7, date=OLD)))
    assert (done.new, done.known) == (0, 1)
    assert place.store.catalogue.journal(0, 1000) == rows


def test_an_older_text_is_kept_and_not_shown(place: Home) -> None:
    """B-08: the version of a capture is numbered, dated by the capture, and moves nothing of the entry."""
    before = place.store.catalogue.entry("1")
    done = bring(place, page(item(1, text="Bins go out on Friday."), at=CAPTURED), Provenance.WAYBACK, CAPTURED)
    after = place.store.catalogue.entry("1")
    versions = place.store.catalogue.revisions("1")

    assert (done.recalled, done.known, done.new) == (1, 0, 0)
    assert (after.content, after.updated_at, after.last_seen_at) == (
        before.content,
        before.updated_at,
        before.last_seen_at,
    )
    assert (after.first_seen_at, after.first_observed_at) == (before.first_seen_at, CAPTURED)
    assert [(each.number, each.provenance, each.displayed) for each in versions] == [
        (2, Provenance.WAYBACK, False),
        (1, Provenance.LIVE, True),
    ]
    assert versions[0].observed_at == CAPTURED
    assert after.revisions == 2


def test_the_same_older_text_again_is_known(place: Home) -> None:
    """B-09: a later capture with the same words is nothing new; an earlier one moves the first observation back."""
    text = "Bins go out on Friday."
    bring(place, page(item(1, text=text), at=CAPTURED), Provenance.WAYBACK, CAPTURED)
    again = bring(place, page(item(1, text=text), at=CAPTURED), Provenance.WAYBACK, CAPTURED + timedelta(days=3))
    assert (again.known, again.recalled) == (1, 0)
    assert place.store.catalogue.entry("1").first_observed_at == CAPTURED
    earlier = CAPTURED - timedelta(days=3)
    bring(place, page(item(1, text=text), at=earlier), Provenance.WAYBACK, earlier)
    assert place.store.catalogue.entry("1").first_observed_at == earlier


def test_a_live_edit_after_a_recalled_version_gets_the_next_number(place: Home) -> None:
    """D-20: numbers never collide, and the live feed's return to an older text is told as such."""
    old = "Bins go out on Friday."
    bring(place, page(item(1, text=old), at=CAPTURED), Provenance.WAYBACK, CAPTURED)
    live(place, item(1, text="Bins go out on Monday, says the council."), item(2))
    live(place, item(1, text=old), item(2))
    versions = {each.number: each for each in place.store.catalogue.revisions("1")}
    assert sorted(versions) == [1, 2, 3, 4]
    assert versions[4].reverts_to == 2
    assert place.store.catalogue.entry("1").revisions == 4


def test_a_recalled_version_equal_to_one_stored_before_a_later_edit_is_known(place: Home) -> None:
    """B-09: all versions count, not only those before the current one."""
    live(place, item(1, text="Bins go out on Monday, says the council."), item(2))
    done = bring(place, page(item(1)))
    assert (done.known, done.recalled) == (1, 0)


def test_an_entry_without_a_date_is_filed_at_the_time_of_its_capture(place: Home) -> None:
    """B-08: never now."""
    bring(place, page(item(9, date=""), at=CAPTURED), Provenance.WAYBACK, CAPTURED)
    row = next(row for row in place.store.catalogue.entries(EntryFilter()) if "9" in row.title)
    assert (row.published_at, row.published_basis) == (CAPTURED, "capture")
    assert row.first_seen_at == place.clock.at


def test_what_the_live_feed_has_not_had_is_left_to_it(place: Home) -> None:
    """A page of history may list what was published since the last poll: that must still be announced."""
    fresh = item(3, date="Tue, 16 Jun 2026 09:00:00 +0100")
    done = bring(place, page(fresh, item(7, date=OLD), at=NOW + timedelta(days=2)), before=NOW)
    assert (done.entries, done.new) == (1, 1)
    live(place, fresh, item(1))
    assert any("Notice 3" in row.title for row in place.store.archive.items(Selection(limit=10)))


def test_a_whole_new_past_is_no_flood_and_no_migration(place: Home) -> None:
    """P-15 plays no part: five hundred unknown ids are stored, not held, and teach nothing about the feed's ids."""
    past = [item(number, text=f"{WORDS} {number}", date=OLD) for number in range(100, 600)]
    done = bring(place, page(*past))
    assert done.new == 500
    assert not place.store.catalogue.held(FEED)
    assert len(place.store.archive.items(Selection(limit=1000))) == 2
    rows = place.store.catalogue.entries(EntryFilter(limit=1000))
    assert {row.outcome for row in rows} == {Outcome.NEW}


def test_an_old_text_is_no_repost_of_a_later_one(place: Home) -> None:
    """Rule 6: what comes from the past repeats nothing that was published after it."""
    words = (
        item(20)
        .replace("notice-20", "notice-old")
        .replace("/20/", "/old/")
        .replace("Mon, 15 Jun 2026 09:00:00 +0100", OLD)
    )
    live(place, item(20), item(1))
    bring(place, page(words))
    row = place.store.catalogue.entries(EntryFilter())[-1]
    assert row.published_at.year == 2020
    assert row.outcome is Outcome.NEW


def test_what_the_live_feed_lists_later_is_known(place: Home) -> None:
    """R-35: an entry of the past is not announced because its publisher lists it again."""
    before = told(place)
    bring(place, page(item(7, date=OLD)))
    live(place, item(7, date=OLD), item(1))
    assert told(place) == before


def test_a_live_copy_of_an_entry_that_nobody_was_told_is_announced() -> None:
    """D-21: words known only from the past have not reached subscribers; another feed's copy does."""
    other = Source(id=FeedId("ashmere"), url="https://ashmere.example/feed/")
    made = home(Source(id=FEED, url=URL), other)
    live(made, item(1))
    bring(made, page(item(7)))
    made.fetch.script = lambda asked: answer(asked, made.clock, rss(item(7, text=WORDS)))
    asyncio.run(poll(other.id, made.ports, "Aggregator"))
    assert [each.source.id for each in made.store.archive.items(Selection(limit=1))] == ["ashmere"]


def test_the_chain_holds_and_names_the_provenance(place: Home) -> None:
    """D-20: every version of the past has its row in the journal."""
    bring(place, page(item(1, text="Bins go out on Friday."), item(7, date=OLD)), Provenance.WAYBACK, CAPTURED)
    rows = place.store.catalogue.journal(0, 1000)
    assert first_broken(rows) is None
    past = [row for row in rows if '"provenance":"wayback"' in row.payload]
    assert [row.kind for row in past] == ["added", "recalled", "observed"]


def test_only_requests_count_for_politeness(place: Home) -> None:
    """B-02, H-73: a page that was asked for stands in the politeness ledger, a document that was brought does not; the
    budget of polling (A-06) counts neither."""
    since, until = NOW, NOW + timedelta(days=9)
    before = place.store.sources.requests(since, until)
    bring(place, page(item(7, date=OLD)))
    bring(place, page(item(8, date=OLD)), Provenance.IMPORT)
    assert place.store.sources.requests(since, until) == before
    traces = list(place.store.archive.traces(since, until))
    assert [trace.outcome for trace in traces] == ["modified", "backfilled"]
