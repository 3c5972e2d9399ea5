"""What publishing reads of publish events and of the documents they are sealed into."""

from __future__ import annotations

from typing import Protocol

from aggregator.model import PublishEvent


class Chains(Protocol):
    """The publish events and the RFC 5005 chains made of them. Safe to call from any thread."""

    def events(self, after: int, limit: int) -> tuple[PublishEvent, ...]:
        """Publish events after this number, in order (R-02)."""
        ...
