"""Reading with a memory gives what reading without one gives (short circuit c of the rapid path)."""

from __future__ import annotations

import json
import os
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import UnreadableError
from aggregator.model import Document, Entry, ReadContext
from aggregator.reading import read_document
from bench.farm import Farm
from bench.formats import render
from tests.parse.mutations import declared, mutated
from tests.parse.samples import ATOM, JSON, RSS, rss
from tests.parse.test_rapid import REAL

MUTATIONS = min(int(os.environ.get("AGGREGATOR_TEST_MUTATIONS", "500")), 3000)
FARM = Farm(feeds=40, entries=8, seed=13, epoch=1_780_000_000)
CONTEXT = ReadContext(
    url="https://www.aldermere.example/news/feed", fetched_at=datetime(2026, 7, 7, tzinfo=UTC), memory=b""
)
_KEPT = "position raw_id permalink url link title language language_origin published updated raw_date base"
KEPT = _KEPT.split()


def assert_alike(recalling: Document, plain: Document) -> None:
    """Equal in everything that counts; recalled entries in everything that they still have."""
    for field in fields(Document):
        if field.name not in ("entries", "recalled", "memory"):
            assert getattr(recalling, field.name) == getattr(plain, field.name), field.name
    assert len(recalling.entries) == len(plain.entries)
    for short, full in zip(recalling.entries, plain.entries, strict=True):
        if short.position in recalling.recalled:
            assert short == Entry(**{name: getattr(full, name) for name in KEPT})
        else:
            assert short == full


def follow(bodies: list[bytes], *, hours: int = 1) -> list[int]:
    """Read documents one after another, each with the memory of the one before: how many were recalled of each."""
    memory, found, context = b"", [], CONTEXT
    for number, body in enumerate(bodies):
        context = replace(CONTEXT, fetched_at=CONTEXT.fetched_at + timedelta(hours=hours * number), memory=memory)
        try:
            plain = read_document(body, replace(context, memory=None))
        except UnreadableError as refused:
            with pytest.raises(UnreadableError) as also:
                read_document(body, context)
            assert also.value.kind == refused.kind
            continue
        recalling = read_document(body, context)
        assert_alike(recalling, plain)
        memory = recalling.memory
        found.append(len(recalling.recalled))
    return found


@pytest.mark.parametrize("feed", range(20))
def test_generations(feed: int) -> None:
    """One new entry in each document: the others are recalled, in every format; a step of several, too."""
    assert follow([render(FARM, feed, generation) for generation in (0, 1, 1, 4, 3)]) == [0, 7, 8, 5, 7]


def test_mutations_of_one_document() -> None:
    """Whatever becomes of a document from poll to poll, both readings agree, and much is recalled all the same."""
    recalled, documents = 0, 0
    for number in range(MUTATIONS // 3):
        base = declared(render(FARM, (0, 1, 7)[number % 3], 0).decode())
        found = follow([base.encode(), mutated(number, base), mutated(number + 1, base), base.encode()])
        recalled, documents = recalled + sum(found), documents + len(found)
    assert recalled > documents


@pytest.mark.skipif(not REAL.is_dir(), reason="no real feeds beside this checkout")
def test_real_feeds() -> None:
    """Feeds as real sites published them: read twice, nearly everything is recalled."""
    counts = [follow([file.read_bytes()] * 2, hours=500_000) for file in sorted(REAL.glob("*.[xra]*"))]
    assert sum(count > 0 for _, count in counts) >= 0.8 * len(counts)


def test_entries_are_recalled_wherever_they_stand() -> None:
    """Order and neighbours do not matter, nor do two equal entries."""
    items = [f"<item><title>T {n}</title><guid>{n}</guid><link>https://a.example/{n}</link></item>" for n in range(6)]
    bodies = []
    for seed in range(4):
        Random(seed).shuffle(items)
        bodies.append(f"<rss><channel><title>A</title>{''.join(items)}{items[0]}</channel></rss>".encode())
    assert follow(bodies) == [0, 7, 7, 7]


@pytest.mark.parametrize(
    "changed",
    [
        {"url": "https://other.example/feed"},
        {"site_url": "https://other.example/"},
        {"timezone": "Europe/Paris"},
        {"language": "cy"},
        {"content_language": "cy"},
        {"content_location": "https://www.aldermere.example/x/"},
        {"names": ("Aldermere",)},
    ],
)
def test_other_surroundings_recall_nothing(changed: dict[str, str]) -> None:
    """Whatever an entry takes over from outside is part of its mark."""
    memory = read_document(RSS.encode(), CONTEXT).memory
    assert len(read_document(RSS.encode(), replace(CONTEXT, memory=memory)).recalled) == 2
    assert not read_document(RSS.encode(), replace(CONTEXT, memory=memory, **changed)).recalled


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<title>Aldermere Council</title>", "<title>Aldermere</title>"),
        ("<link>https://www.aldermere.example/news</link>", "<link>https://news.aldermere.example/</link>"),
        ("<channel>", '<channel xml:lang="cy">'),
        ("<channel>", '<channel xml:base="https://b.example/">'),
        ("<channel>", "<channel><language>cy</language>"),
        ("<channel>", "<channel><managingEditor>Jo</managingEditor>"),
        ('<rss version="2.0"', '<rss version="2.0" xmlns:x="urn:x"'),
    ],
)
def test_another_head_recalls_nothing(old: str, new: str) -> None:
    """What the head says that entries inherit is part of their mark; a date of the head is not."""
    memory = read_document(RSS.encode(), CONTEXT).memory
    assert not read_document(RSS.replace(old, new, 1).encode(), replace(CONTEXT, memory=memory)).recalled
    built = RSS.replace("<channel>", "<channel><lastBuildDate>Mon, 06 Jul 2026 10:00:00 GMT</lastBuildDate>")
    assert len(read_document(built.encode(), replace(CONTEXT, memory=memory)).recalled) == 2


