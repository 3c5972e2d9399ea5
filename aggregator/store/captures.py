"""Distinct bodies and where they are kept: nouns, rows and the note in the journal. Pure of any store; the caller holds
the transaction."""

from __future__ import annotations

from aggregator.model import CaptureRow, FeedId, Kept, Original, Place, PollRecord
from aggregator.store.chain import Chain
from aggregator.store.stored import CaptureTable, JournalTable
from aggregator.store.values import Row, SqlValue, instant, instant_or_none, instant_text, maybe_instant, safe

CAPTURED = "captured"
"""The kind of a journal row that proves a body; it changes nothing that is published."""


def capture_number(kept: Kept | None, table: CaptureTable) -> int | None:
    """The number of the body that a poll brought or confirmed; ``None`` where there is none, or it is not kept."""
    if kept is None or not kept.size:
        return None
    known = table.holding(kept.digest)
    if known is not None:
        return known.number
    return table.upcoming() if kept.proof else None


def note_capture(record: PollRecord, poll_id: int, captures: CaptureTable, journal: JournalTable) -> None:
    """Enter a body that was not kept before, and prove it in the chain. Nothing to do for one that was."""
    kept = record.kept
    if kept is None or not kept.proof or captures.holding(kept.digest) is not None:
        return
    row = CaptureRow(
        number=captures.upcoming(),
        feed_id=record.feed_id,
        poll_id=poll_id,
        digest=kept.digest,
        size=kept.size,
        proof=kept.proof,
        place=kept.place,
        record_id=kept.record_id,
        url=kept.url,
        at=kept.at,
    )
    captures.add(row)
    Chain(journal).append(CAPTURED, row.feed_id, None, record.finished_at, captured(row))


def captured(row: CaptureRow) -> dict[str, object]:
    """What the journal says of a body: its digest, the digest of the records that hold it, and where they lie."""
    place = row.place
    return {
        "poll": row.poll_id,
        "digest": row.digest,
        "size": row.size,
        "proof": row.proof,
        "record": row.record_id,
        "file": place.file,
        "offset": place.offset,
        "length": place.length,
        "url": row.url,
        "at": row.at,
    }


def original_of(row: CaptureRow) -> Original:
    """The body as a revisit refers to it."""
    return Original(url=row.url, at=row.at, digest=row.digest, size=row.size)


def capture_row(row: CaptureRow) -> dict[str, SqlValue]:
    """A whole row of ``captures``."""
    return {
        "id": row.number,
        "feed_id": row.feed_id,
        "poll_id": row.poll_id,
        "digest": row.digest,
        "size": row.size,
        "proof": row.proof,
        "file": row.place.file,
        "offset": row.place.offset,
        "length": row.place.length,
        "record_id": row.record_id,
        "url": safe(row.url),
        "at": instant_text(row.at),
        "removed_at": instant_or_none(row.removed_at),
    }


def capture_of(row: Row) -> CaptureRow:
    """The way back from `capture_row`."""
    return CaptureRow(
        number=row["id"],
        feed_id=FeedId(row["feed_id"]),
        poll_id=row["poll_id"],
        digest=row["digest"],
        size=row["size"],
        proof=row["proof"],
        place=Place(file=row["file"], offset=row["offset"], length=row["length"]),
        record_id=row["record_id"],
        url=row["url"],
        at=instant(row["at"]),
        removed_at=maybe_instant(row["removed_at"]),
    )


def place_columns(kept: Kept | None) -> dict[str, SqlValue]:
    """Where the answer of a poll lies, as columns of ``polls``."""
    place = kept.place if kept else None
    return {
        "capture_file": place.file if place else None,
        "capture_offset": place.offset if place else None,
        "capture_length": place.length if place else None,
    }


def place_of(row: Row) -> Place | None:
    """The way back from `place_columns`."""
    if row["capture_file"] is None:
        return None
    return Place(file=row["capture_file"], offset=row["capture_offset"], length=row["capture_length"])
