"""Checks an archive where it lies, also while a service works on it or where nothing can be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.history.fixity import Witness, witnesses_of
from aggregator.model import Fixity
from aggregator.opening import DATABASE, PUBLIC
from aggregator.pipeline.verify import Folders, Tell, verify
from aggregator.publish.checking import PublishedCheck
from aggregator.publish.links import HEADS
from aggregator.store.sqlite import SqliteEvidence
from aggregator.wiring import CAPTURES


def verify_archive(
    storage: Path, witnesses: Sequence[Witness], begin: Tell, tell: Tell, *, thorough: bool = False
) -> Fixity:
    """Check the archive in a storage folder, and what is published beside it. ``begin`` is told about how many rows
    there are, ``tell`` how many more were read.

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
        return verify(evidence, (*witnesses, *published), tell, folders, thorough=thorough)
    finally:
        evidence.close()


def _published(public: Path) -> Iterator[Witness]:
    """What the published folder says of the journal, where there is one."""
    if seq := PublishedCheck(public).seq():
        yield Witness(seq=seq, hash=None, origin="the published folder")
    try:
        text = (public / HEADS).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    yield from witnesses_of(text, "the published list of daily heads")
