"""Door: the answer that `feeds add` got is that of the first poll, so that a subscription is one request (H-09).

A small file under the storage folder, used once and within the hour; whatever is wrong with it, the feed is asked.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from aggregator.model import Exchange, Request, Response
from aggregator.ports import Clock, Fetch

FOLDER = "first"
FRESH = timedelta(hours=1)
"""The floor of a feed: an older answer is not what its server says now."""


class FirstAnswers:
    """Implements `Fetch` over another one. Validators in a request show that it is not the first one."""

    def __init__(self, storage: Path, fetch: Fetch, clock: Clock) -> None:
        self._folder, self._fetch, self._clock = storage / FOLDER, fetch, clock

    async def __call__(self, request: Request) -> Exchange:
        """The kept answer of this address, once; else that of the server."""
        kept = None if request.validators is not None else self._take(request.url)
        return await self._fetch(request) if kept is None else kept

    def _take(self, url: str) -> Response | None:
        path = self._folder / name_of(url)
        try:
            text = path.read_text("utf-8")
            # Gone before it is used: it must never answer a second time.
            path.unlink()
            found = read(text)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        age = self._clock.now() - found.started_at
        return found if found.url == url and timedelta(0) <= age <= FRESH else None


def keep(storage: Path, answer: Response) -> None:
    """Keep an answer for the first poll of its address; a folder that cannot be written costs one request more."""
    folder = storage / FOLDER
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{name_of(answer.url)}.{os.getpid()}"
        draft.write_text(write(answer), "utf-8")
        draft.replace(folder / name_of(answer.url))


def discard(storage: Path, url: str) -> None:
    """Take away an answer that was kept and not used. Raises `OSError`."""
    (storage / FOLDER / name_of(url)).unlink(missing_ok=True)


def name_of(url: str) -> str:
    """The name of the file for an address."""
    return f"{sha256(url.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"


def write(answer: Response) -> str:
    """An answer as text; the way to the address is left out, as the feed is subscribed to at its end."""
    facts = {
        "url": answer.url,
        "status": answer.status,
        "headers": answer.headers,
        "body": b64encode(answer.body).decode(),
        "started_at": answer.started_at.isoformat(),
        "finished_at": answer.finished_at.isoformat(),
        "wire_bytes": answer.wire_bytes,
        "http_version": answer.http_version,
        "certificate_ends": answer.certificate_ends.isoformat() if answer.certificate_ends else None,
    }
    return json.dumps(facts)


def read(text: str) -> Response:
    """The way back from `write`. Raises `ValueError`, `KeyError` or `TypeError` for anything else."""
    facts = json.loads(text)
    ends = facts["certificate_ends"]
    return Response(
        url=str(facts["url"]),
        status=int(facts["status"]),
        headers=tuple((str(name), str(value)) for name, value in facts["headers"]),
        body=b64decode(facts["body"], validate=True),
        started_at=_instant(facts["started_at"]),
        finished_at=_instant(facts["finished_at"]),
        wire_bytes=int(facts["wire_bytes"]),
        http_version=str(facts["http_version"]),
        certificate_ends=None if ends is None else _instant(ends),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
