"""Makes an evidence bundle of an archive in use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aggregator.backup.bag import Bag, zipped
from aggregator.backup.scratch import scratch, settle
from aggregator.captures.reader import CaptureReader
from aggregator.errors import CaptureError, StoreError
from aggregator.history.bundle import Contents, readme, verifier
from aggregator.model import Place
from aggregator.opening import database
from aggregator.publish.links import HEADS
from aggregator.settings import Settings
from aggregator.store.sqlite import SqliteExhibits
from aggregator.version import __version__
from aggregator.wiring import CAPTURES

ZIP = ".zip"
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """A finished bundle: a folder or a zip file, and the entries in it."""

    path: Path
    entries: tuple[int, ...]


def bundle(settings: Settings, target: Path, numbers: Sequence[int], now: datetime, tell: Tell) -> Bundled:
    """Write the entries of these numbers with all that proves them to a new folder, or zip file where the name ends so.

    ``now`` is aware and UTC; ``tell`` takes how many files more are written.

    Raises:
        StoreError: there is something of this name, the archive cannot be read, the disk is full.
        UnknownEntryError: there is no entry of a number.
    """
    if not numbers:
        raise StoreError("no entry was found for the bundle; `aggregator entries` lists them")
    if target.exists() or target.is_symlink():
        raise StoreError(f"{target} exists already, and nothing is ever overwritten; choose another name")
    if not target.parent.is_dir():
        raise StoreError(f"{target.parent} is no folder; make it first")
    with scratch(target.with_name(f".{target.name}.part")) as folder:
        root = folder / target.name.removesuffix(ZIP)
        try:
            _fill(root, settings, numbers, now, tell)
            finished = root
            if target.name.endswith(ZIP):
                finished = folder / "finished"
                zipped(root, finished)
            settle(finished, target)
        except OSError as error:
            raise StoreError(f"{target} cannot be written: {error.strerror}; nothing was kept of it") from error
    return Bundled(path=target, entries=tuple(numbers))


def _fill(root: Path, settings: Settings, numbers: Sequence[int], now: datetime, tell: Tell) -> None:
    bag, reader = Bag(root), CaptureReader(settings.storage.path / CAPTURES)
    exhibits = SqliteExhibits(database(settings))
    try:
        for name, parts in Contents(exhibits, lambda place: _bytes(reader, place)).pieces(numbers):
            bag.add(name, parts)
            tell(1)
    finally:
        exhibits.close()
    site = settings.site
    bag.add_tag("README.txt", readme(site.url, f"{site.url}{HEADS}"))
    bag.add_tag("verify.py", verifier())
    bag.finish(
        (
            ("Source-Organization", site.title),
            ("External-Identifier", site.url),
            (
                "External-Description",
                f"Evidence about {len(numbers)} archived entries; see README.txt",
            ),
            ("Bagging-Date", f"{now:%Y-%m-%d}"),
            ("Bag-Software-Agent", f"aggregator/{__version__}"),
        )
    )


def _bytes(reader: CaptureReader, place: Place) -> bytes | None:
    """The records of a capture as they lie in their file; ``None`` where they are gone."""
    try:
        return reader.raw(place)
    except CaptureError:
        return None
