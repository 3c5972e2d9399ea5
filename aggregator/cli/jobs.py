"""Backfill jobs for people and programs: how far they have come, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aggregator.cli.show import local, print_table
from aggregator.model import Backfill, Cursor, JobStatus, Strategy

WAYS = {
    Strategy.AUTO: "every way",
    Strategy.SURVEY: "looking which ways there are",
    Strategy.RFC5005: "the feed's own archive (RFC 5005)",
    Strategy.PAGED: "further pages of the feed",
    Strategy.WP_REST: "WordPress' REST interface",
    Strategy.WP_PAGED: "further pages of the WordPress feed",
    Strategy.WP_MONTHS: "the WordPress feeds of single months",
    Strategy.BLOGGER: "further pages of the Blogger feed",
    Strategy.WAYBACK: "the web archive",
}


def job_facts(job: Backfill) -> dict[str, Any]:
    """One job for programs."""
    return {
        "job": job.number,
        "feed": job.feed_id,
        "status": str(job.status),
        "wanted": str(job.wanted),
        "strategy": str(job.strategy),
        "cause": job.cause,
        "since": job.since,
        "until": job.until,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "next_at": job.next_at,
        "requests": job.requests,
        "pages": job.pages,
        "new": job.new,
        "duplicates": job.duplicates,
        "known": job.known,
        "recalled": job.recalled,
        "oldest": job.oldest,
        "note": job.note,
        "story": list(job.story),
    }


def job_line(job: Backfill) -> str:
    """A job under way in one line."""
    cursor = job.cursor or Cursor()
    where = f", page {cursor.page} of {cursor.total}" if job.strategy is Strategy.WP_REST and cursor.total else ""
    return f"{job.feed_id}: {WAYS[job.strategy]}{where}; {job.pages} pages read, {_counts(job)}"


def _counts(job: Backfill) -> str:
    recalled = f", {job.recalled} further versions" if job.recalled else ""
    copies = f" ({job.duplicates} of them copies)" if job.duplicates else ""
    return f"{job.new} entries new{copies}{recalled}, {job.known} known"


def status_words(job: Backfill, zone: str) -> str:
    """How a job stands, in plain words."""
    back = f" back to {local(job.oldest, zone)}" if job.oldest else ""
    match job.status:
        case JobStatus.QUEUED:
            return f"goes on with {WAYS[job.strategy]}; so far {_counts(job)}{back}" + _noted(job)
        case JobStatus.RESTING:
            return f"rests until {local(job.next_at, zone)}; so far {_counts(job)}{back}" + _noted(job)
        case JobStatus.DONE:
            return f"done: {_counts(job)}{back}" + _noted(job)
        case JobStatus.INCOMPLETE:
            return f"incomplete: {_counts(job)}{back}" + _noted(job)


def _noted(job: Backfill) -> str:
    return f" ({job.note})" if job.note else ""


def job_lines(job: Backfill, zone: str, *, dry_run: bool = False) -> Iterator[str]:
    """The report on one job."""
    if dry_run:
        yield from _rehearsed(job)
        return
    yield f"{job.feed_id}: {status_words(job, zone)}"
    for chapter in job.story:
        yield f"  {chapter}"
    if job.status is JobStatus.RESTING:
        yield "  goes on where it was when this command is given again after that; a running service does so by itself"
    if job.status is JobStatus.INCOMPLETE:
        yield "  older entries may exist that nobody gives out"


def _rehearsed(job: Backfill) -> Iterator[str]:
    for chapter in job.story:
        yield f"{job.feed_id}: {chapter}"
    if not job.pages:
        yield f"{job.feed_id}: nothing would be fetched" + _noted(job)
        return
    pages = f" of {job.cursor.total}" if job.cursor and job.cursor.total else ""
    yield f"{job.feed_id}: would go by {WAYS[job.strategy]}; page 1{pages} holds {_counts(job)}. Nothing was stored"


def job_table(jobs: Sequence[Backfill], zone: str) -> None:
    """Every job, the latest of each feed last."""
    print_table(
        ("job", "feed", "status", "wanted", "because of", "how it stands"),
        (
            [str(job.number), job.feed_id, str(job.status), str(job.wanted), job.cause, status_words(job, zone)]
            for job in jobs
        ),
        wide=5,
    )
