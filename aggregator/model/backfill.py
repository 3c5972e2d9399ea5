"""Fetching the past of a feed: by which way, how far a job has come, what it found (B-01 to B-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.names import FeedId, Provenance


class Strategy(StrEnum):
    """A way to older entries (B-01). SURVEY finds out which ways there are; AUTO takes them in order."""

    AUTO = "auto"
    SURVEY = "survey"
    RFC5005 = "rfc5005"
    PAGED = "paged"
    WP_REST = "wp-rest"
    WP_PAGED = "wp-paged"
    WP_MONTHS = "wp-months"
    BLOGGER = "blogger"
    WAYBACK = "wayback"

    @property
    def provenance(self) -> Provenance:
        """What the versions found this way are marked with (B-08)."""
        return Provenance.WP_PAGED if self is Strategy.WP_MONTHS else Provenance(self.value)


class JobStatus(StrEnum):
    """How a backfill stands, in one plain word.

    QUEUED: goes on at its next turn. RESTING: stopped by an answer, goes on later (B-02). DONE: the past that was
    wanted is held. INCOMPLETE: every way was tried, and none reached the beginning.
    """

    QUEUED = "queued"
    RESTING = "resting"
    DONE = "done"
    INCOMPLETE = "incomplete"

    @property
    def open(self) -> bool:
        """Whether the job goes on by itself."""
        return self in (JobStatus.QUEUED, JobStatus.RESTING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far one way has been walked: enough to go on after a crash (B-03). Each way uses what it needs.

    ``url`` is the address to ask next, ``page`` and ``total`` the number of the page and of all pages, ``size`` the
    entries wanted a page. ``frozen`` bounds the set that is paged through (B-05). ``stage`` is the month, or the step,
    ``todo`` what is still to be asked within it, ``resume`` the resumption key of a list (B-07). ``seen`` are digests
    of addresses or bodies asked for, ``known`` of addresses that an earlier job read, ``before`` the digest of the ids
    on the page before, ``empty`` how many stages in a row brought nothing.
    """

    url: str = ""
    page: int = 0
    total: int | None = None
    size: int = 0
    frozen: datetime | None = None
    stage: str = ""
    todo: tuple[str, ...] = ()
    resume: str = ""
    seen: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    before: str = ""
    empty: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is known of where the past of a feed may be.

    ``feed_url`` is asked by polls, ``variants`` are all addresses it had; ``home`` is its page for people. ``previous``
    and ``following`` are the links prev-archive and next of its document; ``api`` the root of a WordPress REST
    interface, confirmed by its Link (B-05); ``generator`` what made the document.
    """

    feed_url: str
    home: str
    variants: tuple[str, ...] = ()
    previous: str | None = None
    following: str | None = None
    generator: str = ""
    api: str | None = None
    wordpress: bool = False
    web_archive: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """One job: fetch the entries of a feed dated from ``since`` until before ``until``; ``None`` is without end.

    ``wanted`` is what was asked for, ``strategy`` the way being walked now, ``plan`` those that follow. ``errors``
    counts failures at one place, ``rests`` stops at one place. ``oldest`` is the earliest date found. ``story`` says
    what came of each way, ``note`` what the job waits for or why it ended. Instants are aware and UTC.
    """

    number: int
    feed_id: FeedId
    wanted: Strategy
    created_at: datetime
    updated_at: datetime
    since: datetime | None = None
    until: datetime | None = None
    cause: str = "operator"
    status: JobStatus = JobStatus.QUEUED
    strategy: Strategy = Strategy.SURVEY
    plan: tuple[Strategy, ...] = ()
    ground: Ground | None = None
    cursor: Cursor | None = None
    next_at: datetime | None = None
    requests: int = 0
    pages: int = 0
    new: int = 0
    known: int = 0
    recalled: int = 0
    duplicates: int = 0
    oldest: datetime | None = None
    errors: int = 0
    rests: int = 0
    note: str = ""
    story: tuple[str, ...] = ()
