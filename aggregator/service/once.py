"""One round of polls in the foreground: the same parts as the service, without scheduler and web server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aggregator.model import FeedId, PollReport
from aggregator.service.catch_up import CatchUp
from aggregator.service.lock import store_lock
from aggregator.service.pages import PageWatch
from aggregator.service.poller import Poller
from aggregator.service.publisher import Publisher
from aggregator.settings import Settings
from aggregator.wiring import running


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What came of one round; ``faults`` counts polls that ended in a fault of ours and have no report.

    ``unpublished`` says why nothing could be published, ``None`` where all was well.
    """

    reports: tuple[PollReport, ...]
    faults: int
    unpublished: str | None


async def poll_once(
    settings: Settings, only: Sequence[FeedId] | None, tell: Callable[[PollReport, int], None]
) -> Round:
    """Poll the due (or named) feeds once and publish.

    Raises:
        LockedError: a service works on this store.
        StoreError: the store cannot be opened.
    """
    polling = settings.polling
    with store_lock(settings.storage.path):
        async with running(settings) as parts:
            ports = parts.ports
            await ports.write(lambda: ports.sources.sync(settings.feeds, ports.clock.now()))
            await CatchUp(ports, parts.store.catalogue).set_right(ports.clock.now())
            poller = Poller(ports, agent=parts.agent, concurrency=polling.concurrency, spacing=polling.host_spacing)
            try:
                reports = await poller.once(only, tell)
            finally:
                await poller.stop(0)
            await PageWatch(ports, parts.gate, parts.agent, polling.host_spacing).beat()
            await parts.turn_climate()
            publisher = Publisher(parts)
            await publisher.run()
            return Round(reports=reports, faults=poller.faults, unpublished=publisher.fault)
