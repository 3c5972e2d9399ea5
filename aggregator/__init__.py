"""Feeds go in at one end, an append-only archive grows in the middle, everything people read is derived from it.

For scripts and notebooks: ``from aggregator import load_settings, open_archive, parse_document``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aggregator.version import __version__

if TYPE_CHECKING:
    from aggregator.opening import open_archive
    from aggregator.reading import parse_document
    from aggregator.settings import load_settings

__all__ = ["__version__", "load_settings", "open_archive", "parse_document"]

_HOMES = {"load_settings": "settings", "open_archive": "wiring", "parse_document": "reading"}


def __getattr__(name: str) -> Any:
    """Load a public name when it is asked for: workers and small commands import this package too."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
