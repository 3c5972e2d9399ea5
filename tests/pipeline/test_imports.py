"""One saved document after another: kept with its original, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from aggregator.captures.folder import WarcFolder
from aggregator.captures.reader import CaptureReader
from aggregator.errors import StoreError
from aggregator.model import EntryFilter, Kept, Provenance, SealedCapture, Slip
from aggregator.pipeline.imports import Handed, ImportReport, import_context, known_date, settle_import
from aggregator.reading_saved import read_saved
from tests.history.documents.samples import ARTICLE, FOUNTAIN, LETTER, MONTH_PAGE
from tests.pipeline.fakes import FEED, Home, home

CAPTURED = datetime(2018, 5, 1, 8, tzinfo=UTC)


class FullDisk:
    """Captures on a disk without room."""

    fault = "the folder cannot be written (No space left on device)"

    def append(self, sealed: SealedCapture) -> Kept | None:
        """Nothing is kept."""
        return None

    def flush(self) -> None:
        """There is nothing to make safe."""


@pytest.fixture
def place(tmp_path: Path) -> Home:
    """A home with a store on disk and a folder of captures."""
    made = home(path=tmp_path / "archive.db")
    captures = WarcFolder(tmp_path / "captures", 1_000_000, "Aggregator/0", lambda: None)
    made.ports = replace(made.ports, captures=captures)
    return made


def handed(text: str, name: str = "page.txt", **other: object) -> Handed:
    """A document."""
    return Handed(name=name, body=text.encode(), slip=Slip(file=name), **other)  # type: ignore[arg-type]


def bring(made: Home, piece: Handed, *, rehearsal: bool = False) -> ImportReport:
    """Read and settle one document."""
    source, _ = made.store.sources.get(FEED)
    reading = read_saved(piece.body, import_context(source, piece, made.clock.now()))
    return settle_import(source, piece, reading, made.ports, rehearsal=rehearsal)


def test_the_original_is_kept_before_anything_follows_from_it(place: Home, tmp_path: Path) -> None:
    """R-66: a resource record with what was said of it; the journal proves it."""
    piece = handed(MONTH_PAGE)
    report = bring(place, piece)
    (row,) = place.store.holdings.bodies(0, 10)
    assert row.digest == report.digest == sha256(piece.body).hexdigest()
    assert place.ports.captures is not None
    place.ports.captures.flush()
    opened = CaptureReader(tmp_path / "captures").read(row.place)
    assert opened.capture.response.body == piece.body
    assert (opened.capture.provenance, opened.capture.slip) == (Provenance.IMPORT, piece.slip)
    assert opened.capture.response.url == "file:///page.txt"


def test_nothing_is_stored_whose_original_cannot_be_kept(place: Home) -> None:
    """A full disk stops the import where it is; a second run goes on from there."""
    bring(place, handed(MONTH_PAGE))
    captures = place.ports.captures
    place.ports = replace(place.ports, captures=FullDisk())
    with pytest.raises(StoreError, match="No space left"):
        bring(place, handed(ARTICLE))
    assert len(place.store.catalogue.entries(EntryFilter())) == 1
    place.ports = replace(place.ports, captures=captures)
    assert bring(place, handed(MONTH_PAGE)).outcome == "known"
    assert bring(place, handed(ARTICLE)).outcome == "new"
    assert len(place.store.holdings.bodies(0, 10)) == 2


def test_what_is_known_leaves_no_trace(place: Home) -> None:
    """No row of any table, and no byte in the captures."""
    bring(place, handed(MONTH_PAGE))
    polls = place.store.catalogue.polls(FEED, 10)
    assert bring(place, handed(MONTH_PAGE, name="copy.txt")).outcome == "known"
    assert place.store.catalogue.polls(FEED, 10) == polls


def test_another_copy_of_known_words_is_kept(place: Home) -> None:
    """The words are known, the bytes are not: the original is kept, the entry stays as it is."""
    bring(place, handed(MONTH_PAGE))
    report = bring(place, handed(MONTH_PAGE.replace("\n", "\r\n")))
    assert (report.outcome, report.known) == ("known", 1)
    assert len(place.store.holdings.bodies(0, 10)) == 2
    assert place.store.catalogue.entry("1").revisions == 1


def test_a_page_of_a_web_archive_is_observed_then(place: Home) -> None:
    """B-08: undated entries are filed under the time of the capture; plain pages without a date are left out."""
    page = f"<html><body><h1>Fountain</h1><p>{FOUNTAIN}</p></body></html>"
    left = bring(place, handed(page, observed_at=CAPTURED, dated_only=True))
    assert (left.outcome, left.entries) == ("skipped", ())
    kept = bring(place, handed(page, observed_at=CAPTURED))
    assert (kept.outcome, kept.ambiguous) == ("new", False)
    row = place.store.catalogue.entry("1")
    assert (row.published_at, row.published_basis) == (CAPTURED, "capture")


def test_a_document_without_a_date_is_ambiguous(place: Home) -> None:
    """A person is told, and how to mend it."""
    report = bring(place, handed(LETTER))
    assert report.ambiguous
    assert "--date" in report.reasons[0]
    assert report.entries[0].date is None


def test_dates_are_told_as_far_as_they_are_known(place: Home) -> None:
    """A month, a day."""
    assert bring(place, handed(MONTH_PAGE)).entries[0].date == "2017-07"
    assert bring(place, handed(ARTICLE)).entries[0].date == "2017-06-15"
    assert known_date.__doc__
