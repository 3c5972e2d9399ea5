"""The web application: the published files, within limits and open to scripts, and the state of the service."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from aggregator.model import Site
from aggregator.ports import Push
from aggregator.web.answers import Refusal, preflight
from aggregator.web.callbacks import callback_routes
from aggregator.web.feeds import Ask, Files
from aggregator.web.folder import PublishedFolder
from aggregator.web.health import Health, health_routes
from aggregator.web.limits import Buckets, Limit


def create_app(
    public: Path,
    health: Callable[[], Health],
    site: Site,
    *,
    limit: Limit | None = Limit(),  # noqa: B008 - frozen
    clock: Callable[[], float] = time.monotonic,
    push: Push | None = None,
    now: Callable[[], datetime] | None = None,
) -> Starlette:
    """The application over the folder ``public``, which may still be missing or empty.

    ``limit`` of ``None`` switches the limit by client off; ``clock`` gives seconds for it and never goes back. Nothing
    is written and no state is shared, so several may serve one folder. ``now`` gives the instant by which the current
    month is told from past ones. With ``push`` hubs are answered, too.
    """
    files = Files(PublishedFolder(public), site, now)
    published = Published(files, Buckets(limit) if limit else None, clock)
    hubs = callback_routes(push, site, clock) if push else []
    routes = [*health_routes(health), *hubs, Route("/{path:path}", published)]
    return Starlette(routes=routes, exception_handlers={404: _lost})


async def _lost(request: Request, error: Exception) -> Response:
    """What not even the catch-all route takes, such as a path with a line break in it."""
    del error
    return Refusal(request.headers.get("accept"), "/").not_found()


class Published:
    """The endpoint of everything that is published; takes every method, so that wrong ones get a plain answer.

    Files are read on the event loop: from the page cache that takes a quarter of what a hop to a thread costs.
    """

    def __init__(self, files: Files, buckets: Buckets | None, clock: Callable[[], float]) -> None:
        self._files, self._buckets, self._clock = files, buckets, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        refusal = Refusal(request.headers.get("accept"), self._files.home)
        client = request.client.host if request.client else None
        if self._buckets and (seconds := self._buckets.take(client, self._clock())):
            return refusal.slow_down(seconds)
        if request.method == "OPTIONS":
            return preflight()
        if request.method not in {"GET", "HEAD"}:
            return refusal.wrong_method()
        ask = Ask(
            path=request.scope["path"],
            headers=request.headers,
            query=request.query_params,
            head=request.method == "HEAD",
        )
        return self._files.answer(ask)
