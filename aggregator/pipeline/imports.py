"""One saved document on its way into the archive: decided like a page of history, its original kept (R-35, R-66).

Law: what is known already leaves no trace; what cannot be read leaves none either; each document is one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aggregator.model import (
    Added,
    Capture,
    Change,
    Document,
    Precision,
    Provenance,
    ReadContext,
    Recalled,
    Renamed,
    Response,
    Revised,
    Seen,
    Slip,
    Source,
    Unreadable,
    Verdict,
)
from aggregator.pipeline.bring import Origin, bring_in, judge_past
from aggregator.pipeline.context import names
from aggregator.ports import Ports

NEW, CHANGED, KNOWN, REFUSED, SKIPPED = "new", "changed", "known", "refused", "skipped"
"""What became of a document."""
DOUBTS = ("page-not-split", "month-mismatch", "date-outside-month", "no-date")
"""Problems that a person should look at: the document is ambiguous."""
PAGES = ("text", "html")
"""Forms of documents that are no feeds."""
NO_DATE = "it states no date, so it is filed under the day of its import; state one with --date or in a manifest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A document as it was handed in. ``name`` is how reports call it. ``observed_at`` (aware, UTC) is set for a page
    of somebody's web archive; of those, ``dated_only``, a page without any date is left out."""

    name: str
    body: bytes
    slip: Slip
    content_type: str | None = None
    observed_at: datetime | None = None
    dated_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedEntry:
    """One entry of a document: ``date`` as far as it is known (``2017-07``, ``2017-06-15``), ``None`` where it is not;
    ``outcome`` is that of deciding, ``reason`` why."""

    title: str
    title_basis: str
    date: str | None
    precision: Precision
    basis: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of one document. ``ambiguous`` says that a person should look at it, ``reasons`` why. The counts are
    of its entries; ``digest`` is the SHA-256 of the original in hex, under which it is kept."""

    name: str
    outcome: str
    reasons: tuple[str, ...] = ()
    ambiguous: bool = False
    entries: tuple[ImportedEntry, ...] = ()
    new: int = 0
    changed: int = 0
    known: int = 0
    digest: str = ""


def import_context(source: Source, handed: Handed, now: datetime) -> ReadContext:
    """What a saved document is read with; without an address of its own it is read as if it were the site's."""
    return ReadContext(
        url=handed.slip.url or source.site or source.url,
        fetched_at=now if handed.observed_at is None else handed.observed_at,
        content_type=handed.content_type,
        timezone=source.timezone,
        language=source.language,
        site_url=source.site,
        names=names(source),
        slip=handed.slip,
    )


def settle_import(
    source: Source, handed: Handed, reading: Document | Unreadable, ports: Ports, *, rehearsal: bool = False
) -> ImportReport:
    """Decide and record one document in one transaction. Runs where writing is allowed.

    A ``rehearsal`` keeps no original; the caller undoes the rest.

    Raises:
        StoreError: nothing was recorded, or the original cannot be kept.
    """
    if isinstance(reading, Unreadable):
        return ImportReport(name=handed.name, outcome=REFUSED, reasons=(reading.detail,))
    dateless = [entry for entry in reading.entries if entry.published.instant is None]
    if handed.dated_only and reading.version in PAGES and len(dateless) == len(reading.entries):
        return ImportReport(name=handed.name, outcome=SKIPPED, reasons=("it states no date, so it is hardly a post",))
    digest, now = sha256(handed.body).hexdigest(), ports.clock.now()
    with ports.ledger.transaction():
        _, state = ports.sources.get(source.id)
        verdict = judge_past(source, state, reading, Provenance.IMPORT, handed.observed_at, now, ports)
        if not (_is_known(verdict) and (rehearsal or ports.ledger.original(digest) is not None)):
            origin = _origin(source, handed, now, rehearsal=rehearsal)
            bring_in(source, reading, Provenance.IMPORT, handed.observed_at, ports, origin=origin)
    return _report(source, handed, reading, verdict, digest)


def _origin(source: Source, handed: Handed, now: datetime, *, rehearsal: bool) -> Origin:
    slip = handed.slip
    response = Response(
        url=slip.url or f"file:///{quote(slip.file or handed.name)}",
        status=200,
        headers=() if handed.content_type is None else (("content-type", handed.content_type),),
        body=handed.body,
        started_at=now,
        finished_at=now,
        wire_bytes=len(handed.body),
    )
    capture = Capture(
        feed_id=source.id,
        response=response,
        provenance=Provenance.IMPORT,
        slip=slip,
        observed_at=handed.observed_at,
    )
    return Origin(
        url=handed.name,
        final_url=slip.url,
        started_at=now,
        finished_at=now,
        reason=f"imported from {handed.name}",
        wire_bytes=len(handed.body),
        capture=None if rehearsal else capture,
    )


def _is_known(verdict: Verdict) -> bool:
    return not verdict.refiled and all(isinstance(change, Seen) for change in verdict.changes)


def _report(source: Source, handed: Handed, document: Document, verdict: Verdict, digest: str) -> ImportReport:
    told = [_final(change) for change in verdict.changes]
    new = sum(isinstance(change, Added) for change in told)
    changed = sum(isinstance(change, Revised | Recalled) for change in told)
    doubts = [problem.detail for problem in document.problems if problem.kind in DOUBTS]
    reasons = [f"{problem.kind}: {problem.detail}" for problem in document.problems if problem.kind not in DOUBTS]
    if document.version in PAGES and handed.observed_at is None and new and _dateless(document):
        doubts.append(NO_DATE)
    if not document.entries:
        reasons.append("it holds no entry")
    moved = bool(verdict.refiled)
    return ImportReport(
        name=handed.name,
        outcome=NEW if new else CHANGED if changed or moved else KNOWN,
        reasons=(*doubts, *reasons, *(each.reason.text for each in verdict.refiled)),
        ambiguous=bool(doubts),
        entries=tuple(_entry(source, change) for change in verdict.changes),
        new=new,
        changed=max(changed, len(verdict.refiled)),
        known=sum(isinstance(change, Seen) for change in told),
        digest=digest,
    )


def _dateless(document: Document) -> bool:
    return any(entry.published.instant is None for entry in document.entries)


def _final(change: Change) -> Change:
    return change.then if isinstance(change, Renamed) else change


def _entry(source: Source, change: Change) -> ImportedEntry:
    entry = change.candidate.entry
    stamp, zone = entry.published, ZoneInfo(source.timezone)
    return ImportedEntry(
        title=entry.title,
        title_basis=entry.title_basis,
        date=known_date(stamp.instant, stamp.precision, zone),
        precision=stamp.precision,
        basis=stamp.element or "",
        outcome=str(_final(change).outcome),
        reason=change.reason.text,
    )


def known_date(instant: datetime | None, precision: Precision, zone: ZoneInfo) -> str | None:
    """A date as far as it is known, in civil time: ``2017-07``, ``2017-06-15``, ``2017-06-15T09:30+01:00``."""
    if instant is None:
        return None
    local = instant.astimezone(zone)
    if precision is Precision.MONTH:
        return f"{local:%Y-%m}"
    day: date = local.date()
    return day.isoformat() if precision is Precision.DAY else local.isoformat(timespec="minutes")
