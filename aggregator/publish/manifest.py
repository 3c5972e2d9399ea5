"""Door to the note of what was published: the SHA-256 of every file in the folder, so that a changed one is noticed.

The note is a log that only grows: a line for each file written or removed, the last one of a path counts; some files
have a second line, with a word for whoever renders them next. It is written before the files are put in place: what is
interrupted in between is published again, and noted again. Now and then it is written anew without what no longer
counts.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from aggregator.model import File
from aggregator.publish.drafts import DRAFTS

NOTE = ".written"
"""Its name in the folder; a dot file, so no web server hands it out."""
STATE = ".state.json"
"""What was published last; a dot file, too. It goes when the folder goes, and then everything is published again."""
REMOVED = "-"
WORD = "="
"""Stands around a word, in which it does not occur; no digest begins with it."""
DIGITS = 64
SLACK = 1_000_000
"""So many bytes may be of no more use before the note is written anew."""


class Manifest:
    """The note in one folder, for the one writer of it. Every method raises `OSError` where the disk refuses."""

    def __init__(self, root: Path) -> None:
        self._file = root / NOTE
        self._fresh = 0
        """So many bytes of the note are of use, as far as this process knows."""
        self._read: tuple[dict[str, str], dict[str, str]] | None = None
        self._everything = not (self._file.exists() and (root / STATE).exists())

    def wrote(self, changed: Sequence[File], wanted: Sequence[File]) -> None:
        """The changed ones of these files are about to be put in place. In a folder that was written before there was
        a note, or that a first publish has not finished, the others are noted, too."""
        files = wanted if self._everything else changed
        digests = ((hashlib.sha256(file.body).hexdigest(), file.path) for file in files)
        # After all digests: a word that is noted speaks for every file of its round.
        self._append((*digests, *((_written(file.noted), file.path) for file in wanted if file.noted)))

    def known(self, path: str) -> tuple[str, str] | None:
        """The digest of a file and the word noted with it, as this run of publishing found them; ``None`` where there
        is no digest. The note is read once in a run."""
        if self._read is None:
            try:
                self._read = _lines(self._file)
            except FileNotFoundError:
                self._read = {}, {}
        digests, words = self._read
        return (digests[path], words.get(path, "")) if path in digests else None

    def removed(self, paths: Sequence[str]) -> None:
        """These files are about to be removed."""
        self._append((REMOVED, path) for path in paths)

    def settle(self) -> None:
        """A publish has ended well. Writes the note anew where most of it is of no more use."""
        if self._read and not self._fresh:
            self._fresh = sum(len(f"{path} {last}\n") for lines in self._read for path, last in lines.items())
        self._everything, self._read = False, None
        try:
            size = self._file.stat().st_size
        except FileNotFoundError:
            return
        if size - self._fresh <= max(SLACK, self._fresh):
            return
        temporary = self._file.with_name(DRAFTS) / f"{NOTE}.tmp"
        digests, words = _lines(self._file)
        lines = [f"{path} {digest}\n" for path, digest in sorted(digests.items())]
        body = "".join((*lines, *(f"{path} {_written(word)}\n" for path, word in sorted(words.items()))))
        try:
            _save(temporary, body.encode(), os.O_TRUNC)
            temporary.replace(self._file)
        finally:
            temporary.unlink(missing_ok=True)
        self._fresh = len(body.encode())

    def _append(self, lines: Iterable[tuple[str, str]]) -> None:
        """An empty line first: what a crash left of the last one must not spoil the next. The digest stands last, so
        that a line cut short cannot pass for a whole one."""
        if body := "".join(f"{path} {digest}\n" for digest, path in lines):
            _save(self._file, f"\n{body}".encode(), os.O_APPEND)


def read_note(file: Path) -> dict[str, str]:
    """The digest of every published file by its path; a line cut short by a crash counts for nothing.

    Raises:
        OSError: it cannot be read, or nothing was published by this version yet.
    """
    return _lines(file)[0]


def _lines(file: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Digests and words by path."""
    digests: dict[str, str] = {}
    words: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8", errors="replace").split("\n"):
        path, _, last = line.rpartition(" ")
        if last.startswith(WORD):
            words[path] = _read(last)
        elif len(last) == DIGITS:
            digests[path] = last
        elif last == REMOVED:
            digests.pop(path, None)
            words.pop(path, None)
    return digests, words


def _written(word: str) -> str:
    """A word with its checksum: one cut short or damaged cannot pass for a whole one."""
    return f"{WORD}{word}{WORD}{zlib.crc32(word.encode()):08x}"


def _read(written: str) -> str:
    """The word, empty where it is not whole."""
    word = written[1:].partition(WORD)[0]
    return word if written == _written(word) else ""


def _save(path: Path, body: bytes, how: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o644)
    try:
        view = memoryview(body)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)
