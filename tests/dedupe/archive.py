"""A tiny archive in dictionaries, for stories of several documents; it stores what a verdict says and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from aggregator.dedupe.decide import DecideContext, decide, head_query
from aggregator.dedupe.fingerprint import fingerprints
from aggregator.dedupe.identity import identify, mode
from aggregator.model import (
    Added,
    Alias,
    Candidate,
    Change,
    ContentHash,
    DateStatus,
    Document,
    Effective,
    Entry,
    EntryId,
    FeedId,
    FeedProfile,
    FeedState,
    Head,
    HeadQuery,
    Heads,
    Key,
    Outcome,
    Precision,
    Renamed,
    Revised,
    RevisionHash,
    Seen,
    Source,
    Stamp,
    Text,
    Verdict,
)

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
STORY = (
    "Fernleigh Borough Council has agreed to spend £500 on new swings for the playground at Mossgate Park. "
    "The cabinet member for leisure, Councillor Ida Thorne, said families had asked for them since the flood."
)
OTHER = (
    "Passengers on the number 19 bus face a longer journey from Monday while engineers repair the swing bridge at "
    "Tarn Quay. The operator expects delays of twenty minutes in the morning and asks people to allow for them."
)


def stamp(instant: datetime | None, *, element: str = "pubDate", precision: Precision = Precision.SECOND) -> Stamp:
    """A good date, or none."""
    if instant is None:
        return Stamp()
    return Stamp(raw=str(instant), element=element, instant=instant, precision=precision, status=DateStatus.OK)


def item(
    raw_id: str | None,
    title: str = "Swings for Mossgate Park",
    body: str = STORY,
    *,
    link: str | None = "",
    when: datetime | None = NOON - timedelta(hours=2),
    **other: object,
) -> Entry:
    """One entry; the link follows from the id unless one (or ``None``) is given."""
    url = f"https://news.example/{raw_id}" if link == "" else link
    fields: dict[str, object] = {"published": stamp(when), "raw_date": str(when or ""), "url": url, **other}
    return Entry(position=0, raw_id=raw_id, title=title, content=body, link=url, **fields)  # type: ignore[arg-type]


def document(*entries: Entry, partial: bool = False, title: str | None = None) -> Document:
    """A fingerprinted document."""
    placed = tuple(replace(entry, position=number) for number, entry in enumerate(entries))
    bare = Document(version="rss20", encoding="utf-8", feed=FeedProfile(title=title), entries=placed, partial=partial)
    return replace(bare, fingerprints=fingerprints(bare, ()))


@dataclass
class Stored:
    """One entry of the archive with all its versions."""

    head: Head
    keys: set[Key]
    aliases: set[Alias]
    versions: list[tuple[RevisionHash, Text]]


@dataclass
class TinyArchive:
    """Feeds, entries and templates; `poll` is a whole poll."""

    entries: list[Stored] = field(default_factory=list)
    states: dict[FeedId, FeedState] = field(default_factory=dict)
    sources: dict[FeedId, Source] = field(default_factory=dict)
    templates: dict[ContentHash, datetime] = field(default_factory=dict)

    def feed(self, name: str, **settings: object) -> FeedId:
        """A feed, made at first mention."""
        feed_id = FeedId(name)
        if feed_id not in self.sources or settings:
            self.sources[feed_id] = Source(id=feed_id, url=f"https://{name}/", **settings)  # type: ignore[arg-type]
        if feed_id not in self.states:
            tag = f"tag:ours.example,2026:{name}"
            self.states[feed_id] = FeedState(feed_id=feed_id, uuid=name, tag=tag, added_at=NOON)
        return feed_id

    def poll(self, name: str, listed: Document, now: datetime = NOON) -> Verdict:
        """Decide a document and store the verdict."""
        feed_id = self.feed(name)
        source, state = self.sources[feed_id], self.states[feed_id]
        candidates = identify(listed, mode(source, state))
        priorities = {other.id: other.priority for other in self.sources.values()}
        context = DecideContext(source=source, state=state, partial=listed.partial, priorities=priorities)
        heads = self.heads(head_query(feed_id, candidates, now))
        verdict = decide(candidates, heads, context, now)
        self.record(feed_id, verdict, now)
        return verdict

    def heads(self, query: HeadQuery) -> Heads:
        """The answer to a query, with texts and older hashes only where the contract gives them."""
        own = [stored for stored in self.entries if stored.head.feed_id == query.feed_id]
        asked = frozenset(query.revisions)
        return Heads(
            by_key={key: _shown(stored, asked) for stored in own for key in stored.keys if key in query.keys},
            by_alias={
                alias: heads
                for alias in query.aliases
                if (heads := tuple(_shown(stored, asked) for stored in own if alias in stored.aliases))
            },
            by_content={
                content: heads
                for content in query.contents
                if (heads := tuple(_shown(s, asked) for s in self.entries if s.head.content_hash == content))
            },
            templates=frozenset(hash_ for hash_, until in self.templates.items() if until > query.now),
        )

    def record(self, feed_id: FeedId, verdict: Verdict, now: datetime) -> None:
        """Store a verdict."""
        added: dict[Key, EntryId] = {}
        for change in verdict.changes:
            if isinstance(change, Added):
                added[change.candidate.key] = self._add(feed_id, change, added, now)
            else:
                self._change(change, now)
        self.templates.update(dict.fromkeys(verdict.templates, now + timedelta(days=400)))
        self.states[feed_id] = replace(
            self.states[feed_id], identity=verdict.identity, id_changes=verdict.id_changes, polls=1
        )

    def _add(self, feed_id: FeedId, change: Added, added: dict[Key, EntryId], now: datetime) -> EntryId:
        number, candidate = EntryId(len(self.entries) + 1), change.candidate
        first = change.first if change.first is not None else added.get(change.first_key or Key(""))
        assert (change.first_key is None) or first is not None, "first_key must name an entry added before"
        lead = first if change.outcome in (Outcome.REPEAT, Outcome.DUPLICATE) and not change.emitted else None
        head = _head(number, feed_id, change.effective, candidate, now)
        head = replace(head, emitted=change.emitted, updated_at=change.updated_at, lead=lead)
        stored = Stored(head, {candidate.key}, set(candidate.aliases), [_version(candidate)])
        assert all(candidate.key not in other.keys for other in self.entries if other.head.feed_id == feed_id)
        self.entries.append(stored)
        return number

    def _change(self, change: Change, now: datetime) -> None:
        then = change.then if isinstance(change, Renamed) else change
        assert isinstance(then, Seen | Revised)
        stored = self.entries[then.head.entry_id - 1]
        candidate = then.candidate
        if isinstance(change, Renamed):
            stored.keys.add(candidate.key)
        stored.aliases.update(then.aliases)
        stated = candidate.entry.published.instant
        if isinstance(then, Seen):
            settled = replace(stored.head, reverted_at=None, updated_at=now) if then.settled else stored.head
            stored.head = replace(settled, source_published_at=stated) if then.date_changed else settled
            return
        stored.versions.append(_version(candidate))
        stored.head = replace(
            _head(stored.head.entry_id, stored.head.feed_id, None, candidate, now, stored.head),
            revision=len(stored.versions),
            updated_at=then.updated_at,
            reverted_at=now if then.reverts_to else None,
        )


def _version(candidate: Candidate) -> tuple[RevisionHash, Text]:
    entry = candidate.entry
    text = Text(title=entry.title, content=entry.content, content_kind=entry.content_kind)
    return candidate.fingerprint.revision, text


def _shown(stored: Stored, asked: frozenset[RevisionHash]) -> Head:
    current, text = stored.versions[-1]
    older = {hash_: number for number, (hash_, _) in enumerate(stored.versions[:-1], start=1) if hash_ in asked}
    return replace(stored.head, older=older, text=None if current in asked and len(asked) == 1 else text)


def _head(
    number: EntryId,
    feed_id: FeedId,
    when: Effective | None,
    candidate: Candidate,
    now: datetime,
    before: Head | None = None,
) -> Head:
    entry, fingerprint = candidate.entry, candidate.fingerprint
    published = when.instant if when else before.published_at if before else now
    return Head(
        entry_id=number,
        feed_id=feed_id,
        key=before.key if before else candidate.key,
        revision=1,
        revision_hash=fingerprint.revision,
        content_hash=fingerprint.content,
        title_hash=fingerprint.title,
        strong=fingerprint.strong,
        published_at=published,
        precision=when.precision if when else before.precision if before else Precision.SECOND,
        day=when.day if when else before.day if before else date(1970, 1, 1),
        first_seen_at=before.first_seen_at if before else now,
        updated_at=now,
        emitted=before.emitted if before else True,
        language=entry.language,
        link=entry.link,
        lead=before.lead if before else None,
        source_published_at=entry.published.instant,
    )


def outcomes(verdict: Verdict) -> list[str]:
    """The outcomes in order of storing."""
    return [change.outcome.value for change in verdict.changes]


def only(listed: Verdict, kind: type) -> list[Change]:
    """The changes of one class."""
    return [change for change in listed.changes if isinstance(change, kind)]


def polls(archive: TinyArchive, name: str, documents: Sequence[Document], step: timedelta) -> list[Verdict]:
    """Several polls of one feed, ``step`` apart."""
    return [archive.poll(name, listed, NOON + number * step) for number, listed in enumerate(documents)]
