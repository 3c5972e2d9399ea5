"""Makes a backup of an archive in use: one moment of the database, the captures it refers to, the configuration; as one
file, or as a folder of plain files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aggregator.backup.folder import FolderPacker
from aggregator.backup.manifest import CAPTURES as PACKED_CAPTURES
from aggregator.backup.manifest import CONFIG, MANIFEST, TABLES, manifest_text
from aggregator.backup.pack import ENDINGS, Packer, packing
from aggregator.backup.scratch import scratch, settle
from aggregator.captures.index import whole_lines
from aggregator.captures.names import INDEX, WARC
from aggregator.errors import StoreError
from aggregator.model import About, Manifest
from aggregator.opening import DATABASE, database
from aggregator.settings import Settings
from aggregator.store.sqlite import copy_database, describe, dump_tables, ends_of
from aggregator.version import __version__
from aggregator.wiring import CAPTURES

Tell = Callable[[int], None]
AnyPacker = Packer | FolderPacker


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A finished backup: the file, and what is in it."""

    file: Path
    manifest: Manifest


def back_up(settings: Settings, target: Path, now: datetime, begin: Tell, tell: Tell) -> Made:
    """Write a backup to ``target``, or under a name of its own where that is a folder. A service may run meanwhile.

    ``now`` is aware and UTC; ``begin`` is told how many bytes there are to copy and pack, ``tell`` how many were.

    Raises:
        StoreError: there is no archive, the name is taken or unknown, the disk is full; what was there stays as it was.
    """
    file = target / f"archive-{now:%Y-%m-%dT%H%M%SZ}{ENDINGS[0]}" if target.is_dir() else target
    ending = _ending(file)
    _check(settings, file)
    begin(2 * database(settings).stat().st_size)
    with scratch(file.with_name(f".{file.name}.part")) as folder:
        copy = folder / DATABASE
        copy_database(database(settings), copy, tell)
        about, ends = describe(copy), ends_of(copy)
        begin(2 * copy.stat().st_size + sum(ends.values()))
        with packing(folder / "backup", ending, now, tell) as packer:
            packer.add(DATABASE, copy)
            manifest = _rest(packer, settings, about, ends, now)
        _place(folder / "backup", file)
    return Made(file=file, manifest=manifest)


def export(settings: Settings, target: Path, now: datetime, begin: Tell, tell: Tell) -> Made:
    """The same as a new folder ``target`` of plain files, every table as lines of JSON. ``begin`` and ``tell`` count
    rows.

    Raises:
        StoreError: as for a backup.
    """
    _check(settings, target)
    with scratch(target.with_name(f".{target.name}.part")) as folder:
        copy = folder / DATABASE
        copy_database(database(settings), copy, _unseen)
        about, ends = describe(copy), ends_of(copy)
        begin(sum(about.counts.values()))
        try:
            packer = FolderPacker(folder / "export")
            (folder / "export").mkdir()
            dump_tables(copy, lambda table, lines: packer.add_parts(f"{TABLES}/{table}.jsonl", lines), tell)
            manifest = _rest(packer, settings, about, ends, now)
        except OSError as error:
            raise StoreError(f"{target} cannot be written: {error.strerror}; nothing was kept of it") from error
        _place(folder / "export", target)
    return Made(file=target, manifest=manifest)


def _unseen(_: int) -> None:
    return None


def _rest(packer: AnyPacker, settings: Settings, about: About, ends: Mapping[str, int], now: datetime) -> Manifest:
    """What goes into every backup besides the database; the manifest last."""
    missing = _captures(packer, settings.storage.path / CAPTURES, ends)
    _configuration(packer, settings)
    files = tuple(packer.packed)
    manifest = Manifest(made_at=now, version=__version__, about=about, files=files, missing=missing)
    packer.add_bytes(MANIFEST, manifest_text(manifest).encode())
    return manifest


def _ending(file: Path) -> str:
    ending = next((each for each in ENDINGS if file.name.endswith(each) and file.name != each), None)
    if ending is None:
        known = f"{', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
        raise StoreError(f"{file.name} does not end in {known}; the ending says how to pack")
    return ending


def _check(settings: Settings, file: Path) -> None:
    """Whether there is something to back up, and a place for it. The copy of the database lies there for a while."""
    if not database(settings).is_file():
        raise StoreError(f"there is no archive at {database(settings)} yet; check [storage] path")
    if file.exists() or file.is_symlink():
        raise StoreError(f"{file} exists already, and nothing is ever overwritten; choose another name")
    if not file.parent.is_dir():
        raise StoreError(f"{file.parent} is no folder; make it first")
    needed, free = database(settings).stat().st_size, shutil.disk_usage(file.parent).free
    if needed > free:
        raise StoreError(f"{file.parent} has {free:,} bytes left, but {needed:,} are needed to begin with")


def _captures(packer: AnyPacker, folder: Path, ends: Mapping[str, int]) -> tuple[str, ...]:
    """Each file of captures up to where the database of the backup refers to it; returns what is not there."""
    missing = []
    for file, end in sorted(ends.items()):
        path, index = folder / f"{file}{WARC}", folder / f"{file}{INDEX}"
        size = path.stat().st_size if path.is_file() else 0
        if size < end:
            missing.append(f"{path.name} from byte {size} on")
        if size:
            packer.add(f"{PACKED_CAPTURES}/{path.name}", path, min(size, end))
        if index.is_file():
            packer.add_bytes(f"{PACKED_CAPTURES}/{index.name}", whole_lines(index.read_bytes(), end))
    return tuple(missing)


def _configuration(packer: AnyPacker, settings: Settings) -> None:
    for name, path in (("aggregator.toml", settings.file), ("feeds.toml", settings.feeds_file)):
        if path.is_file():
            packer.add(f"{CONFIG}/{name}", path)


def _place(finished: Path, file: Path) -> None:
    try:
        settle(finished, file)
    except OSError as error:
        raise StoreError(f"{file} cannot be made: {error.strerror}; nothing was kept of the backup") from error
