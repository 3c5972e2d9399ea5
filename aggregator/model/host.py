"""What is known of a host as a whole: its pauses and its robots.txt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class RetryScope(StrEnum):
    """How far a host's request to come back later reaches (H-48, H-49).

    ``AUTO``: 429 cools the whole host, any other answer its feed only. ``HOST``: every Retry-After cools the host.
    ``FEED``: never more than the feed.
    """

    AUTO = "auto"
    HOST = "host"
    FEED = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooling:
    """How a host is spared (H-48, H-49). Instants are aware and UTC.

    No request before ``until``, for ``reason``, as was decided at ``since``. ``penalty`` is the least interval of each
    of its feeds as it was then; it halves with every day after that.
    """

    until: datetime | None = None
    reason: str = ""
    penalty: timedelta = timedelta(0)
    since: datetime | None = None


WARM = Cooling()
"""A host that nothing holds back."""
