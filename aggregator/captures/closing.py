"""Door: the note that a file of captures was closed in good order: the next start need not look at its end.

Without it each start reads on from the last answer in the index, and an archive that is asked to poll every hour and
meets answers of 304 alone would read more of them each time.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from aggregator.captures.names import INDEX, WARC


def note_closed(folder: Path, file: str) -> None:
    """Write down how the file and its index are now. A note that cannot be written costs the next start a look."""
    with suppress(OSError):
        _note(folder, file).write_text(json.dumps(_looks(folder, file)), encoding="utf-8")


def closed_at(folder: Path, file: str) -> int | None:
    """Where the next record goes, if nobody touched the file or its index since it was closed; else ``None``.

    Size and time of both are compared: what a crash, a restored backup or a hand has changed is looked at again.
    """
    try:
        noted = json.loads(_note(folder, file).read_bytes())
        looks = _looks(folder, file)
    except (OSError, ValueError):
        return None
    return looks[WARC][0] if noted == looks and looks[WARC] else None


def forget_closed(folder: Path, file: str) -> None:
    """Take the note away, before anything is added. Raises `OSError`."""
    _note(folder, file).unlink(missing_ok=True)


def _looks(folder: Path, file: str) -> dict[str, list[int]]:
    """Bytes and time (nanoseconds) of both; of one that is not there, nothing."""
    return {ending: _look(folder / f"{file}{ending}") for ending in (WARC, INDEX)}


def _look(path: Path) -> list[int]:
    try:
        about = path.stat()
    except FileNotFoundError:
        return []
    return [about.st_size, about.st_mtime_ns]


def _note(folder: Path, file: str) -> Path:
    return folder / f".{file}.closed"
