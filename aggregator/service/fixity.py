"""Checks an archive where it lies, also while a service works on it or where nothing can be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.history.fixity import Witness, witnesses_of
from aggregator.model import Checked, Fixity, Site
from aggregator.opening import DATABASE, PUBLIC
from aggregator.pipeline.reprint import reprint
from aggregator.pipeline.verify import KEPT, Folders, Tell, verify
from aggregator.publish.checking import PublishedCheck
from aggregator.publish.links import HEADS
from aggregator.store.sqlite import SqliteEvidence
from aggregator.store.sqlite.frozen import FrozenLibrary
from aggregator.wiring import CAPTURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Anew:
    """How published files are rendered again, to be compared: ``whole`` for all of them."""

    site: Site
    agent: str
    whole: bool


def verify_archive(
    storage: Path,
    witnesses: Sequence[Witness],
    begin: Tell,
    tell: Tell,
    *,
    thorough: bool = False,
    anew: Anew | None = None,
) -> Fixity:
    """Check the archive in a storage folder, and what is published beside it. ``begin`` is told about how many rows
    there are, ``tell`` how many more were read. With ``anew`` published files are compared with what the archive gives.

    Raises:
        StoreError: there is no archive, it cannot be opened at all, or was written by another version.
    """
    file, public = storage / DATABASE, storage / PUBLIC
    if not file.is_file():
        raise StoreError(f"there is no archive at {file}; check [storage] path, or name another folder with --at")
    published = tuple(_published(public))  # read before the archive, which can only be further
    evidence = SqliteEvidence(file)
    try:
        begin(evidence.rows())
        folders = Folders(public=public, captures=storage / CAPTURES)
        found = verify(evidence, (*witnesses, *published), tell, folders, thorough=thorough)
    finally:
        evidence.close()
    # A damaged archive gives no files to compare with.
    return found if anew is None or found.bad else _compared(found, file, public, anew)


def _compared(found: Fixity, file: Path, public: Path, anew: Anew) -> Fixity:
    """The same with one part more: files that are not what the archive gives."""
    library = FrozenLibrary(file)
    try:
        press = reprint(library, public, anew.site, anew.agent, whole=anew.whole)
    finally:
        library.close()
    flaws = tuple(press.flaws())
    part = Checked(part="rendered", records=press.records if press.compared else 0, bad=len(flaws))
    return replace(found, parts=(*found.parts, part), flaws=flaws[:KEPT])


def _published(public: Path) -> Iterator[Witness]:
    """What the published folder says of the journal, where there is one."""
    if seq := PublishedCheck(public).state()[0]:
        yield Witness(seq=seq, hash=None, origin="the published folder")
    try:
        text = (public / HEADS).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    yield from witnesses_of(text, "the published list of daily heads")
