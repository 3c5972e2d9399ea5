"""Laws of deciding that hold for any documents, and precision on the labelled stories."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aggregator.dedupe.context import DecideContext
from aggregator.dedupe.decide import decide, head_query
from aggregator.dedupe.identity import SPARE, identify, mode
from aggregator.model import Added, DateStatus, Document, Entry, Identity, Key, Precision, Stamp
from tests.dedupe.archive import NOON, OTHER, STORY, TinyArchive, document, item, outcomes

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LIMIT = settings(max_examples=80, deadline=None)
HOUR = timedelta(hours=1)
BODIES = [STORY, OTHER, STORY.replace("£500", "£900"), "", "Agenda published.", f"<p>{STORY}</p>"]
ENTRIES = st.builds(
    item,
    st.sampled_from(["a", "b", "c", "https://x.example/1", "http://x.example/1", None]),
    st.sampled_from(["Swings", "Bus", "Council meeting", ""]),
    st.sampled_from(BODIES),
    link=st.sampled_from(["https://x.example/1", "https://x.example/2", "https://y.example/1", None]),
    when=st.sampled_from([None, NOON, NOON - HOUR, NOON - 30 * HOUR, NOON - 300 * HOUR, NOON + 90 * HOUR]),
    language=st.sampled_from([None, "en", "cy"]),
)
DOCUMENTS = st.lists(ENTRIES, max_size=7).map(lambda entries: document(*entries))


ONE, TWO = "https://x.example/1", "https://x.example/2"
TWIN = "http://x.example/1"
"""Two links, of which the first is an id as well, and its twin under the other scheme."""


def listing(*rows: tuple[str | None, str, str, str | None]) -> Document:
    """A document of undated entries: id, title, text and link."""
    return document(*(item(raw_id, title, body, link=link, when=None) for raw_id, title, body, link in rows))


# An id that goes to another story while its twin carries the old one on: the entry takes the title of both.
@example(
    before=[listing((ONE, "Bus", OTHER, TWO))],
    listed=listing((ONE, "Swings", STORY, ONE), (TWIN, "Swings", OTHER, ONE)),
)
# Two ids of one entry go to two stories: the listing that does not decide is a story of its own, at once.
@example(
    before=[
        listing((ONE, "", OTHER, TWO)),
        listing((ONE, "Swings", STORY, ONE), (TWIN, "", STORY, ONE), (None, "Swings", STORY, ONE)),
    ],
    listed=listing(("a", "Swings", STORY, ONE), (ONE, "Bus", STORY, TWO), (TWIN, "Swings", OTHER, ONE)),
)
# Id and link were found to be another entry than the id alone: they stay that entry, whatever its text is now.
@example(
    before=[
        listing(("c", "Swings", STORY, TWO), (ONE, "Swings", STORY, TWO)),
        listing((ONE, "Bus", STORY, ONE)),
        listing(("c", "Bus", STORY, TWO), ("c", "Swings", STORY, ONE)),
    ],
    listed=listing((ONE, "Swings", STORY, ONE), ("c", "Bus", STORY, TWO)),
)
@LIMIT
@given(st.lists(DOCUMENTS, max_size=3), DOCUMENTS)
def test_deciding_again_finds_nothing_new(before: list[Document], listed: Document) -> None:
    """D-22: whatever came before, the same document decided again is only seen.

    The one document after which a feed is known by its links (P-16) is the limit: the next look has other keys to go
    by, and may tell entries apart that the ids had made one. From that look on the law holds again.
    """
    archive = TinyArchive()
    for number, earlier in enumerate(before):
        archive.poll("knowe", earlier, NOON + number * HOUR)
    identity = archive.states[archive.feed("knowe")].identity
    archive.poll("knowe", listed, NOON + 9 * HOUR)
    if archive.states[archive.feed("knowe")].identity is Identity.LINK is not identity:
        archive.poll("knowe", listed, NOON + 9 * HOUR)
    rows, states = len(archive.entries), [stored.head for stored in archive.entries]
    again = archive.poll("knowe", listed, NOON + 9 * HOUR)
    assert set(outcomes(again)) <= {"seen", "renamed"}
    assert len(archive.entries) == rows
    once_more = archive.poll("knowe", listed, NOON + 10 * HOUR)
    assert set(outcomes(once_more)) <= {"seen"}
    assert [stored.head.revision for stored in archive.entries] == [head.revision for head in states]


@LIMIT
@given(st.lists(DOCUMENTS, max_size=3), DOCUMENTS)
def test_the_short_way_to_known_entries_is_the_long_one(before: list[Document], listed: Document) -> None:
    """P-16: an entry under a spare key that no candidate has makes each of them be compared; it changes no verdict."""
    archive = TinyArchive()
    for number, earlier in enumerate(before):
        archive.poll("knowe", earlier, NOON + number * HOUR)
    feed_id, now = archive.feed("knowe"), NOON + 9 * HOUR
    context = DecideContext(source=archive.sources[feed_id], state=archive.states[feed_id])
    candidates = identify(listed, mode(context.source, context.state))
    heads = archive.heads(head_query(feed_id, candidates, now))
    more = {Key(f"{kind}of nobody"): stored.head for kind in SPARE for stored in archive.entries[:1]}
    slowly = replace(heads, by_key={**heads.by_key, **more})
    assert decide(candidates, slowly, context, now) == decide(candidates, heads, context, now)


@LIMIT
@given(st.lists(DOCUMENTS, max_size=3), DOCUMENTS)
def test_every_candidate_gets_one_change(before: list[Document], listed: Document) -> None:
    """D-20: nothing is dropped, nothing is stored twice, no stamp lies after now, leads are emitted entries."""
    archive = TinyArchive()
    for number, earlier in enumerate(before):
        archive.poll(f"feed{number % 2}", earlier, NOON + number * HOUR)
    now = NOON + 5 * HOUR
    mode = archive.states[archive.feed("feed0")].identity
    verdict = archive.poll("feed0", listed, now)
    assert len(verdict.changes) == len(identify(listed, mode))
    for change in verdict.changes:
        if isinstance(change, Added):
            assert change.effective.instant <= change.updated_at <= now
            assert (change.first is None and change.first_key is None) == (change.outcome.value == "new")
    assert all(stored.head.emitted or stored.head.lead for stored in archive.entries)
    assert all(archive.entries[s.head.lead - 1].head.emitted for s in archive.entries if s.head.lead)


DISTINCT = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(BODIES), st.booleans()), max_size=8, unique_by=lambda row: row[0]
)


@LIMIT
@given(DISTINCT, st.randoms(use_true_random=False))
def test_order_in_the_document_does_not_matter(rows: list[tuple[int, str, bool]], dice: object) -> None:
    """4.3: where no two entries tie in date, the outcomes do not depend on the order of listing."""

    def entry(number: int, body: str, new: bool) -> Entry:
        return item(f"{number}{'n' if new else ''}", f"Story {number}", body, when=NOON - number * HOUR)

    archives = TinyArchive(), TinyArchive()
    shuffled = list(rows)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    found = []
    for archive, order in zip(archives, (rows, shuffled), strict=True):
        archive.poll("knowe", document(*(entry(number, body, False) for number, body, _ in rows)))
        verdict = archive.poll("knowe", document(*(entry(*row) for row in order)), NOON + HOUR)
        found.append(list(zip(outcomes(verdict), [change.candidate.key for change in verdict.changes], strict=True)))
    assert found[0] == found[1]


def labelled() -> dict[str, Entry]:
    """The labelled stories as entries of feeds that carry them."""
    path = DATA / "stories-dev.jsonl"
    if not path.exists():
        pytest.skip("labelled stories are not here")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: story(row) for row in rows}


def story(row: dict[str, str]) -> Entry:
    """One labelled item; a date without a day has the precision it says."""
    parts = [int(part) for part in (row["date"] or "").split("-") if part]
    precision = {3: Precision.DAY, 2: Precision.MONTH}.get(len(parts))
    when = datetime(*(parts + [1] * (3 - len(parts))), 12, tzinfo=UTC) if precision else None  # type: ignore[arg-type]
    stamp = Stamp(instant=when, status=DateStatus.OK, precision=precision) if precision else Stamp()
    return item(row["url"], row["title"] or "", row["text"], link=row["url"], published=stamp, content_kind="text")


def pairs() -> Iterator[tuple[str, str, str]]:
    """The labelled pairs."""
    with (DATA / "stories-dev-pairs.tsv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            yield row["id_a"], row["id_b"], row["label"]


def test_no_hard_negative_is_merged() -> None:
    """D-34: of the labelled pairs that rule 7 joins, every one is a duplicate."""
    entries = labelled()
    now = datetime(2027, 1, 1, tzinfo=UTC)
    joined: dict[str, list[str]] = {}
    for first, second, label in pairs():
        archive = TinyArchive()
        archive.poll("one", document(entries[first]), now)
        verdict = archive.poll("two", document(entries[second]), now)
        joined.setdefault(label, []).extend(outcomes(verdict))
    assert joined["different"].count("new") == len(joined["different"]) > 300
    assert joined["same_story"].count("duplicate") == 0
    assert joined["duplicate"].count("duplicate") >= 1


def test_all_stories_in_one_feed() -> None:
    """D-34: polled as one feed, the labelled stories lose none but true copies (rules 5 and 6)."""
    entries = labelled()
    same = {frozenset(pair[:2]) for pair in pairs() if pair[2] == "duplicate"}
    archive = TinyArchive()
    now = datetime(2027, 1, 1, tzinfo=UTC)
    for entry in entries.values():
        archive.poll("one", document(entry), now)
    by_url = {entry.raw_id: name for name, entry in entries.items()}
    hidden = [stored for stored in archive.entries if stored.head.lead]
    names = {stored.head.entry_id: by_url[stored.head.key.removeprefix("guid:")] for stored in archive.entries}
    assert all(frozenset((names[s.head.entry_id], names[s.head.lead])) in same for s in hidden if s.head.lead)


def test_near_titles_do_not_merge() -> None:
    """Domain 5: titles that differ in a word, over different texts, are different entries in any pairing."""
    titles = ["agrees to sell off 10 %", "drops plans to sell 10 %", "continued progress", "steady progress"]
    bodies = [f"{title.capitalize()}. {STORY} The decision was made on day {n}." for n, title in enumerate(titles)]
    for (title, body), (other, text) in combinations(zip(titles, bodies, strict=True), 2):
        archive = TinyArchive()
        archive.poll("one", document(item("a", title, body)))
        assert outcomes(archive.poll("two", document(item("b", other, text)))) == ["new"]


def test_identity_mode_auto_is_guid() -> None:
    """P-16: nothing learned yet means ids are trusted."""
    listed = document(item("a"), item("b"))
    assert identify(listed, Identity.AUTO) == identify(listed, Identity.GUID)
