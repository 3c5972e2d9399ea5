"""A poll that is not made after all: the row that says so, and its report."""

from __future__ import annotations

from aggregator.model import FeedId, PollRecord, PollReport
from aggregator.pipeline.manners import PutOff, note
from aggregator.pipeline.settle import report
from aggregator.ports import Ports


async def skip(feed_id: FeedId, put_off: PutOff, ports: Ports) -> PollReport:
    """Record that the feed was not asked; its next poll is when the reason has passed.

    Raises:
        UnknownFeedError: no feed has this id.
    """

    def work() -> PollRecord:
        with ports.ledger.transaction():
            return note(feed_id, put_off, ports.clock.now(), ports)

    return report(await ports.write(work))
