"""Brings a document of the past into the archive: what backfill fetches and what operators import (B-08, B-09, R-35).

Law: nothing of it is announced, nothing on show changes, and the next poll stays what and when it was.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.dedupe.context import DecideContext
from aggregator.dedupe.decide import decide, head_query
from aggregator.dedupe.identity import identify, mode
from aggregator.errors import StoreError
from aggregator.model import (
    BACKFILLED,
    IMPORTED,
    Capture,
    Document,
    FeedState,
    Kept,
    Outcome,
    PollRecord,
    Provenance,
    Renamed,
    Source,
    Verdict,
)
from aggregator.pipeline.bar import leave_out, may_keep_whole, without_barred
from aggregator.pipeline.keep import keep
from aggregator.ports import Ports

_STORED = (Outcome.NEW, Outcome.REPOST, Outcome.DUPLICATE, Outcome.REPEAT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a document came from, for its row in ``polls``: the address asked (or the path of a file), the answer's
    facts, what the row says. Instants are aware and UTC. ``capture`` is the document as it came, to be
    kept; ``kept`` where it lies already."""

    url: str
    started_at: datetime
    finished_at: datetime
    final_url: str | None = None
    reason: str = "read"
    http_status: int | None = None
    wire_bytes: int = 0
    hops: int = 0
    capture: Capture | None = None
    kept: Kept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What became of one document. ``new`` entries are stored, copies (``duplicates``) among them; ``known`` ones had
    nothing new; of ``recalled`` ones a version of the past was kept, of ``improved`` ones a better copy is shown now.
    ``oldest`` and ``newest`` are stated dates."""

    entries: int
    new: int
    duplicates: int
    known: int
    recalled: int
    improved: int
    oldest: datetime | None
    newest: datetime | None


def bring_in(
    source: Source,
    document: Document,
    provenance: Provenance,
    observed_at: datetime | None,
    ports: Ports,
    *,
    origin: Origin | None = None,
    before: datetime | None = None,
) -> Brought:
    """Decide and record one document of the past in one transaction. Runs where writing is allowed (`Ports.write`).

    ``observed_at`` (aware, UTC) is the time of the capture where the document is one; entries without a date are filed
    there. Entries dated at or after ``before`` are left to the live feed, which must announce them.

    Raises:
        StoreError: nothing was recorded.
        UnknownFeedError: the feed is not stored.
    """
    with ports.ledger.transaction():
        _, state = ports.sources.get(source.id)
        now = ports.clock.now()
        origin = origin or Origin(url=source.url, started_at=now, finished_at=now)
        document = document if before is None else only_before(document, before)
        verdict = judge_past(source, state, document, provenance, observed_at, origin.finished_at, ports)
        whole = may_keep_whole(source.id, verdict, ports)
        kept = origin.kept
        if origin.capture is not None:
            kept = keep(origin.capture, ports, whole=whole)
        if (
            kept is None
            and whole
            and provenance is Provenance.IMPORT
            and origin.capture is not None
            and ports.captures is not None
        ):
            raise StoreError(f"the original cannot be kept: {ports.captures.fault}")
        record = past_record(state, document, verdict, origin, provenance, observed_at)
        if verdict.barred and (provenance is Provenance.IMPORT or verdict.barred >= len(document.entries)):
            # The name of a document that was taken down says as much as its words.
            record = replace(record, url="", final_url="", reason="; ".join(verdict.notes), problems=())
        ports.ledger.record(replace(record, kept=kept))
    return brought(document, verdict)


def judge_past(
    source: Source,
    state: FeedState,
    document: Document,
    provenance: Provenance,
    observed_at: datetime | None,
    now: datetime,
    ports: Ports,
) -> Verdict:
    """What the document would change, against what the store knows now; nothing is recorded (for ``--dry-run``)."""
    listed = identify(document, mode(source, state))
    heads = ports.ledger.heads(head_query(source.id, listed, now))
    candidates, barred = leave_out(source.id, listed, heads, ports)
    context = DecideContext(
        source=source,
        state=state,
        partial=True,
        announce=False,
        observed_at=observed_at,
        retold=provenance.retold,
    )
    return without_barred(decide(candidates, heads, context, now), barred)


def brought(document: Document, verdict: Verdict) -> Brought:
    """The counts of one decided document."""
    counts = Counter((each.then if isinstance(each, Renamed) else each).outcome for each in verdict.changes)
    dates = sorted(at for entry in document.entries if (at := entry.published.instant) is not None)
    return Brought(
        entries=len(document.entries),
        new=sum(counts[each] for each in _STORED),
        duplicates=counts[Outcome.DUPLICATE] + counts[Outcome.REPEAT],
        known=counts[Outcome.SEEN],
        recalled=counts[Outcome.RECALLED],
        improved=counts[Outcome.REVISION],
        oldest=dates[0] if dates else None,
        newest=dates[-1] if dates else None,
    )


def only_before(document: Document, before: datetime) -> Document:
    """The document without entries dated at or after ``before``, future dates included; those without a date stay."""
    pairs = zip(document.entries, document.fingerprints, strict=True)
    kept = [pair for pair in pairs if (at := pair[0].published.instant) is None or at < before]
    return replace(document, entries=tuple(pair[0] for pair in kept), fingerprints=tuple(pair[1] for pair in kept))


def past_record(
    state: FeedState,
    document: Document,
    verdict: Verdict,
    origin: Origin,
    provenance: Provenance,
    observed_at: datetime | None,
) -> PollRecord:
    """The row: a request for history, or an import; the feed's state stays what it was."""
    return PollRecord(
        feed_id=state.feed_id,
        started_at=origin.started_at,
        finished_at=origin.finished_at,
        url=origin.url,
        final_url=origin.final_url or origin.url,
        outcome=IMPORTED if provenance is Provenance.IMPORT else BACKFILLED,
        reason="; ".join((origin.reason, *verdict.notes)),
        state=state,
        http_status=origin.http_status,
        wire_bytes=origin.wire_bytes,
        entries=len(document.entries),
        verdict=verdict,
        problems=tuple(f"{problem.kind}: {problem.detail}" for problem in document.problems),
        encoding=document.encoding,
        hops=origin.hops,
        provenance=provenance,
        observed_at=observed_at,
    )
