"""Types for values that have passed a gate, and the small words that several nouns share."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

FeedId = NewType("FeedId", str)
"""The key of a feed in ``feeds.toml``; permanent, unlike its address."""
EntryId = NewType("EntryId", int)
"""The number of a stored entry."""
Key = NewType("Key", str)
"""What identifies an entry inside its feed (P-11, P-16, P-17); made only by ``dedupe/identity.py``."""
ContentHash = NewType("ContentHash", str)
"""Hex SHA-256 of the canonical words of title and body (D-03); made only by ``dedupe/fingerprint.py``."""
RevisionHash = NewType("RevisionHash", str)
"""Hex SHA-256 of text with case, punctuation, links and enclosures (D-04); made only by ``dedupe/fingerprint.py``."""
PublicId = NewType("PublicId", str)
"""The id under which an entry is published, for ever (R-01)."""


class Republish(StrEnum):
    """How much of an entry may leave the archive: a licence decision of the operator, per feed."""

    FULL = "full"
    SUMMARY = "summary"
    LINK = "link"


class Identity(StrEnum):
    """Which key of a feed's entries is trusted (P-16)."""

    AUTO = "auto"
    GUID = "guid"
    LINK = "link"


class Outcome(StrEnum):
    """The eight outcomes of the table in section 4.3 of the requirements, and older versions brought later (B-08)."""

    SEEN = "seen"
    REVERT = "revert"
    REVISION = "revision"
    RENAMED = "renamed"
    REPEAT = "repeat"
    REPOST = "repost"
    DUPLICATE = "duplicate"
    NEW = "new"
    RECALLED = "recalled"


class Provenance(StrEnum):
    """How a version came to be known (B-08)."""

    LIVE = "live"
    PUSH = "push"
    RFC5005 = "rfc5005"
    PAGED = "paged"
    WP_REST = "wp-rest"
    WP_PAGED = "wp-paged"
    BLOGGER = "blogger"
    WAYBACK = "wayback"
    IMPORT = "import"

    @property
    def past(self) -> bool:
        """Whether it was fetched or brought as history: such entries are stored and never announced (R-35)."""
        return self not in (Provenance.LIVE, Provenance.PUSH)

    @property
    def brought(self) -> bool:
        """Whether it came without a request of ours, from a hub or by hand."""
        return self in (Provenance.PUSH, Provenance.IMPORT)

    @property
    def retold(self) -> bool:
        """Whether the form is not that of the feed, so that only the words can be compared, not every sign (B-10)."""
        return self in (Provenance.WP_REST, Provenance.IMPORT)


class FeedStatus(StrEnum):
    """The state of a feed in one plain word, as ``feeds list`` shows it."""

    NEW = "new"
    HEALTHY = "healthy"
    QUIET = "quiet"
    STALE = "stale"
    FROZEN = "frozen"
    GAP = "gap"
    CERTIFICATE = "certificate"
    EMPTY = "empty"
    NOT_A_FEED = "not-a-feed"
    BLOCKED = "blocked"
    MOVED = "moved"
    GONE = "gone"
    FAILING = "failing"
    PAUSED = "paused"
    REMOVED = "removed"


class AskMode(StrEnum):
    """Which validators a feed's server understands, as far as it was found out (H-10)."""

    BOTH = "both"
    TRY_ETAG = "try-etag"
    TRY_LM = "try-lm"
    ETAG = "etag"
    LM = "lm"
    NO_304 = "no-304"


class ZoneSource(StrEnum):
    """How the time zone of a date is known (P-30)."""

    EXPLICIT = "explicit"
    NAME = "name"
    ASSUMED = "assumed"


class Precision(StrEnum):
    """The finest part of a date that its publisher stated (P-30)."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"


class DateStatus(StrEnum):
    """What a date is worth (P-30, P-36)."""

    OK = "ok"
    ASSUMED = "assumed"
    FUTURE = "future"
    ANCIENT = "ancient"
    MISSING = "missing"
    BAD = "bad"
