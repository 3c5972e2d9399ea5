"""Door: files of saved documents. Law: nothing outside the named folder is opened, nothing that is no plain file is
waited for, and whatever cannot be read is named with its reason while the rest goes on.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from aggregator.errors import UnreadableError
from aggregator.history.documents.kinds import START, FileKind, kind_of
from aggregator.history.documents.manifest import LARGEST, NAMES

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One file to import. ``path`` is the real one; ``name`` is how reports call it: below the folder that was named,
    printable. ``root`` is that folder, ``None`` for a file that was named itself; ``size`` in bytes."""

    path: Path
    name: str
    root: Path | None
    size: int

    @property
    def below(self) -> str:
        """Its path below the folder, with ``/``, as a manifest has it."""
        return self.path.name if self.root is None else self.path.relative_to(self.root).as_posix()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file that was not taken, and why; ``skipped`` where that is no fault."""

    name: str
    reason: str
    skipped: bool = False


def survey(paths: Sequence[Path]) -> Iterator[Found | Refused]:
    """Every file named, and every file below the folders named, by path; the same file once.

    Left out are hidden files and what a browser puts beside a saved page (``page_files``).
    """
    seen: set[tuple[int, int]] = set()
    for path in sorted(dict.fromkeys(paths)):
        for each in _below(path) if path.is_dir() else (_look(path, None, path.name),):
            if isinstance(each, Found):
                status = each.path.stat()
                if (status.st_dev, status.st_ino) in seen:
                    continue
                seen.add((status.st_dev, status.st_ino))
            yield each


def manifests(paths: Sequence[Path]) -> Iterator[tuple[Path, str, bytes | Refused]]:
    """The list in each of the folders named that has one: the folder, its name, its bytes."""
    for folder in sorted(path for path in dict.fromkeys(paths) if path.is_dir()):
        root = folder.resolve()
        for name in NAMES:
            if os.path.lexists(root / name):
                found = _look(root / name, root, printable(str(folder / name)))
                yield root, name, found if isinstance(found, Refused) else read_file(found, LARGEST)


@contextmanager
def opened(found: Found) -> Iterator[BinaryIO | Refused]:
    """One file, open for reading: it must still be a plain one, and no link."""
    try:
        file = os.fdopen(os.open(found.path, _OPEN), "rb")
    except OSError as fault:
        yield Refused(name=found.name, reason=f"it cannot be read: {fault.strerror}")
        return
    with file:
        plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
        yield file if plain else Refused(name=found.name, reason="it is no plain file")


def read_file(found: Found, largest: int) -> bytes | Refused:
    """The bytes of one file, at most ``largest``."""
    with opened(found) as file:
        if isinstance(file, Refused):
            return file
        try:
            data = file.read(largest + 1)
        except OSError as fault:
            return Refused(name=found.name, reason=f"it cannot be read: {fault.strerror}")
    if len(data) > largest:
        size = max(len(data), found.size)
        return Refused(name=found.name, reason=f"it has {size:,} bytes or more, the limit is {largest:,}; divide it")
    return data


def is_web_archive(found: Found) -> bool | Refused:
    """Whether the file is to be read record by record, by its first bytes; a refusal where it can be no document."""
    with opened(found) as file:
        if isinstance(file, Refused):
            return file
        try:
            return kind_of(file.read(START)) is FileKind.WARC
        except UnreadableError as refused:
            return Refused(name=found.name, reason=refused.detail)
        except OSError as fault:
            return Refused(name=found.name, reason=f"it cannot be read: {fault.strerror}")


def printable(name: str) -> str:
    """A name as it can be shown and written as JSON; bytes that are no UTF-8 become ``\\xff``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _below(folder: Path) -> Iterator[Found | Refused]:
    root = folder.resolve()
    faults: list[Refused] = []

    def note(fault: OSError) -> None:
        name = os.fsdecode(fault.filename or root)
        faults.append(Refused(name=printable(name), reason=f"the folder cannot be read: {fault.strerror}"))

    for place, folders, files in os.walk(root, onerror=note):
        yield from faults
        faults.clear()
        pages = {Path(name).stem for name in files}
        for name in sorted(folders):
            path = Path(place, name)
            if path.is_symlink():
                shown = _name(path, root, folder)
                yield Refused(name=shown, reason="it is a link to another folder; name that folder itself")
        folders[:] = sorted(name for name in folders if not _is_beside_a_page(name, pages) and not name.startswith("."))
        for name in sorted(files):
            path = Path(place, name)
            if not name.startswith(".") and not (Path(place) == root and name in NAMES):
                yield _look(path, root, _name(path, root, folder))
    yield from faults


def _is_beside_a_page(name: str, pages: set[str]) -> bool:
    """What a browser saves beside ``page.html``: ``page_files``, ``page-files``."""
    return any(name.endswith(ending) and name[: -len(ending)] in pages for ending in ("_files", "-files"))


def _name(path: Path, root: Path, folder: Path) -> str:
    return printable(str(folder / path.relative_to(root)))


def _look(path: Path, root: Path | None, name: str) -> Found | Refused:
    """One file before it is opened: where it leads, what it is, how large."""
    name = printable(name)
    try:
        real = path.resolve(strict=True)
        if root is not None and not real.is_relative_to(root):
            return Refused(name=name, reason="it is a link that leads out of the folder")
        status = real.stat()
    except (OSError, RuntimeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "a link that leads to itself"
        return Refused(name=name, reason=f"it cannot be found: {why}")
    if not stat.S_ISREG(status.st_mode):
        return Refused(name=name, reason="it is no plain file")
    return Found(path=real, name=name, root=root, size=status.st_size)
