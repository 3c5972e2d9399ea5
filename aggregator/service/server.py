"""The web server inside the service: uvicorn on our event loop, leaving signals to the service."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from aggregator.errors import AggregatorError


class BusyPortError(AggregatorError):
    """The address to serve on cannot be had."""


class WebServer(uvicorn.Server):
    """Serves one application until `finish`."""

    def __init__(self, app: Starlette) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            timeout_keep_alive=30,
            server_header=False,
            h11_max_incomplete_event_size=32 * 1024,
            limit_concurrency=512,
            backlog=256,
        )
        super().__init__(config)
        self._running: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals belong to the service."""
        yield

    def begin(self, line: socket.socket) -> None:
        """Serve on a listening socket from now on."""
        self._running = asyncio.create_task(self.serve(sockets=[line]), name="web server")

    async def finish(self) -> None:
        """Answer what is under way for at most a second, then end."""
        self.should_exit = True
        if self._running is not None:
            await asyncio.gather(self._running, return_exceptions=True)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, so that a busy port is known before anything is polled.

    Raises:
        BusyPortError: the address is taken or not ours; the message says what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    line = socket.socket(family, socket.SOCK_STREAM)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        line.bind((host, port))
        line.listen(256)
    except OSError as error:
        line.close()
        raise BusyPortError(f"cannot serve on {host}:{port}: {error.strerror}; choose another [server] port") from error
    line.setblocking(False)
    return line
