"""Where answers are kept as they came."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from aggregator.model import CaptureRow, Kept, Opened, Place, SealedCapture


class Captures(Protocol):
    """The folder of captures, as polling writes it.

    Law: what `append` returned may be committed only after `flush`; so a poll that is recorded has its body. A capture
    whose poll was not committed stays, and is no harm.
    """

    def append(self, sealed: SealedCapture) -> Kept | None:
        """Add a capture; ``None`` while captures are paused by a fault such as a full disk. Never raises for one."""
        ...

    def flush(self) -> None:
        """Make everything appended outlast a crash; nothing to do is no cost.

        Raises:
            StoreError: it cannot be made so; nothing that refers to it may be committed.
        """
        ...

    def erase(self, place: Place, reason: str, at: datetime) -> None:
        """Put a note of equal length where the records at a place are, so that every other place stays right.

        May be repeated. ``at`` is aware and UTC. Raises `StoreError`.
        """
        ...

    @property
    def fault(self) -> str | None:
        """Why captures are paused, in plain words; ``None`` while all is well."""
        ...


class CaptureArchive(Protocol):
    """Captures to read again."""

    def read(self, place: Place) -> Opened:
        """The capture at a place. Raises `CaptureError` where it is missing, cut or damaged."""
        ...


class Holdings(Protocol):
    """What the archive knows of its captures. Safe to call from any thread."""

    def last(self) -> Place | None:
        """The place that a poll referred to last; ``None`` where none ever did."""
        ...

    def bodies(self, after: int, limit: int) -> tuple[CaptureRow, ...]:
        """Distinct bodies in the order they came, those taken down included."""
        ...

    def take_down(self, number: int, at: datetime) -> None:
        """Note that the records of a body were erased. Raises `StoreError` where there is none to erase."""
        ...
