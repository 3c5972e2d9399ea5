"""One live address, asked once and judged against the archive; nothing is stored."""

from __future__ import annotations

from aggregator.errors import UnknownFeedError
from aggregator.model import FeedId, FeedState, Source
from aggregator.pipeline.rehearse import Rehearsal, rehearse
from aggregator.ports import Ports
from aggregator.settings import Settings
from aggregator.wiring import running

STRANGER = FeedId("not-configured")


async def attempt(settings: Settings, url: str) -> Rehearsal:
    """Rehearse a poll of ``url``: with the state of the configured feed of this address, or as a stranger."""
    async with running(settings, processes=1) as parts:
        ports = parts.ports
        configured = next((source for source in settings.feeds if source.url == url), None)
        source, state = await ports.write(lambda: _known(ports, configured, url, settings))
        return await rehearse(source, state, ports, parts.agent)


def _known(ports: Ports, source: Source | None, url: str, settings: Settings) -> tuple[Source, FeedState]:
    if source is not None:
        try:
            return ports.sources.get(source.id)
        except UnknownFeedError:
            # Configured but never polled: it has no state yet.
            pass
    stranger = source or Source(id=STRANGER, url=url, timezone=settings.site.timezone)
    state = FeedState(feed_id=stranger.id, uuid="", tag="tag:localhost,2026:none", added_at=ports.clock.now())
    return stranger, state
