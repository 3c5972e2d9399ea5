"""The door that reads the two configuration files from disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aggregator.errors import Mistake, SettingsError
from aggregator.settings.parse import feeds_path, read_settings
from aggregator.settings.schema import Settings

DEFAULT_FILE = Path("config/aggregator.toml")


def find_config(explicit: Path | None, environ: Mapping[str, str]) -> Path:
    """The host's file: the one named, else ``$AGGREGATOR_CONFIG``, else ``config/aggregator.toml``."""
    return explicit or Path(environ.get("AGGREGATOR_CONFIG") or DEFAULT_FILE)


def load_settings(path: Path) -> Settings:
    """Both files, checked; paths in the result are absolute. Raises `SettingsError` with all mistakes of both.

    Where the default file is missing every key has its default; any other missing file is a mistake.
    """
    path = path.absolute()
    host_text = _read(path)
    if host_text is None and path != DEFAULT_FILE.absolute():
        remedy = "create it, or leave out --config and $AGGREGATOR_CONFIG for the defaults"
        raise SettingsError([_mistake(path, "does not exist", remedy)])
    feeds = feeds_path(host_text or "", path)
    try:
        feeds_text = _read(feeds)
    except SettingsError as unreadable:
        raise SettingsError([*_mistakes_of_host(host_text or "", path, feeds), *unreadable.mistakes]) from None
    return read_settings(host_text or "", path, feeds_text, feeds)


def _mistakes_of_host(host_text: str, path: Path, feeds: Path) -> tuple[Mistake, ...]:
    try:
        read_settings(host_text, path, "", feeds)
    except SettingsError as error:
        return error.mistakes
    return ()


def _read(path: Path) -> str | None:
    """The text; ``None`` where there is no such file. Raises `SettingsError` for all else that prevents reading."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError([_mistake(path, "is not UTF-8 here", "save the file as UTF-8", line)]) from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise SettingsError([_mistake(path, f"cannot be read: {reason}", None)]) from None


def _mistake(path: Path, text: str, suggestion: str | None, line: int = 0) -> Mistake:
    return Mistake(file=str(path), line=line, where="the file", text=text, suggestion=suggestion)
