"""Brings a backup back: into a folder beside the place it shall have, there checked as a whole, only then moved in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aggregator.backup.folder import read_folder
from aggregator.backup.manifest import CONFIG, TABLES
from aggregator.backup.scratch import flush_folder, scratch
from aggregator.backup.unpack import unpack
from aggregator.errors import StoreError
from aggregator.model import Fixity, Manifest
from aggregator.opening import DATABASE, PUBLIC
from aggregator.publish.manifest import STATE
from aggregator.service.fixity import verify_archive
from aggregator.service.lock import store_lock
from aggregator.store.sqlite import describe, load_tables, open_store
from aggregator.wiring import CAPTURES

SCRATCH = ".restoring"
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored, and what the check of it found. ``folder`` is where it is now, ``None`` after a drill;
    ``config`` where the configuration of the backup lies."""

    manifest: Manifest
    fixity: Fixity
    folder: Path | None = None
    config: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Who is told of progress: ``stage`` names what is being done and how much of it there is, ``tell`` how much more
    of that was done."""

    stage: Callable[[str, int], None]
    tell: Tell


def restore(backup: Path, target: Path, watcher: Watcher, now: datetime, *, despite_flaws: bool = False) -> Restored:
    """Restore a backup into the storage folder ``target``, which must hold no archive.

    ``despite_flaws``: also where the check finds bad records, which must then have been bad when it was made.

    Raises:
        LockedError: a service works on this folder.
        StoreError: there is an archive, the backup is damaged, or what is in it does not prove itself; the folder is
            left as it was.
    """
    _refuse(target)
    with store_lock(target), scratch(target / SCRATCH) as folder:
        manifest, fixity = _rebuilt(backup, folder, watcher, now)
        if fixity.bad and not despite_flaws:
            text = f"{fixity.bad} records of the archive in it are bad, the first one is {fixity.flaws[0]}"
            raise StoreError(f"{backup} is whole, but {text}; take another backup, or add --despite-flaws")
        _refuse(target)
        config = _move_in(folder, target, manifest)
    return Restored(manifest=manifest, fixity=fixity, folder=target, config=config)


def drill(backup: Path, place: Path, watcher: Watcher, now: datetime) -> Restored:
    """The same without the last step: everything is restored into a folder under ``place``, checked, and removed.

    Raises:
        StoreError: the backup is damaged, or there is no room.
    """
    with scratch(place / f".{backup.name}.drill") as folder:
        manifest, fixity = _rebuilt(backup, folder, watcher, now)
    return Restored(manifest=manifest, fixity=fixity)


def _rebuilt(backup: Path, folder: Path, watcher: Watcher, now: datetime) -> tuple[Manifest, Fixity]:
    manifest = _unpacked(backup, folder, watcher)
    found = describe(folder / DATABASE)
    if found != manifest.about:
        raise StoreError(f"{backup}: the database in it is not the one its manifest describes; take another backup")
    # An archive of an earlier version is brought up to date like any other; what it proves stays the same.
    open_store(folder / DATABASE, "localhost", now, str).close()
    return manifest, verify_archive(folder, (), lambda rows: watcher.stage("verifying", rows), watcher.tell)


def _unpacked(backup: Path, folder: Path, watcher: Watcher) -> Manifest:
    try:
        size = backup.stat().st_size
    except OSError as error:
        raise StoreError(f"{backup} cannot be read: {error.strerror}") from error
    if not backup.is_dir():
        watcher.stage("unpacking", size)
        return unpack(backup, folder, watcher.tell)
    watcher.stage("unpacking", sum(path.stat().st_size for path in backup.rglob("*")))
    manifest = read_folder(backup, folder, watcher.tell)
    watcher.stage("storing", sum(manifest.about.counts.values()))
    tables = [(each.name, folder / each.name) for each in manifest.files if each.name.startswith(f"{TABLES}/")]
    load_tables(folder / DATABASE, manifest.about.steps, [(path.stem, path) for _, path in tables], watcher.tell)
    shutil.rmtree(folder / TABLES, ignore_errors=True)
    return manifest


def _refuse(target: Path) -> None:
    captures = target / CAPTURES
    for path in (target / DATABASE, target / f"{DATABASE}-wal"):
        if path.exists():
            raise StoreError(
                f"{path} exists already, and an archive is never overwritten; restore to another folder with --to"
            )
    if captures.is_dir() and any(captures.iterdir()):
        raise StoreError(f"there are captures in {captures}, and they are never overwritten; name another folder")


def _move_in(folder: Path, target: Path, manifest: Manifest) -> Path | None:
    """The database last: before it is there, there is no archive."""
    try:
        if (folder / CAPTURES).is_dir():
            if (target / CAPTURES).is_dir():
                (target / CAPTURES).rmdir()
            (folder / CAPTURES).rename(target / CAPTURES)
        config = target / f"config-of-{manifest.made_at:%Y-%m-%dT%H%M%SZ}"
        kept = (folder / CONFIG).is_dir() and not config.exists()
        if kept:
            (folder / CONFIG).rename(config)
        # What was published before belonged to another archive; everything is published again.
        (target / PUBLIC / STATE).unlink(missing_ok=True)
        (folder / DATABASE).rename(target / DATABASE)
        flush_folder(target)
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror}; run the restore again") from error
    return config if kept else None
