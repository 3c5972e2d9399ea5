"""The door that changes ``feeds.toml``: comments stay, the file is replaced whole or not at all.

Nothing is written unless the new text passes every check and says exactly what was meant.
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.errors import Mistake, SettingsError, StoreError, UnknownFeedError
from aggregator.settings import gates, rules, wording
from aggregator.settings.opml import Outline
from aggregator.settings.parse import read_feeds
from aggregator.settings.slug import feed_id_for

Value = str | int | bool | tuple[str, ...] | list[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What an import did: new feed ids, outlines that were configured already (with the id), and refused ones (with
    the reason)."""

    added: tuple[str, ...]
    known: tuple[tuple[str, Outline], ...]
    refused: tuple[tuple[str, Outline], ...]


def add_feed(
    path: Path, feed_id: str, url: str, title: str | None = None, category: str | None = None, **more: Value
) -> None:
    """Append a table to the feeds file, which is created where it is missing. ``more`` are keys of a feed; ``None``
    leaves a key out. Raises `SettingsError` (nothing written) and `StoreError` (cannot be written)."""
    text = _read(path)
    if feed_id in read_feeds(text, path):
        where = Mistake(file=str(path), line=0, where=f"[{feed_id}]", text="is configured already")
        raise SettingsError([where])
    table = _table({"url": url, "title": title, "category": category, **more})
    _replace(path, text, wording.appended(text, {feed_id: table}), {feed_id: table})


def remove_feed(path: Path, feed_id: str) -> None:
    """Take a feed's table out of the file, with the comment directly above it; the archive keeps its entries.

    Raises `UnknownFeedError`, `SettingsError` and `StoreError`.
    """
    text = _read(path)
    _known(path, text, feed_id)
    _replace(path, text, wording.without(text, feed_id), {feed_id: None})


def set_enabled(path: Path, feed_id: str, enabled: bool) -> None:
    """Pause or resume a feed. Raises `UnknownFeedError`, `SettingsError` and `StoreError`."""
    text = _read(path)
    _known(path, text, feed_id)
    table = tomllib.loads(text)[feed_id]
    if table.get("enabled", True) != enabled:
        after = wording.with_value(text, feed_id, "enabled", enabled)
        _replace(path, text, after, {feed_id: {**table, "enabled": enabled}})


def merge_outlines(path: Path, outlines: Iterable[Outline], taken: Iterable[str] = ()) -> Merged:
    """Append those outlines whose address is not configured yet, in one write. ``taken`` are ids not to be used again,
    such as those of removed feeds in the archive. Raises `SettingsError` and `StoreError`."""
    text = _read(path)
    present = read_feeds(text, path)
    addresses = {rules.same_address(shape.url): name for name, shape in present.items()}
    ids, new = {*present, *taken}, dict[str, dict[str, Any]]()
    known, refused = list[tuple[str, Outline]](), list[tuple[str, Outline]]()
    for outline in outlines:
        try:
            address = rules.same_address(gates.web_address(outline.url))
        except gates.WrongValueError as error:
            refused.append((str(error), outline))
            continue
        if address in addresses:
            known.append((addresses[address], outline))
            continue
        feed_id = feed_id_for(outline.title, outline.url, ids)
        ids.add(feed_id)
        addresses[address] = feed_id
        new[feed_id] = _from_outline(outline)
    if new:
        _replace(path, text, wording.appended(text, new), new)
    return Merged(added=tuple(new), known=tuple(known), refused=tuple(refused))


def _from_outline(outline: Outline) -> dict[str, Any]:
    """The parts of an outline that pass the gates; a foreign list's oddities must not refuse the whole import."""

    def good(gate: Any, value: str | None) -> str | None:
        try:
            return str(gate(value)) if value else None
        except gates.WrongValueError:
            return None

    return _table(
        {
            "url": outline.url,
            "title": wording.one_line(outline.title or "", 200) or None,
            "site": good(gates.web_address, outline.site),
            "category": outline.category or None,
            "tags": list(outline.tags) or None,
            "language": good(gates.language, outline.language),
        }
    )


def _table(values: Mapping[str, Value]) -> dict[str, Any]:
    return {
        key: list(value) if isinstance(value, tuple) else value for key, value in values.items() if value is not None
    }


def _known(path: Path, text: str, feed_id: str) -> None:
    names = list(read_feeds(text, path))
    if feed_id not in names:
        raise UnknownFeedError(feed_id, gates.nearest(feed_id, names))


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from None


def _replace(path: Path, before: str, after: str, meant: Mapping[str, dict[str, Any] | None]) -> None:
    """Check the new text against the old data plus what was meant, then put it in place."""
    read_feeds(after, path)
    wanted = {**tomllib.loads(before), **meant}
    if tomllib.loads(after) != {key: value for key, value in wanted.items() if value is not None}:
        raise SettingsError(
            [Mistake(file=str(path), line=0, where="the file", text="is written in a form that cannot be edited here")]
        )
    # A link stays a link: the file it names is replaced.
    target = path.resolve()
    try:
        if target.exists() and _read(target) != before:
            raise StoreError(f"{path} was changed by somebody else at the same moment; try again")
        _write(target, after.encode())
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from None


def _write(target: Path, body: bytes) -> None:
    """Temp file beside it, fsync, rename, fsync of the folder; mode as before."""
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o644
    number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(body)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