def test_dates_that_time_changes_are_read_again() -> None:
    """A date ahead of its fetch, and one that cannot be read, are never recalled (P-36)."""
    ahead = rss("<pubDate>Wed, 08 Jul 2026 09:00:00 GMT</pubDate>").encode()
    far = rss("<pubDate>Wed, 08 Sep 2027 09:00:00 GMT</pubDate><dc:date>2026-07-01</dc:date>").encode()
    event = rss("<link>https://a.example/2026/09/01/fair</link>").encode()
    for body in (ahead, far, event, rss("<pubDate>soon</pubDate>").encode()):
        assert follow([body] * 3, hours=1) == [0, 0, 0]
    assert follow([ahead] * 3, hours=48) == [0, 0, 1]


def test_links_that_differ_in_fragments_are_told_apart_anew() -> None:
    """Whether a fragment counts depends on the whole document (P-21), so it is not recalled blindly."""
    item = "<item><title>T</title><link>https://a.example/p#{0}</link><guid>{0}</guid></item>"
    one = f"<rss><channel><title>A</title>{item.format(1)}</channel></rss>".encode()
    two = f"<rss><channel><title>A</title>{item.format(1)}{item.format(2)}</channel></rss>".encode()
    assert follow([one, two, one, one]) == [0, 0, 0, 1]


def test_midnights_are_judged_over_all_entries() -> None:
    """The habit of a document (P-35) takes recalled stamps into account, as they were stated."""
    day = "<item><title>T {0}</title><guid>{0}</guid><pubDate>Sat, {0:02} Jun 2026 00:00:00 GMT</pubDate></item>"
    early = "<item><title>E {0}</title><guid>e{0}</guid><pubDate>Sat, {0:02} Jun 2026 07:10:00 GMT</pubDate></item>"
    nights = "".join(day.format(number) for number in range(1, 7))
    others = "".join(early.format(number) for number in range(1, 5))
    bodies = [f"<rss><channel><title>A</title>{items}</channel></rss>" for items in (nights, nights + others, nights)]
    assert follow([body.encode() for body in bodies]) == [0, 6, 6]


BROKEN = ATOM.replace("</feed>", "</fee>")
UNUSUAL = rss("<tags>a</tags><link>https://a.example/1</link><pubDate>Mon, 06 Jul 2026 09:00:00 GMT</pubDate>")


@pytest.mark.parametrize(("body", "entries"), [(JSON, 1), (BROKEN, 2), (UNUSUAL, 1)])
def test_what_has_no_slices_is_recalled_by_what_was_parsed(body: str, entries: int) -> None:
    """JSON Feed, broken XML and unusual documents: entries of which the same is parsed are not read again."""
    assert follow([body.encode()] * 3) == [0, entries, entries]
    changed = body.replace("<p>", "<p>Now: ").replace("https://a.example/1", "https://a.example/2")
    assert follow([body.encode(), changed.encode(), changed.encode()])[0::2] == [0, entries]
    assert follow([body.encode(), changed.encode()])[1] < entries


