"""What is handed in, piece by piece: files and folders through their door, web archives record by record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aggregator.captures.foreign import Foreign, foreign_answers
from aggregator.errors import AggregatorError, CaptureError
from aggregator.history.documents.folder import (
    Found,
    Refused,
    is_web_archive,
    manifests,
    opened,
    printable,
    read_file,
    survey,
)
from aggregator.history.documents.manifest import is_web_address, read_manifest
from aggregator.model import Slip
from aggregator.pipeline.imports import REFUSED, SKIPPED, Handed, ImportReport
from aggregator.reading_saved import LONGEST, civil

READABLE = ("html", "xml", "rss", "atom", "json", "text/plain")
"""Of a web archive, answers of these media types are read."""

Piece = Handed | ImportReport
Slips = Mapping[Path, Mapping[str, Slip]]


class ManifestError(AggregatorError):
    """A list of documents is refused, and with it the whole import; ``mistakes`` are all of them."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Handful:
    """Everything that was named: files as they were found, and what the lists of their folders say of them."""

    files: tuple[Found | Refused, ...]
    slips: Slips
    slip: Slip

    def pieces(self) -> Iterator[Piece]:
        """Each document, or the report of what is none, in the order of the paths."""
        named = {(root, name) for root, slips in self.slips.items() for name in slips}
        for file in self.files:
            if isinstance(file, Refused):
                yield _refused(file)
                continue
            slip = self._slip(file)
            if file.root is not None:
                named.discard((file.root, file.below))
            if slip is None:
                yield ImportReport(name=file.name, outcome=SKIPPED, reasons=("the manifest does not name it",))
            else:
                yield from _documents(file, replace(slip, file=printable(file.below)))
        for root, name in sorted(named):
            reason = "the manifest names it, but it is not there"
            yield ImportReport(name=printable(str(root / name)), outcome=REFUSED, reasons=(reason,))

    def _slip(self, file: Found) -> Slip | None:
        slips = self.slips.get(file.root) if file.root is not None else None
        return self.slip if slips is None else slips.get(file.below)


def gather(paths: Sequence[Path], slip: Slip) -> Handful:
    """Look at everything that was named, without reading it. ``slip`` is for files that no list speaks of.

    Raises:
        ManifestError: a list cannot be read or has mistakes.
    """
    slips: dict[Path, Mapping[str, Slip]] = {}
    mistakes: list[str] = []
    for root, name, data in manifests(paths):
        if isinstance(data, Refused):
            mistakes.append(f"{data.name}: {data.reason}")
            continue
        found = read_manifest(name, data, civil)
        mistakes += [f"{printable(str(root))}: {text}" for text in found.mistakes]
        if root in slips:
            mistakes.append(f"{printable(str(root))} has two manifests; keep one of them")
        slips[root] = found.slips
    if mistakes:
        raise ManifestError(mistakes)
    return Handful(files=tuple(survey(paths)), slips=slips, slip=slip)


def _refused(file: Refused) -> ImportReport:
    return ImportReport(name=file.name, outcome=SKIPPED if file.skipped else REFUSED, reasons=(file.reason,))


def _documents(file: Found, slip: Slip) -> Iterator[Piece]:
    archive = is_web_archive(file)
    if isinstance(archive, Refused):
        yield _refused(archive)
    elif archive:
        yield from _web_archive(file, slip)
    else:
        data = read_file(file, LONGEST)
        yield _refused(data) if isinstance(data, Refused) else Handed(name=file.name, body=data, slip=slip)


def _web_archive(file: Found, slip: Slip) -> Iterator[Piece]:
    """Its pages and feeds; what is neither is counted in one report. What was sound before a damage is kept."""
    others = 0
    with opened(file) as stream:
        if isinstance(stream, Refused):
            yield _refused(stream)
            return
        try:
            for found in foreign_answers(file.name, stream, LONGEST):
                piece = _page(file, found, slip)
                others += piece is None
                if piece is not None:
                    yield piece
        except CaptureError as fault:
            yield ImportReport(name=file.name, outcome=REFUSED, reasons=(f"damaged or cut: {fault}",))
    if others:
        reason = f"{others} records of it are no pages or feeds"
        yield ImportReport(name=file.name, outcome=SKIPPED, reasons=(reason,))


def _page(file: Found, found: Foreign, slip: Slip) -> Piece | None:
    """The page or feed in a record, ``None`` for images, redirects, errors and the like."""
    answer = found.answer
    readable = any(word in (answer.content_type or "").lower() for word in READABLE)
    if answer.status != 200 or not answer.url or not is_web_address(answer.url) or not readable:
        return None
    name = f"{file.name} byte {found.offset}: {answer.url}"
    if answer.body is None:
        return ImportReport(name=name, outcome=REFUSED, reasons=(f"it has more than {LONGEST:,} bytes",))
    if not answer.body.strip():
        return None
    return Handed(
        name=name,
        body=answer.body,
        slip=replace(slip, url=answer.url),
        content_type=answer.content_type,
        observed_at=found.at,
        dated_only=True,
    )
