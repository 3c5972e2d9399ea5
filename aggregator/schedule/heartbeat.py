"""The door to APScheduler, which is only a heartbeat: everything durable (due times, leases) lives in the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from aggregator.lean import structlog

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """Something to do every so many seconds. ``name`` is also the fixed job id."""

    name: str
    seconds: float
    action: Callable[[], Awaitable[None]]


class Heartbeat:
    """Runs beats on the running event loop until `stop`.

    ``misfire_grace_time=None``: a late beat still runs (the library's default of one second drops it silently).
    ``coalesce``: after a pause one beat makes up for all. ``max_instances=1``: a beat never overlaps itself.
    The job store is memory: a restart begins a new heartbeat over the same stored due times (H-71).
    """

    def __init__(self, beats: Iterable[Beat]) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._scheduler.add_listener(_report, EVENT_JOB_ERROR)
        for beat in beats:
            self._scheduler.add_job(
                beat.action, "interval", seconds=beat.seconds, id=beat.name, name=beat.name, replace_existing=True
            )

    def start(self) -> None:
        """Begin to beat. Must be called on the event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """End at once; beats under way are not waited for."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def _report(event: JobExecutionEvent) -> None:
    """A beat that raises is our fault; the next one is tried all the same."""
    log.error("beat failed", beat=event.job_id, error=repr(event.exception), traceback=event.traceback)
