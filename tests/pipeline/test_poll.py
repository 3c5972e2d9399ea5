"""One poll from end to end: real parsing and deciding, the archive in memory, a scripted publisher."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import UnknownFeedError
from aggregator.model import EntryFilter, FeedId, FeedStatus, Request, Response, Selection
from aggregator.pipeline.poll import poll
from tests.pipeline.fakes import FEED, NOW, WORDS, FullDiskLedger, Home, answer, home, item, rss, unreachable

AGENT = "Aggregator/0.1 (+https://news.example/bot; 1 subscribers)"
VALID = {
    "content-type": "application/rss+xml",
    "etag": 'W/"odd-gzip"',
    "last-modified": "Mon, 15 Jun 2026 08:00:00 GMT",
}


def publisher(place: Home, body: bytes, **headers: str) -> None:
    """From now on the publisher answers this; a request with its ETag gets a 304."""

    def script(request: Request) -> Response:
        known = request.validators
        if known and headers.get("etag") and known.etag == headers["etag"] and known.url == request.url:
            return answer(request, place.clock, status=304, headers=headers)
        return answer(request, place.clock, body, headers={"content-type": "application/rss+xml"} | headers)

    place.fetch.script = script


async def test_first_poll_stores_everything_at_once() -> None:
    """Entries, validators, next poll and journal are there together after the first poll (D-22, H-06)."""
    place = home()
    publisher(place, rss(item(1), item(2)), **VALID)
    report = await poll(FEED, place.ports, AGENT)
    assert (report.outcome, report.new, report.status) == ("modified", 2, FeedStatus.HEALTHY)
    _, state = place.store.sources.get(FEED)
    assert state.validators is not None
    assert state.validators.etag == VALID["etag"]
    assert state.next_poll_at is not None
    assert state.next_poll_at >= NOW + timedelta(hours=1)
    assert len(place.store.catalogue.entries(EntryFilter())) == 2
    assert state.profile.title == "Knowsmere Council"


async def test_second_poll_is_conditional_and_changes_nothing() -> None:
    """H-02: the validators go back exactly; a 304 writes no revision."""
    place = home()
    publisher(place, rss(item(1)), etag=VALID["etag"])
    await poll(FEED, place.ports, AGENT)
    before = place.store.archive.touched(0).seq
    place.later(hours=2)
    report = await poll(FEED, place.ports, AGENT)
    assert report.outcome == "not-modified"
    assert report.sent == "etag"
    assert place.store.archive.touched(0).seq == before


async def test_equal_bytes_skip_reading_but_not_the_headers() -> None:
    """H-13, H-04: an equal body is not parsed again, yet its new validators are stored."""
    place = home()
    publisher(place, rss(item(1)), etag='"one"')
    await poll(FEED, place.ports, AGENT)
    publisher(place, rss(item(1)), etag='"two"')
    place.later(hours=2)
    report = await poll(FEED, place.ports, AGENT)
    assert report.outcome == "same-body"
    assert place.store.sources.get(FEED)[1].validators.etag == '"two"'  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<!doctype html><title>Sorry</title><h1>We are down</h1>", FeedStatus.NOT_A_FEED),
        (b"", FeedStatus.FAILING),
        (b"\x00\x01\x02 not anything", FeedStatus.NOT_A_FEED),
        (
            b'<!DOCTYPE rss [<!ENTITY a "b">]><rss version="2.0"><channel><title>&a;</title></channel></rss>',
            FeedStatus.FAILING,
        ),
    ],
)
async def test_a_bad_body_leaves_the_last_good_state(body: bytes, status: FeedStatus) -> None:
    """H-06, H-51: validators and entries of the last good document stay, and the status says what came instead."""
    place = home()
    publisher(place, rss(item(1)), etag='"good"')
    await poll(FEED, place.ports, AGENT)
    good = place.store.sources.get(FEED)[1]
    publisher(place, body, etag='"bad"')
    place.later(hours=2)
    report = await poll(FEED, place.ports, AGENT)
    state = place.store.sources.get(FEED)[1]
    assert report.outcome == "failed"
    assert report.status is status
    assert report.reason
    assert (state.validators, state.body_hash) == (good.validators, good.body_hash)
    assert state.failures == 1
    assert len(place.store.catalogue.entries(EntryFilter())) == 1


async def test_a_cut_body_keeps_the_old_validators() -> None:
    """P-05, H-06: complete entries of a cut document are stored, the next request is for the whole of it."""
    place = home()
    publisher(place, rss(item(1)), etag='"whole"')
    await poll(FEED, place.ports, AGENT)
    cut = rss(item(1), item(2), item(3))[:-80]
    publisher(place, cut, etag='"cut"')
    place.later(hours=2)
    report = await poll(FEED, place.ports, AGENT)
    state = place.store.sources.get(FEED)[1]
    assert state.validators is not None
    assert state.validators.etag == '"whole"'
    assert report.new == 1, "the half-read last item is not an entry yet"


async def test_an_edit_is_a_revision_and_every_version_stays() -> None:
    """£500 → £900 under one id: one entry, two versions."""
    place = home()
    publisher(place, rss(item(1, WORDS + " The fine is £500.")))
    await poll(FEED, place.ports, AGENT)
    publisher(place, rss(item(1, WORDS + " The fine is £900.")))
    place.later(hours=2)
    report = await poll(FEED, place.ports, AGENT)
    assert report.revised == 1
    (entry,) = place.store.catalogue.entries(EntryFilter())
    assert ["£500" in version.content for version in place.store.catalogue.revisions(str(entry.entry_id))] == [
        True,
        False,
    ]


async def told(place: Home, *texts: str, hours: float = 2) -> tuple[int, int]:
    """Publishes these texts under one id, one after the other; the publish number before the last one and after."""
    numbers = [0]
    for text in texts:
        publisher(place, rss(item(1, text)))
        await poll(FEED, place.ports, AGENT)
        numbers.append(place.store.archive.items(Selection(limit=1))[0].pub_seq)
        place.later(hours=hours)
    return numbers[-2], numbers[-1]


async def test_an_unchanged_newest_date_is_not_taken_for_no_change() -> None:
    """H-14: an old entry is edited and nothing new came; the document says so only to whoever reads it."""
    place = home()
    publisher(place, rss(item(2), item(1, date="Mon, 01 Jun 2026 09:00:00 +0100")))
    await poll(FEED, place.ports, AGENT)
    place.later(hours=3)
    publisher(place, rss(item(2), item(1, "The meeting is on Friday.", date="Mon, 01 Jun 2026 09:00:00 +0100")))
    report = await poll(FEED, place.ports, AGENT)
    assert (report.outcome, report.new, report.revised) == ("modified", 0, 1)


async def test_a_revert_is_announced_only_if_it_stays() -> None:
    """4.3 rule 2: back to an older text is told once it has stayed for 24 hours, not at once."""
    other = WORDS.replace("Thursday", "Saturday") + " Large items are collected on another day, by arrangement only."
    before, after = await told(home(), WORDS, other, WORDS)
    assert before == after
    before, after = await told(home(), WORDS, other, WORDS, WORDS + " ", hours=25)
    assert before < after


async def test_a_blank_version_in_between_is_nothing_to_tell() -> None:
    """D-25: a body that turned empty was never shown, so its return is no news, however long it stays."""
    before, after = await told(home(), WORDS, "", WORDS, WORDS + " ", hours=25)
    assert before == after


async def test_another_feeds_copy_is_a_duplicate() -> None:
    """4.3 rule 7: the same words on the same day in another feed are joined, not announced."""
    gazette = replace(home().store.sources.get(FEED)[0], id=FeedId("gazette"), url="https://gazette.example/rss")
    place = home(replace(gazette, id=FEED, url="https://knowsmere.example/feed/"), gazette)
    publisher(place, rss(item(1)))
    await poll(FEED, place.ports, AGENT)
    publisher(
        place, rss(item(1).replace("https://knowsmere.example/1/", "https://gazette.example/a1"), title="Gazette")
    )
    report = await poll(FeedId("gazette"), place.ports, AGENT)
    assert (report.new, report.duplicates) == (0, 1)
    joined, lead = sorted(place.store.catalogue.entries(EntryFilter()), key=lambda row: row.emitted)
    assert joined.lead == lead.entry_id


async def test_a_dead_host_is_a_value_and_backs_off() -> None:
    """Nobody answers: nothing is raised, the cause is in the state, the next poll is later."""
    place = home()
    report = await poll(FEED, place.ports, AGENT)
    assert report.outcome == "failed"
    assert report.status is FeedStatus.FAILING
    assert "nobody answers" in place.store.sources.get(FEED)[1].status_text
    assert report.next_poll_at is not None
    assert report.next_poll_at >= NOW + timedelta(hours=1)


async def test_a_full_disk_changes_nothing_and_says_so() -> None:
    """A store that cannot take a poll leaves the feed as it was, so the same body is asked for again."""
    place = home()
    publisher(place, rss(item(1)), etag='"one"')
    full = replace(place.ports, ledger=FullDiskLedger(place.store.ledger))  # type: ignore[arg-type]
    report = await poll(FEED, full, AGENT)
    assert report.outcome == "failed"
    assert "disk is full" in report.reason
    assert place.store.sources.get(FEED)[1].validators is None
    assert (await poll(FEED, place.ports, AGENT)).new == 1


async def test_a_fault_of_ours_in_one_document_is_recorded() -> None:
    """A bug met while deciding is recorded as a failure of that poll; the feed does not fall silent."""
    place = home()
    publisher(place, rss(item(1)))

    class Broken(FullDiskLedger):
        def __getattr__(self, name: str) -> object:
            if name == "heads":
                raise ZeroDivisionError
            return getattr(self._real, name)

    report = await poll(FEED, replace(place.ports, ledger=Broken(place.store.ledger)), AGENT)  # type: ignore[arg-type]
    assert report.outcome == "failed"
    assert "ZeroDivisionError" in report.reason
    assert place.store.sources.get(FEED)[1].failures == 1


async def test_recovery_after_failures() -> None:
    """The first good answer ends the back-off and the bad status."""
    place = home()
    for _ in range(3):
        place.fetch.script = lambda request: unreachable(request, place.clock)
        await poll(FEED, place.ports, AGENT)
        place.later(hours=30)
    publisher(place, rss(item(1)))
    report = await poll(FEED, place.ports, AGENT)
    assert report.status is FeedStatus.HEALTHY
    assert place.store.sources.get(FEED)[1].failures == 0


async def test_unknown_feed() -> None:
    """A feed nobody configured is the caller's mistake."""
    with pytest.raises(UnknownFeedError):
        await poll(FeedId("nobody"), home().ports, AGENT)
