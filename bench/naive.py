"""What one writes first: httpx, feedparser and sqlite-utils in a loop, with conditional requests. A peer, not a floor:
it parses everything again at each change, knows no duplicates and keeps no versions.

``python -m bench.naive URLS DATABASE`` polls every address of the file once.
"""

from __future__ import annotations

import asyncio
import io
import sys
from pathlib import Path
from typing import Any

import feedparser
import httpx
from sqlite_utils import Database

AT_ONCE = 16


def main(argv: list[str]) -> None:
    """Poll once."""
    database: Any = Database(argv[1])
    database["feeds"].create({"url": str, "etag": str, "modified": str}, pk="url", if_not_exists=True)
    asyncio.run(_poll(Path(argv[0]).read_text(encoding="utf-8").split(), database))
    database.close()


async def _poll(urls: list[str], database: Any) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    known = {row["url"]: row for row in database["feeds"].rows}
    async with httpx.AsyncClient(timeout=30) as client:

        async def one(url: str) -> None:
            async with gate:
                before = known.get(url, {})
                asked = {"If-None-Match": before.get("etag"), "If-Modified-Since": before.get("modified")}
                answer = await client.get(url, headers={name: value for name, value in asked.items() if value})
            if answer.status_code != httpx.codes.NOT_MODIFIED:
                _store(url, answer, database)

        await asyncio.gather(*map(one, urls))


def _store(url: str, answer: httpx.Response, database: Any) -> None:
    told = feedparser.parse(io.BytesIO(answer.content))
    rows = [
        {
            "id": f"{url} {entry.get('id') or entry.get('link')}",
            "title": entry.get("title"),
            "link": entry.get("link"),
            "published": entry.get("published"),
            "summary": entry.get("summary"),
            "content": "".join(part["value"] for part in entry.get("content", ())),
        }
        for entry in told.entries
    ]
    database["entries"].upsert_all(rows, pk="id")
    headers = answer.headers
    row = {"url": url, "etag": headers.get("etag"), "modified": headers.get("last-modified")}
    database["feeds"].upsert(row, pk="url")


if __name__ == "__main__":
    main(sys.argv[1:])
