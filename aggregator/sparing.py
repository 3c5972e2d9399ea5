"""The holes in the wall through which hosts are spared, and how that is proved; both stores implement them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from aggregator.model import Cooling, FeedId, PollTrace


class Hosts(Protocol):
    """How hosts are spared besides the spacing of `Sources.claim`, and small notes that survive a restart."""

    def cooling(self, feed_id: FeedId) -> Cooling:
        """How the host of this feed is spared. Raises `UnknownFeedError`."""
        ...

    def cool(self, feed_id: FeedId, cooling: Cooling) -> tuple[FeedId, ...]:
        """Spare the host of this feed: nothing on it is claimed before ``until``, whoever asks (H-48, H-49). Returns
        its other feeds that would have been asked before; the caller puts them off."""
        ...

    def reserve(self, url: str, now: datetime, spacing: timedelta) -> bool:
        """Take a slot for one request to the host of an address that is no feed's; false where it must wait (H-70)."""
        ...

    def cools_until(self, url: str) -> datetime | None:
        """Until when the host of this address is left alone because it asked for it (H-48)."""
        ...

    def next_poll(self, url: str) -> datetime | None:
        """When the next poll of a feed on the host of this address is due or was; ``None`` for never."""
        ...

    def twins(self, feed_id: FeedId, final_url: str) -> tuple[FeedId, ...]:
        """Other polled feeds whose last good answer came from this address and which are not being asked now (H-72)."""
        ...

    def rewind(self, now: datetime, delays: Mapping[FeedId, timedelta]) -> int:
        """The clock was set back: these feeds are next asked ``now`` plus their delay, and no host waits for an
        instant that the wrong clock named; returns how many feeds."""
        ...

    def requests(self, since: datetime, until: datetime) -> int:
        """Requests of polling begun from ``since`` to ``until``, redirects included (A-06)."""
        ...

    def recall(self, name: str) -> str | None:
        """A note by its name."""
        ...

    def remember(self, name: str, value: str) -> None:
        """Write a note."""
        ...


class Traces(Protocol):
    """What the politeness ledger is made of (H-73); part of the port `Archive`."""

    def last_poll(self) -> datetime | None:
        """When the latest poll began."""
        ...

    def traces(self, since: datetime, until: datetime) -> Iterator[PollTrace]:
        """Requests and skipped polls from ``since`` until before ``until``, in the order of their starts."""
        ...
