"""The state of a feed in one plain word and one plain sentence with its remedy: one state machine, from what polling
has learned. Pure.

Law: silence is told apart from failure, and a sentence says since when, never for how long, so that it changes only
when something does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import FLAT, FailureKind, FeedState, FeedStatus, Run, Source
from aggregator.schedule.silence import Silence, next_expected, silence_of

GAP_SHOWN = timedelta(days=30)
CERTIFICATE_WARNING = timedelta(days=14)
FROZEN_POLLS = 5
FROZEN_SHARE = 0.5
"""So much of an alarming silence must be 304 answers, five at least, to suspect the server."""
MOVED_AFTER = 3

_REMEDIES = {
    FailureKind.DNS: "The name does not resolve: check its spelling, or whether the site has a new address.",
    FailureKind.CONNECT: "Nobody answers there; it is asked again ever more rarely. Look whether the site is up.",
    FailureKind.TLS: "Its certificate or encryption is not right; the publisher must mend it.",
    FailureKind.TIMEOUT: "It answers too slowly; it is asked again ever more rarely.",
    FailureKind.REFUSED_ADDRESS: "It leads into a private network; `allow_addresses` permits that if you own it.",
    FailureKind.REDIRECT: "Its redirects lead nowhere: find the new address with `aggregator feeds add SITE`.",
    FailureKind.TOO_LARGE: "The document is larger than `max_body`; raise it if the feed is worth it.",
    FailureKind.EMPTY: "It answers without a body; the publisher must mend it.",
    FailureKind.HTTP: "The server answers with an error; it is asked again ever more rarely.",
    FailureKind.DOCUMENT: "The document cannot be read; `aggregator try URL` shows why. The publisher must mend it.",
    FailureKind.STORAGE: "We could not store it: look at the disk and the log.",
}
_NOT_FOUND = "Nothing is there (404): find the new address with `aggregator feeds add SITE`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that holds of a feed: its class, the facts, and what to do about it (empty for nothing)."""

    status: FeedStatus
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.text}. {self.remedy}" if self.remedy else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of a feed: the first of its ``findings`` decides; ``expected_at`` is when its next entry should have
    come as likely as not, ``None`` where nothing lets us expect one."""

    findings: tuple[Finding, ...]
    expected_at: datetime | None
    silence: Silence | None

    @property
    def status(self) -> FeedStatus:
        """The word."""
        return self.findings[0].status

    @property
    def text(self) -> str:
        """The sentence."""
        return str(self.findings[0])


def assess(source: Source, state: FeedState, now: datetime, shares: Sequence[float] = FLAT) -> Health:
    """The health of a feed at ``now`` (aware, UTC), from its state after the last poll; ``shares`` is the pooled week.

    Whether it is paused or removed is the configuration's word, not ours: the store puts that first.
    """
    silence = silence_of(source, state, now, shares)
    findings = tuple(_findings(source, state, now, silence))
    dead = findings[0].status in (FeedStatus.GONE, FeedStatus.STALE, FeedStatus.FROZEN, FeedStatus.NEW)
    expected = None if dead else next_expected(source, state, now, shares)
    return Health(findings=findings, expected_at=expected, silence=silence)


def _findings(source: Source, state: FeedState, now: datetime, silence: Silence | None) -> Iterator[Finding]:
    """Everything that holds, the gravest first."""
    zone = ZoneInfo(source.timezone)
    if state.polls == 0:
        yield Finding(status=FeedStatus.NEW, text="not polled yet")
        return
    if state.failures:
        yield _failure(state, zone)
    yield from _lost(state, now, zone)
    yield from _certificate(state, now, zone)
    if silence is not None and silence.alarming:
        yield _silent(state, now, silence, zone)
    yield from _moving(state, zone)
    yield from _content(state, silence, zone)


def _failure(state: FeedState, zone: ZoneInfo) -> Finding:
    run = state.run
    since = f" since {_day(run.since, zone)}" if run.since and run.count > 1 else ""
    last = f"; last read on {_day(state.last_success_at, zone)}" if state.last_success_at else "; never read yet"
    text = f"{run.detail.rstrip('. ') or 'it cannot be read'}{since}{last}"
    match run.kind:
        case "gone":
            remedy = "Its publisher took it down: find its successor, or `aggregator feeds remove` it."
            return Finding(status=FeedStatus.GONE, text=text, remedy=remedy)
        case "blocked":
            remedy = "Asked once a day: ask the publisher to let our User-Agent pass."
            return Finding(status=FeedStatus.BLOCKED, text=text, remedy=remedy)
        case FailureKind.NOT_A_FEED:
            remedy = "Find the feed's new address: `aggregator feeds add SITE`."
            return Finding(status=FeedStatus.NOT_A_FEED, text=text, remedy=remedy)
    return Finding(status=FeedStatus.FAILING, text=text, remedy=_remedy(state, run))


def _remedy(state: FeedState, run: Run) -> str:
    if state.http_status == 404:
        return _NOT_FOUND
    return next((words for kind, words in _REMEDIES.items() if kind == run.kind), "")


def _lost(state: FeedState, now: datetime, zone: ZoneInfo) -> Iterator[Finding]:
    window = state.window
    if window.gap_at is None or now - window.gap_at > GAP_SHOWN:
        return
    about = f"about {window.missed} entr{'y' if window.missed == 1 else 'ies'}"
    between = f"between {_day(window.gap_since, zone)} and {_day(window.gap_until, zone)}"
    remedy = "It is asked more often now, and a backfill is queued."
    yield Finding(status=FeedStatus.GAP, text=f"{about} may have scrolled past unseen {between}", remedy=remedy)


def _certificate(state: FeedState, now: datetime, zone: ZoneInfo) -> Iterator[Finding]:
    ends = state.certificate_ends
    if ends is not None and ends - now <= CERTIFICATE_WARNING:
        text = f"its certificate ends on {_day(ends, zone)}"
        remedy = "Without a new one it cannot be read from then on: tell the publisher."
        yield Finding(status=FeedStatus.CERTIFICATE, text=text, remedy=remedy)


def _silent(state: FeedState, now: datetime, silence: Silence, zone: ZoneInfo) -> Finding:
    """An alarming silence: the server's doing where it only ever answers 304, else the publisher's."""
    run, since = state.run, _day(silence.since, zone)
    is_304 = run.kind == "not-modified" and run.since is not None and run.count >= FROZEN_POLLS
    if is_304 and run.since is not None and now - run.since >= silence.lasted * FROZEN_SHARE:
        text = f"nothing but “not modified” since {_day(run.since, zone)}, and its last entry is of {since}"
        remedy = "The server may repeat an old answer: it is asked for the whole document once; compare with the site."
        return Finding(status=FeedStatus.FROZEN, text=text, remedy=remedy)
    text = f"it answers, but its last entry is of {since}, longer ago than its rhythm explains"
    remedy = "Look whether the site publishes elsewhere now."
    return Finding(status=FeedStatus.STALE, text=text, remedy=remedy)


def _moving(state: FeedState, zone: ZoneInfo) -> Iterator[Finding]:
    redirect = state.redirect
    if redirect is not None and redirect.count >= MOVED_AFTER:
        text = f"permanently redirected to {redirect.target} since {_day(redirect.first_seen, zone)}"
        remedy = "Adopted once it has proved to be the same feed; or put the address into the feeds file."
        yield Finding(status=FeedStatus.MOVED, text=text, remedy=remedy)


def _content(state: FeedState, silence: Silence | None, zone: ZoneInfo) -> Iterator[Finding]:
    """What the document says of a feed that answers."""
    if state.failures:
        return
    if state.window.read_at is not None and state.window.count == 0:
        before = f"; its last entry was of {_day(silence.since, zone)}" if silence else ""
        yield Finding(status=FeedStatus.EMPTY, text=f"a valid feed without entries{before}")
    elif silence is not None and silence.is_quiet:
        text = f"answers as it should; nothing since {_day(silence.since, zone)}, which is not unusual for it"
        yield Finding(status=FeedStatus.QUIET, text=text)
    else:
        text = state.run.detail if state.run.kind == "faulty" else "answers as it should"
        yield Finding(status=FeedStatus.HEALTHY, text=text)


def _day(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%-d %B %Y}" if at else "an unknown day"
