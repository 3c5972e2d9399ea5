"""Messages go to stderr: text on a terminal, JSON lines elsewhere. Nothing from a feed can forge a line."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import click

from aggregator.cli.show import plain

FORM = "aggregator.log-form"


def configure(form: str | None = None) -> None:
    """Set up logging; commands that log call it first, the others start faster without.

    ``form`` is ``auto``, ``json`` or ``text``, by default what the command line asked for. Both renderers keep a
    hostile text inside its own value.
    """
    from aggregator.lean import structlog

    form = form or click.get_current_context().find_root().meta.get(FORM, "auto")
    text = form == "text" or (form == "auto" and sys.stderr.isatty())
    last: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    if text:
        plainly = structlog.dev.plain_traceback
        last = [_escape, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plainly)]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Faults of beats are reported by the heartbeat itself; the HTTP libraries would log every address.
    levels = {"apscheduler": logging.CRITICAL, "uvicorn": logging.ERROR}
    for name in ("apscheduler", "uvicorn", "httpx", "httpcore", "hpack"):
        logging.getLogger(name).setLevel(levels.get(name, logging.WARNING))


def _escape(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Control and bidirectional characters in values would reach the terminal as they are."""
    return {key: plain(value) if isinstance(value, str) else value for key, value in event.items()}


def our_fault(fault: Exception) -> None:
    """Tell of a fault of ours with everything a report needs."""
    from aggregator.lean import structlog

    configure("auto")
    structlog.get_logger().error("a fault of ours; please report it with these lines", exc_info=fault)
