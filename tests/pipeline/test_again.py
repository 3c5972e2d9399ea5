"""Entries that stand as they stood are not read again, and nothing comes of it that would not have come otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from aggregator.model import Document, Exchange, ReadContext, Request, Unreadable
from aggregator.pipeline.poll import poll
from aggregator.reading import read_document
from aggregator.store.memory import MemoryStore
from tests.pipeline.fakes import FEED, Home, answer, home, item, rss

AGENT = "test/1 (+https://a.example; 1 subscribers)"
DAYS = [f"Mon, 15 Jun 2026 {hour:02}:{minute:02}:07 +0100" for hour in range(9) for minute in (11, 47)]


@dataclass(slots=True)
class Counting:
    """Reads in this process and notes how many entries each reading really parsed."""

    read: list[int] = field(default_factory=list)

    async def __call__(self, body: bytes, context: ReadContext) -> Document | Unreadable:
        document = read_document(body, context)
        self.read.append(len(document.entries) - len(document.recalled))
        return document


def with_memory(place: Home) -> Counting:
    """The same home with a memory of last documents."""
    assert isinstance(place.store, MemoryStore)
    counting = Counting()
    place.ports = replace(place.ports, memory=place.store.memory, digest=counting)
    return counting


def saying(bodies: list[bytes]) -> Callable[[Request], Exchange]:
    """Answers with one body after the other."""
    left = iter(bodies)
    return lambda request: answer(request, CLOCKS[-1].clock, next(left))


CLOCKS: list[Home] = []


async def run(bodies: list[bytes], *, memory: bool) -> tuple[Home, list[int]]:
    """Poll a new feed once for each body, an hour apart."""
    place = home(script=saying(bodies))
    CLOCKS.append(place)
    counting = with_memory(place) if memory else Counting()
    for _ in bodies:
        await poll(FEED, place.ports, AGENT)
        place.later(hours=1)
    CLOCKS.pop()
    return place, counting.read


def told(place: Home) -> tuple[object, ...]:
    """Everything the archive says: the journal, the entries and their versions, the state that polls go by."""
    catalogue = place.store.catalogue
    rows = catalogue.journal(0, 10_000)
    entries = {row.entry_id for row in rows if row.entry_id is not None}
    return (
        rows,
        [(catalogue.entry(str(number)), catalogue.revisions(str(number))) for number in sorted(entries)],
        place.store.sources.get(FEED)[1],
    )


def notice(number: int, extra: str = "", text: str | None = None) -> str:
    """One item with a date of its own; ``extra`` goes into it."""
    made = item(number, date=DAYS[number % len(DAYS)]) if text is None else item(number, text, DAYS[number % len(DAYS)])
    return made.replace("</item>", f"{extra}</item>")


async def test_a_changed_document_costs_what_changed() -> None:
    """One new entry, then one edited: only these are parsed, and the archive has both."""
    first = [notice(number) for number in range(1, 11)]
    second = [notice(11), *first[:9]]
    edited = [second[0], second[1].replace("brown bins", "green bins"), *second[2:]]
    place, read = await run([rss(*first), rss(*second), rss(*edited)], memory=True)
    assert read == [10, 1, 1]
    assert [row.kind for row in place.store.catalogue.journal(0, 99)].count("added") == 11
    assert [row.kind for row in place.store.catalogue.journal(0, 99)].count("revised") == 1


async def test_only_the_frame_changed() -> None:
    """A new build date in the head makes nobody read the entries."""
    items = [notice(number) for number in range(1, 9)]
    dated = [rss(*items).replace(b"<link>", b"<lastBuildDate>%d</lastBuildDate><link>" % hour, 1) for hour in (1, 2, 3)]
    _, read = await run(dated, memory=True)
    assert read == [8, 0, 0]


FIRST = rss(*[notice(number) for number in range(1, 11)])
SECOND = rss(*[notice(number) for number in range(2, 12)])


@pytest.mark.parametrize(
    ("second", "read"),
    [
        (rss(*[notice(number) for number in range(2, 12)], title="Another name"), 10),
        (SECOND.replace(b"<rss ", b'<rss xml:base="https://b.example/" '), 10),
        (SECOND.replace(b"<channel>", b'<channel xml:lang="cy">'), 10),
        (rss(*[notice(number) for number in range(8, 18)]), 7),
        (rss(*[notice(number) for number in range(2, 11)], notice(12).replace("/12/", "/5/#twelve")), 1),
        (rss(*[notice(number) for number in range(2, 11)], notice(10)), 0),
        (SECOND[:-40], 0),
    ],
    ids=["title", "base", "language", "most-new", "shared-link", "twice", "cut"],
)
async def test_what_stands_around_entries_counts(second: bytes, read: int) -> None:
    """Another frame is another document; otherwise what is read, if only in part, is what reading all of it gives."""
    place, found = await run([FIRST, second], memory=True)
    assert found == [10, read]
    assert told(place) == told((await run([FIRST, second], memory=False))[0])


async def test_dates_ahead_are_read_each_time_and_midnights_weighed() -> None:
    """P-36: a date in the future is not for ever. P-35: whether midnight is a time depends on the whole document."""
    ahead = [notice(number) for number in range(1, 8)] + [item(8, date="Mon, 15 Jun 2026 19:00:00 +0100")]
    _, read = await run([rss(*ahead), rss(notice(9), *ahead)], memory=True)
    assert read == [8, 2]
    nights = [item(number, date=f"Mon, {number} Jun 2026 00:00:00 +0100") for number in range(1, 9)]
    times = [notice(number) for number in range(10, 18)]
    bodies = [rss(*nights), rss(times[0], *nights), rss(*times, *nights), rss(*nights)]
    assert told((await run(bodies, memory=True))[0]) == told((await run(bodies, memory=False))[0])


async def test_what_the_journal_tells_is_read_anew() -> None:
    """Whatever changes the feed makes the store forget, a change of configuration too."""
    items = [notice(number) for number in range(1, 9)]
    place = home(script=saying([rss(*items), rss(notice(9), *items)]))
    CLOCKS.append(place)
    counting = with_memory(place)
    await poll(FEED, place.ports, AGENT)
    assert place.ports.memory is not None
    assert place.ports.memory.recall(FEED)
    source = place.store.sources.get(FEED)[0]
    place.store.sources.sync([replace(source, category="council")], place.clock.at)
    assert place.ports.memory.recall(FEED) is None
    place.later(hours=1)
    await poll(FEED, place.ports, AGENT)
    assert counting.read == [8, 9]
    CLOCKS.pop()


async def test_a_memory_of_entries_that_are_not_stored() -> None:
    """An archive that lost what is remembered (an older copy put back, say) reads the document whole and stores it."""
    items = [notice(number) for number in range(1, 9)]
    known, _ = await run([rss(*items)], memory=True)
    place = home(script=saying([rss(notice(9), *items)]))
    CLOCKS.append(place)
    counting = with_memory(place)
    assert place.ports.memory is not None
    assert known.ports.memory is not None
    place.later(hours=2)
    place.ports.memory.keep(FEED, known.ports.memory.recall(FEED) or b"")
    report = await poll(FEED, place.ports, AGENT)
    assert (report.outcome, report.new) == ("modified", 9)
    assert counting.read == [1, 9]
    assert "brown bins" in place.store.catalogue.revisions("1")[0].content
    CLOCKS.pop()


MOVES = some.one_of(
    some.tuples(some.just("add"), some.integers(1, 3)),
    some.tuples(some.just("edit"), some.integers(0, 9)),
    some.tuples(some.just("count"), some.integers(0, 9)),
    some.tuples(some.just("date"), some.integers(0, 9)),
    some.tuples(some.just("swap"), some.integers(0, 8)),
    some.tuples(some.just("drop"), some.integers(0, 9)),
    some.tuples(some.just("again"), some.integers(0, 9)),
    some.tuples(some.just("rename"), some.integers(0, 9)),
    some.tuples(some.just("title"), some.integers(0, 1)),
    some.tuples(some.just("copy"), some.integers(0, 9)),
)


def moved(items: list[str], title: str, move: tuple[str, int], step: int) -> tuple[list[str], str]:
    """The feed after its publisher has done something to it."""
    kind, number = move
    at = number % max(len(items), 1)
    items = list(items)
    match kind:
        case "add":
            items[:0] = [notice(20 + 10 * step + each) for each in range(number)]
            del items[12:]
        case "edit" if items:
            items[at] = items[at].replace("Thursday", f"Friday {step}")
        case "count" if items:
            items[at] = items[at].replace("</item>", f"<comments>{step}</comments></item>")
        case "date" if items:
            items[at] = items[at].replace("15 Jun", "14 Jun")
        case "swap" if len(items) > 1:
            at = number % (len(items) - 1)
            items[at], items[at + 1] = items[at + 1], items[at]
        case "drop" if items:
            del items[at]
        case "again" if items:
            items.append(items[at].replace("notice-", "again-").replace(".example/", ".example/again/"))
        case "rename" if items:
            items[at] = items[at].replace("notice-", f"renamed{step}-")
        case "title":
            title = f"Knowsmere {number}"
        case "copy" if items:
            items.insert(0, items[at])
    return items, title


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(some.lists(some.lists(MOVES, min_size=1, max_size=3), min_size=1, max_size=5))
def test_the_archive_is_the_same_with_and_without(rounds: list[list[tuple[str, int]]]) -> None:
    """The law: journal, entries, versions and state are equal to the letter, whatever a publisher does."""
    items, title, step = [notice(number) for number in range(1, 11)], "Knowsmere Council", 0
    bodies = [rss(*items, title=title)]
    for moves in rounds:
        for move in moves:
            step += 1
            items, title = moved(items, title, move, step)
        bodies.append(rss(*items, title=title))
    one, _ = asyncio.run(run(bodies, memory=True))
    other, _ = asyncio.run(run(bodies, memory=False))
    assert told(one) == told(other)
