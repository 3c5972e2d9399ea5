"""Subscriptions at hubs and what they bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aggregator.model import FeedId, HubAnswer, Subscription


class Subscriptions(Protocol):
    """The subscriptions at hubs (H-81 to H-83). Any thread may read; `put` only where writing is allowed."""

    def get(self, token: str) -> Subscription | None:
        """The one whose callback ends in this token."""
        ...

    def of(self, feed_id: FeedId) -> tuple[Subscription, ...]:
        """Every one a feed ever had, oldest first."""
        ...

    def due(self, now: datetime, limit: int) -> tuple[Subscription, ...]:
        """Those with something to do, earliest first; also those that a clock set back since has planned."""
        ...

    def put(self, subscription: Subscription) -> None:
        """Add it, or replace the one with the same token. Raises `UnknownFeedError`."""
        ...

    def all(self) -> tuple[Subscription, ...]:
        """All of them, by feed, oldest first."""
        ...


class HubClient(Protocol):
    """One request to a hub; every failure is a value."""

    async def __call__(self, hub: str, form: Sequence[tuple[str, str]]) -> HubAnswer:
        """Post the form."""
        ...


class Push(Protocol):
    """What the callbacks of subscriptions need of the service (H-82, H-84). The web room sees nothing else of push."""

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """The words to answer a hub's question with, ``None`` for 404."""
        ...

    def admit(self, token: str) -> int:
        """Whether content may come here, as a status: 202, 404 or 410. Asked before the body is read."""
        ...

    async def deliver(self, token: str, headers: Mapping[str, str], body: bytes) -> int:
        """Take content to be processed later; returns the status to answer with. ``headers`` by lower-case name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Postroom:
    """What push adds to a poll where it is on: ``mint`` makes secrets of 256 random bits, fit for addresses; ``safe``
    tells whether an address is https, or the operator's own."""

    subscriptions: Subscriptions
    mint: Callable[[], str]
    safe: Callable[[str], bool]
