"""How the service is, for the host: ``/healthz`` says whether it lives, ``/readyz`` whether it can serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """``text`` is one plain sentence, the reason where something is wrong; ``details`` are figures for people."""

    ready: bool
    alive: bool
    text: str
    details: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


def health_routes(health: Callable[[], Health]) -> list[Route]:
    """Both routes, GET and HEAD, JSON, never cached; 503 where the answer is no."""

    async def alive(request: Request) -> Response:
        del request
        now = health()
        return _answer(now, now.alive)

    async def ready(request: Request) -> Response:
        del request
        now = health()
        return _answer(now, now.ready)

    return [Route("/healthz", alive), Route("/readyz", ready)]


def _answer(now: Health, good: bool) -> Response:
    body = {"alive": now.alive, "ready": now.ready, "text": now.text, "details": dict(now.details)}
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return JSONResponse(body, 200 if good else 503, headers if good else {**headers, "Retry-After": "30"})
