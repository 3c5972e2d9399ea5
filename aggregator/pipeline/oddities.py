"""What was odd about an answer, for its row: faults of the document, and hints that make no sense."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aggregator.fetch.retry import odd_retry
from aggregator.schedule.oddities import odd_headers, odd_hints

if TYPE_CHECKING:
    from aggregator.pipeline.settle import Answer

MOST = 200
"""Problems kept of one answer."""


def problems(answer: Answer) -> tuple[str, ...]:
    """Each as ``kind: words``; those of the hints say what was made of them."""
    return tuple(_problems(answer))[:MOST]


def _problems(answer: Answer) -> Iterator[str]:
    exchange, document = answer.exchange, answer.document
    if document is not None:
        yield from (f"{problem.kind}: {problem.detail}" for problem in document.problems)
        yield from (f"hint: {text}" for text in odd_hints(document.hints))
    yield from (f"hint: {text}" for text in odd_headers(exchange.headers, exchange.finished_at))
    if (exchange.status or 0) >= 300:
        words = (value for name, value in exchange.headers if name == "retry-after")
        yield from (f"hint: {text}" for value in words if (text := odd_retry(value, exchange.finished_at)) is not None)
