"""What a poll reaches out with: the time, a publisher, a reader of bodies."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from aggregator.model import Document, Exchange, ReadContext, Request, Unreadable


class Clock(Protocol):
    """The only place where time comes from."""

    def now(self) -> datetime:
        """The instant, aware and UTC."""
        ...


class Fetch(Protocol):
    """One exchange with a publisher, redirects and all; every failure is a value."""

    async def __call__(self, request: Request) -> Exchange:
        """Ask, follow at most five redirects, read the body within the limits."""
        ...


class Digest(Protocol):
    """Bytes to document: parse, normalise and fingerprint, bounded in time and memory."""

    async def __call__(self, body: bytes, context: ReadContext) -> Document | Unreadable:
        """Read one body; a body that hangs or explodes costs that body only."""
        ...