def test_other_surroundings_recall_nothing_that_was_parsed() -> None:
    """Whatever an entry takes over is part of its mark here, too."""
    memory = read_document(JSON.encode(), CONTEXT).memory
    for changed in ({"timezone": "Europe/Paris"}, {"language": "cy"}, {"url": "https://o.example/"}, {"names": ("T",)}):
        assert not read_document(JSON.encode(), replace(CONTEXT, memory=memory, **changed)).recalled
    for old, new in (('"Thornby Town"', '"Thornby"'), ('"items"', '"language": "cy", "items"')):
        assert not read_document(JSON.replace(old, new).encode(), replace(CONTEXT, memory=memory)).recalled


def test_who_does_not_ask_gets_no_memory() -> None:
    """Without a memory in the context nothing is remembered, whichever way it is read."""
    for body in (RSS, JSON, BROKEN):
        assert read_document(body.encode(), replace(CONTEXT, memory=None)).memory == b""


@pytest.mark.parametrize("form", ["<rss><channel><title>A</title>{}</channel></rss>", "<rss><channel>{}</rss>"])
def test_what_is_reported_is_reported_each_time(form: str) -> None:
    """A title that had to be cut is a problem of every document that has it, so its entry is read again."""
    long = f"<item><title>{'long ' * 600}</title><guid>1</guid></item>"
    assert follow([form.format(long).encode()] * 2) == [0, 0]


_WORDS = st.sampled_from(
    ["", "Fair", "<p>On</p>", "A & B", "2026-07-06T09:00:00Z", "2027", "/a", "https://a.example/#x"]
)
_ITEM = st.fixed_dictionaries(
    {"id": st.sampled_from(["a", "b", 1, "1", None])},
    optional={
        **{name: _WORDS | st.integers(0, 3) for name in ("url", "title", "content_html", "content_text", "summary")},
        **dict.fromkeys(("date_published", "date_modified", "language", "image"), _WORDS),
        "authors": st.lists(st.fixed_dictionaries({"name": _WORDS}), max_size=2),
        "tags": st.lists(_WORDS, max_size=2),
        "attachments": st.lists(st.fixed_dictionaries({"url": _WORDS}), max_size=1),
    },
)
_HEAD = st.fixed_dictionaries({}, optional={"title": _WORDS, "language": _WORDS, "home_page_url": _WORDS})


@settings(max_examples=150, deadline=None)
@given(st.lists(_ITEM, min_size=1, max_size=4), st.lists(_ITEM, max_size=2), _HEAD, st.randoms(use_true_random=False))
def test_any_json_feeds_one_after_another(
    items: list[dict[str, object]], more: list[dict[str, object]], head: dict[str, str], rng: Random
) -> None:
    """P-07: items come, go, change places and wrong types come with them: both readings agree on all of it."""
    later = [*items, *more]
    rng.shuffle(later)
    feeds = ({**head, "items": items}, {**head, "items": later}, {"items": later}, {"items": items})
    version = "https://jsonfeed.org/version/1.1"
    follow([json.dumps({"version": version, **feed}).encode() for feed in feeds], hours=200)


@pytest.mark.parametrize("memory", [b"x", b"\x78\x9c\x03\x00\x00\x00\x00\x01", b"{}"])
def test_a_damaged_memory_is_none(memory: bytes) -> None:
    """What cannot be unpacked counts as nothing, and so does any memory cut short."""
    good = read_document(RSS.encode(), CONTEXT).memory
    for bad in (memory, good[:-1], good[: len(good) // 2], good[:-5] + b"xxxxx"):
        assert not read_document(RSS.encode(), replace(CONTEXT, memory=bad)).recalled


def test_a_memory_from_the_future_is_none() -> None:
    """After a clock was set back, dates must be judged anew."""
    memory = read_document(RSS.encode(), CONTEXT).memory
    earlier = replace(CONTEXT, memory=memory, fetched_at=CONTEXT.fetched_at - timedelta(seconds=1))
    assert not read_document(RSS.encode(), earlier).recalled
