"""The floor: the least that plain Python can do with the same bytes. Fetch, hash, split, insert; no understanding.

One process, one thread, one connection a feed, standard library only. No parsing to fields, no sanitising, no
duplicates, no politeness. It is the measure by which a run is judged, taken on the same machine minutes apart.
"""

from __future__ import annotations

import http.client
import re
import sqlite3
import sys
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

ENTRY = re.compile(rb"<(item|entry)[ >].*?</\1>", re.DOTALL)
OK, NOT_MODIFIED = 200, 304


def main(argv: list[str]) -> None:
    """``python -m bench.floor URLS DATABASE``: poll every address of the file once, and say what came of it."""
    urls = Path(argv[0]).read_text(encoding="utf-8").split()
    database = sqlite3.connect(argv[1])
    database.execute("pragma journal_mode=wal")
    database.execute("create table if not exists feeds(url text primary key, etag text, modified text, hash blob)")
    database.execute("create table if not exists entries(feed text, hash blob, body blob, primary key(feed, hash))")
    before = _count(database)
    for url in urls:
        with database:
            poll(database, url)
    print(_count(database) - before)


def poll(database: sqlite3.Connection, url: str) -> None:
    """One feed: nothing on 304 or on the same bytes, else a row for each entry not stored yet."""
    known = database.execute("select etag, modified, hash from feeds where url = ?", (url,)).fetchone()
    etag, modified, old = known or (None, None, None)
    asked = {"If-None-Match": etag, "If-Modified-Since": modified}
    status, head, body = fetch(url, {name: value for name, value in asked.items() if value})
    if status == NOT_MODIFIED:
        return
    if status != OK:
        raise SystemExit(f"{url} answered {status}")
    digest = sha256(body).digest()
    row = (url, head.get("ETag"), head.get("Last-Modified"), digest)
    database.execute("insert or replace into feeds values (?, ?, ?, ?)", row)
    if digest == old:
        return
    entries = (match.group() for match in ENTRY.finditer(body))
    rows = [(url, sha256(entry).digest(), entry) for entry in entries]
    database.executemany("insert or ignore into entries values (?, ?, ?)", rows)


def fetch(url: str, headers: dict[str, str]) -> tuple[int, http.client.HTTPMessage, bytes]:
    """One GET on a connection of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("GET", parts.path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def _count(database: sqlite3.Connection) -> int:
    count: int = database.execute("select count(*) from entries").fetchone()[0]
    return count


if __name__ == "__main__":
    main(sys.argv[1:])
