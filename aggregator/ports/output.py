"""Where published files go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aggregator.model import File, Published


class Output(Protocol):
    """Where published files go."""

    def write(self, files: Sequence[File]) -> tuple[str, ...]:
        """Write atomically those whose bytes differ, with compressed copies; returns the paths written."""
        ...

    def remove_except(self, folder: str, keep: Sequence[str]) -> tuple[str, ...]:
        """Remove the published feeds under ``folder`` that are not in ``keep`` (paths without ending)."""
        ...

    def remove(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Remove published files; returns the paths of those that were there."""
        ...

    def missing(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Those of the paths that are not published."""
        ...

    def kept(self, path: str) -> Published | None:
        """A published file that holds the bytes it was published with; ``None`` where there is none, or any doubt."""
        ...

    def published(self) -> tuple[int, str]:
        """The journal number published last, and the digest of what it was rendered with; (0, "") at first."""
        ...

    def remember(self, seq: int, rendering: str) -> None:
        """Note the same after a publish."""
        ...
