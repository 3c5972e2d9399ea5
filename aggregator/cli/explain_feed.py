"""Everything that is known of one feed, and why it is asked when it is: facts for programs, lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aggregator.cli.jobs import job_facts
from aggregator.cli.show import local
from aggregator.model import Backfill, FeedRow, FeedState, FeedStatus, Gap
from aggregator.normalise.date_habits import summer_correction
from aggregator.ports import Catalogue
from aggregator.schedule import assess
from aggregator.schedule.wording import rhythm_in_words

POLLS = 10
MONTHS = 12
PROBLEMS = 3
"""Of one poll, for people; programs get all of them."""


def feed_facts(row: FeedRow, catalogue: Catalogue, now: datetime, jobs: Sequence[Backfill] = ()) -> dict[str, Any]:
    """The story of one feed at ``now`` (aware, UTC); ``jobs`` are its backfills, oldest first."""
    source, state = row.source, row.state
    health = assess(source, state, now)
    silence = health.silence
    held = [each for each in catalogue.held(source.id) if each.released_at is None]
    return {
        "feed": source.id,
        "url": source.url,
        "entries": row.entries,
        "status": str(state.status),
        "status_text": state.status_text,
        "findings": [{"status": str(f.status), "text": f.text, "remedy": f.remedy} for f in health.findings],
        "silence": None
        if silence is None
        else {
            "since": silence.since,
            "days": round(silence.lasted.total_seconds() / 86400, 2),
            "likelihood": round(silence.likelihood, 4),
            "alarm_after_days": round(silence.alarm_after.total_seconds() / 86400, 1),
        },
        "next_entry_expected_by": health.expected_at,
        "rhythm": rhythm_in_words(state.rhythm, now),
        "next_poll": _next_poll(state),
        "asking": _asking(state),
        "clock": {
            "correction_minutes": round(summer_correction(state.clock, now).total_seconds() / 60),
            "ahead_in_summer": list(state.clock.summer),
            "ahead_in_winter": state.clock.winter,
        },
        "identity": {"mode": str(state.identity), "ids_changed_at": list(state.id_changes)},
        "window": state.window,
        "gaps": list(catalogue.gaps(source.id)),
        "months": [_month(each) for each in catalogue.months(source.id)][-MONTHS:],
        "held": len(held),
        "backfills": [job_facts(job) for job in jobs],
        "polls": list(catalogue.polls(source.id, POLLS)),
    }


def _next_poll(state: FeedState) -> dict[str, Any]:
    """When and why; the bounds stand as they were weighed, before jitter."""
    resting = state.status in (FeedStatus.PAUSED, FeedStatus.REMOVED)
    return {
        "at": None if resting else state.next_poll_at,
        "decided_by": state.bound,
        "considered": [{"bound": bound.name, "at": bound.at} for bound in state.considered],
    }


def _asking(state: FeedState) -> dict[str, Any]:
    known, redirect = state.validators, state.redirect
    return {
        "etag": known.etag if known else None,
        "last_modified": known.last_modified if known else None,
        "last_unconditional_at": state.unconditional_at,
        "certificate_ends": state.certificate_ends,
        "redirect": None
        if redirect is None
        else {"to": redirect.target, "since": redirect.first_seen, "seen": redirect.count},
    }


def _month(month: Any) -> dict[str, Any]:
    share = round(month.completeness, 3)
    return {"month": month.month, "entries": month.entries, "missed": month.missed, "completeness": share}


def feed_lines(facts: Mapping[str, Any], zone: str) -> Iterator[str]:
    """The same for people; times in this zone."""
    yield f"{facts['feed']}: {facts['url']}"
    yield ""
    yield f"state       {facts['status']}: {facts['status_text']}"
    for finding in facts["findings"][1:]:
        yield f"also        {finding['status']}: {finding['text']}"
    yield f"rhythm      {facts['rhythm']}"
    yield from _silence(facts, zone)
    yield ""
    yield from _planned(facts["next_poll"], zone)
    yield ""
    yield from _manners(facts, zone)
    yield from _completeness(facts, zone)
    yield ""
    yield "last polls, newest first"
    for poll in facts["polls"]:
        brought = f", {poll.new} new, {poll.revised} revised" if poll.entries else ""
        status = poll.http_status or "–"
        yield f"  {local(poll.started_at, zone):<18} {poll.outcome:<13} {status!s:>3}{brought}  {poll.reason}"
        yield from (f"      odd: {text}" for text in poll.problems[:PROBLEMS])


def _silence(facts: Mapping[str, Any], zone: str) -> Iterator[str]:
    silence, expected = facts["silence"], facts["next_entry_expected_by"]
    if silence:
        odds = f"{silence['likelihood']:.0%}" if silence["likelihood"] >= 0.01 else "under 1%"
        yield (
            f"silence     since {local(silence['since'], zone)}; so long a silence has a chance of {odds}, "
            f"an alarm begins after {silence['alarm_after_days']:g} days"
        )
    if expected:
        yield f"next entry  as likely as not by {local(expected, zone)}"


def _planned(planned: Mapping[str, Any], zone: str) -> Iterator[str]:
    yield f"next poll   {local(planned['at'], zone)}, decided by “{planned['decided_by']}”"
    for bound in planned["considered"]:
        mark = "→" if bound["bound"] == planned["decided_by"] else " "
        yield f"          {mark} {local(bound['at'], zone):<18} {bound['bound']}"


def _manners(facts: Mapping[str, Any], zone: str) -> Iterator[str]:
    asking, identity = facts["asking"], facts["identity"]
    known = ", ".join(f"{name} {asking[key]}" for key, name in _VALIDATORS.items() if asking[key]) or "none given"
    yield f"validators  {known}"
    if redirect := asking["redirect"]:
        seen = f"seen {redirect['seen']} times in a row since {local(redirect['since'], zone)}"
        yield f"redirect    to {redirect['to']}, {seen}"
    if asking["certificate_ends"]:
        yield f"certificate ends {local(asking['certificate_ends'], zone)}"
    changed = f"; ids of known entries changed {len(identity['ids_changed_at'])} times lately (P-16)"
    yield f"identity    by {identity['mode']}" + (changed if identity["ids_changed_at"] else "")
    if facts["clock"]["correction_minutes"]:
        proofs = f"{len(facts['clock']['ahead_in_summer'])} entries came up to an hour before their date"
        yield f"dates       GMT of summer days is read as local time, an hour less: {proofs} (P-34)"


_VALIDATORS = {"etag": "ETag", "last_modified": "Last-Modified"}


def _cost(gap: Gap, zone: str) -> str:
    """What a gap cost and what becomes of it; where more than half of a window turned over, nothing is missing yet."""
    if not gap.missed:
        return f"nothing missed; {f'closed {local(gap.closed_at, zone)}' if gap.closed_at else 'open'}"
    state = f"closed {local(gap.closed_at, zone)}" if gap.closed_at else f"open, backfill {gap.backfill}"
    return f"about {gap.missed} missed; {state}"


def _completeness(facts: Mapping[str, Any], zone: str) -> Iterator[str]:
    yield f"entries     {facts['entries']} kept, {facts['held']} held back"
    for gap in facts["gaps"]:
        yield f"gap         {local(gap.since, zone)} to {local(gap.until, zone)}: {gap.kind}, {_cost(gap, zone)}"
    for job in facts["backfills"]:
        since = f" from {local(job['since'], zone)} on" if job["since"] else ""
        until = f"until {local(job['next_at'], zone)}" if job["status"] == "resting" else ""
        what = f"{job['status']} {until}".strip() + f", {job['new']} new, {job['recalled']} further versions"
        yield f"backfill    job {job['job']} ({job['wanted']}{since}, {job['cause']}): {what}; {job['note']}"
        yield from (f"              {chapter}" for chapter in job["story"])
    for month in facts["months"]:
        yield f"{month['month']:<11} {month['completeness']:.0%} complete, {month['entries']} entries"
