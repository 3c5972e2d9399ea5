"""What the operator says of a feed (`Source`) and what polling has learned of it (`FeedState`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model.names import AskMode, FeedId, FeedStatus, Identity, Republish
from aggregator.model.push import NO_PUSH, PushHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One table of ``feeds.toml``, with every default filled in. The configuration is its only author."""

    id: FeedId
    url: str
    title: str | None = None
    site: str | None = None
    category: str = ""
    tags: tuple[str, ...] = ()
    republish: Republish = Republish.SUMMARY
    language: str | None = None
    timezone: str = "Europe/London"
    enabled: bool = True
    min_interval: timedelta = timedelta(hours=1)
    max_interval: timedelta = timedelta(hours=24)
    priority: int = 0
    licence: str | None = None
    identity: Identity = Identity.AUTO
    fulltext: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to ask "changed since?" with: the exact header strings (H-01) and whose they are (H-03)."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """A permanent redirect under observation (H-40): where to, since when, how often in a row.

    ``shares``: the first document read there held an entry known before, or bore the id of the feed.
    """

    target: str
    first_seen: datetime
    count: int
    shares: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Revalidation:
    """How well "changed since?" works with this server.

    ``same`` counts answers in a row with the known bytes although validators were sent (H-10); ``given_at`` is the last
    answer with a validator (H-09); ``wire_bytes`` the size of the last body (H-11); ``only_304_since`` the first of the
    answers 304 since the last body (H-12). ``wanders``: the last request without validators was made because a redirect
    led to another address than before, so the next one may have none either.
    """

    mode: AskMode = AskMode.BOTH
    same: int = 0
    given_at: datetime | None = None
    wire_bytes: int = 0
    only_304_since: datetime | None = None
    wanders: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedProfile:
    """What the last good document said of its feed; kept for the output (R-12) and for boilerplate (D-02).

    ``generator`` made the document; ``previous`` and ``following`` are its links to older documents (prev-archive of
    RFC 5005, next of Atom and JSON Feed), where a backfill begins (B-01).
    """

    raw_id: str | None = None
    title: str | None = None
    subtitle: str | None = None
    site_url: str | None = None
    language: str | None = None
    rights: str | None = None
    icon: str | None = None
    authors: tuple[str, ...] = ()
    hubs: tuple[str, ...] = ()
    generator: str | None = None
    previous: str | None = None
    following: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the document itself says about polling it (H-25 to H-28); ``cloud`` is an rssCloud, recorded only (H-87)."""

    ttl: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    update_period: str | None = None
    update_frequency: int | None = None
    update_base: str | None = None
    expired: bool = False
    cloud: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When a feed publishes, learned from the instants of its entries (A-02, A-04).

    ``weight`` is the sum of its events, each faded by its age at ``weighed_at``, and ``entries`` that of their entries;
    ``bins`` are event counts of the 168 hours of the week in civil time, empty for none; ``since`` is the beginning of
    the observed span. ``window`` is the number of entries in the last whole document; ``defied`` are the last instants
    at which entries appeared inside the feed's own skipHours or skipDays (H-26).
    """

    since: datetime | None = None
    weight: float = 0.0
    weighed_at: datetime | None = None
    last_event: datetime | None = None
    bins: tuple[float, ...] = ()
    entries: float = 0.0
    window: int = 0
    defied: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockHabit:
    """Entries dated GMT up to an hour after their first sight, as a feed gives them that means British local time
    (P-34): the last three such instants of summer time, and the last one of winter, which speaks against it."""

    summer: tuple[datetime, ...] = ()
    winter: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One thing that was weighed when the next poll was set: the instant it asks for (aware, UTC), and its name."""

    at: datetime
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The last whole document as a window on what the feed publishes (b3).

    ``count`` entries, dated from ``oldest`` to ``newest``; ``turnover`` is the share of them that was new. ``limit`` is
    the longest interval allowed since entries scrolled past, until it has grown back. ``gap_at`` is when a loss was
    last noticed, between ``gap_since`` and ``gap_until``, of about ``missed`` entries; ``warned_at`` the last warning
    that more than half of the window turned over.
    """

    read_at: datetime | None = None
    count: int = 0
    newest: datetime | None = None
    oldest: datetime | None = None
    turnover: float = 0.0
    limit: timedelta | None = None
    gap_at: datetime | None = None
    gap_since: datetime | None = None
    gap_until: datetime | None = None
    missed: int = 0
    warned_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Polls in a row that ended alike, since the first of them. ``kind``: ``document``, ``faulty``, ``not-modified``,
    ``same-body``, ``gone``, ``blocked`` or a `FailureKind`; ``detail`` is that of the last."""

    kind: str = ""
    since: datetime | None = None
    count: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What polling has learned of one feed. Instants are aware and UTC; ``None`` means never.

    ``uuid`` is random, made at subscription and permanent (P-10); ``tag`` is ``tag:OURHOST,YEAR:UUID`` as it was then,
    the stem of every id minted for this feed (R-01, R-12). ``next_poll_at`` of ``None`` means at once.
    ``identity`` is the learned mode (GUID or LINK, P-16), ``id_changes`` the instants of documents in which known
    entries came under new ids. ``hints`` are those of the last document read. ``bound`` names what decided
    ``next_poll_at`` (A-10), ``considered`` is all that was weighed for it. ``clock`` is what its dates show of its
    clock. ``window`` is the last whole document,
    ``run`` how the last polls ended, ``longest_silence`` the longest between two entries. ``expected_at`` is when the
    next entry should have come as likely as not; ``certificate_ends`` is of the server that answered last.
    ``moved_url`` is the address asked instead of the configured one, adopted with proof (H-40); ``final_url`` that
    which gave the last good answer. ``sought_at`` is when its site was last asked for a missing feed, ``proposal`` the
    address found there that shows no entry known before (H-46).
    """

    feed_id: FeedId
    uuid: str
    tag: str
    added_at: datetime
    validators: Validators | None = None
    body_hash: str | None = None
    status: FeedStatus = FeedStatus.NEW
    status_text: str = "not polled yet"
    http_status: int | None = None
    failures: int = 0
    polls: int = 0
    next_poll_at: datetime | None = None
    interval: timedelta | None = None
    bound: str = "subscribed"
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_change_at: datetime | None = None
    unconditional_at: datetime | None = None
    redirect: Redirect | None = None
    identity: Identity = Identity.GUID
    id_changes: tuple[datetime, ...] = ()
    profile: FeedProfile = FeedProfile()
    hints: Hints = Hints()
    rhythm: Rhythm = Rhythm()
    clock: ClockHabit = ClockHabit()
    considered: tuple[Bound, ...] = ()
    window: Window = Window()
    run: Run = Run()
    longest_silence: timedelta | None = None
    expected_at: datetime | None = None
    certificate_ends: datetime | None = None
    push: PushHealth = NO_PUSH
    revalidation: Revalidation = Revalidation()
    moved_url: str | None = None
    final_url: str | None = None
    sought_at: datetime | None = None
    proposal: str | None = None


def poll_url(source: Source, state: FeedState) -> str:
    """The address to ask: the configured one, unless the feed has provably moved (H-40)."""
    return state.moved_url or source.url
