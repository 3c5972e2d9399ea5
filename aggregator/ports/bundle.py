"""Everything a poll needs of the outside, in one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aggregator.model import Climate, RetryScope
from aggregator.ports.captures import Captures
from aggregator.ports.ledger import Ledger, Writer
from aggregator.ports.memory import Memory
from aggregator.ports.push import Postroom
from aggregator.ports.reaching import Clock, Digest, Fetch
from aggregator.ports.sources import Sources
from aggregator.ports.takedowns import Bars


def everybody_welcome(url: str) -> bool:
    """Knows of no robots.txt."""
    return not url


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a poll needs of the outside. ``climate`` gives what all feeds share now (A-06),
    ``unwelcome`` tells whether a robots.txt names us and closes an address (H-67). ``mailbox`` stands as From in every
    request for a feed, unless empty (H-61). Without ``captures`` nothing is kept as it came (P-01), without
    ``memory`` every changed document is read whole, without ``takedowns`` nothing is known of what must not come back
    (R-39)."""

    clock: Clock
    fetch: Fetch
    digest: Digest
    sources: Sources
    ledger: Ledger
    write: Writer
    push: Postroom | None = None
    climate: Callable[[], Climate] = Climate
    retry_scope: RetryScope = RetryScope.AUTO
    unwelcome: Callable[[str], bool] = everybody_welcome
    mailbox: str = ""
    captures: Captures | None = None
    memory: Memory | None = None
    takedowns: Bars | None = None
