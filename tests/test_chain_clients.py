"""Clients of the published feeds, over the real web application on loopback (T-04): one that knows RFC 5005 holds
everything from whichever past state it starts, one that does not sees nothing twice. They share no code with us."""

from __future__ import annotations

import asyncio
import copy
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
import uvicorn
from lxml import etree

from aggregator.model import Site
from aggregator.web import Health, create_app
from tests.year import Home, days, open_memory

NS = {
    "a": "http://www.w3.org/2005/Atom",
    "fh": "http://purl.org/syndication/history/1.0",
    "at": "http://purl.org/atompub/tombstones/1.0",
}
READY = Health(ready=True, alive=True, text="ready", details={})
EVERY = 12
"""Days between two publishes."""
LAST = 110


@dataclass(slots=True)
class Entry:
    """What a client keeps of an entry: the latest ``updated`` and its words."""

    updated: str
    title: str


@dataclass(slots=True)
class Historian:
    """A client by RFC 5005, section 4.2: takes the subscription document, then every archive document it has not taken
    yet, back to the first known one; of an entry that comes twice the later ``updated`` counts."""

    http: httpx.Client
    address: str
    entries: dict[str, Entry] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def look(self) -> int:
        """Bring itself up to date; returns how many documents it took."""
        documents = [self._get(self.address)]
        href = self._link(documents[0], "prev-archive", self.address)
        while href and href not in self.taken:
            document = self._get(href)
            assert document.find("fh:archive", NS) is not None
            self.taken.add(href)
            documents.append(document)
            href = self._link(document, "prev-archive", href)
        for document in reversed(documents):
            self._merge(document)
        return len(documents)

    def _merge(self, document: Any) -> None:
        for one in document.iterfind("a:entry", NS):
            found = Entry(one.findtext("a:updated", "", NS), one.findtext("a:title", "", NS))
            known = self.entries.get(one.findtext("a:id", "", NS))
            if known is None or known.updated < found.updated:
                self.entries[one.findtext("a:id", "", NS)] = found

    def _get(self, href: str) -> Any:
        answer = self.http.get(href)
        assert answer.status_code == 200, href
        return etree.fromstring(answer.content)

    def _link(self, document: Any, rel: str, base: str) -> str | None:
        found = document.find(f"a:link[@rel='{rel}']", NS)
        return None if found is None else urljoin(base, found.get("href"))

    def copy(self) -> Historian:
        """The same client, forgotten on a shelf at this moment."""
        return Historian(self.http, self.address, copy.deepcopy(self.entries), set(self.taken))


@dataclass(slots=True)
class Reader:
    """A plain reader: looks at the one document, shows what is new or was updated, and keeps the ids it saw there
    last and nothing else."""

    http: httpx.Client
    address: str
    last: dict[str, str] = field(default_factory=dict)
    shown: list[tuple[str, str]] = field(default_factory=list)

    def look(self) -> None:
        """Show what the last document did not hold."""
        document = etree.fromstring(self.http.get(self.address).content)
        listed = [
            (one.findtext("a:id", "", NS), one.findtext("a:updated", "", NS))
            for one in document.iterfind("a:entry", NS)
        ]
        assert len({name for name, _ in listed}) == len(listed), "one id stands twice in a document (R-13)"
        self.shown += [(name, at) for name, at in listed if self.last.get(name) != at]
        self.last = dict(listed)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Home, httpx.Client, str]]:
    """An archive whose published folder is served on loopback under the address that its links name."""
    line = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{line.getsockname()[1]}/"
    place = Home(tmp_path, opening=open_memory, site=Site(title="Vale news", url=address))
    app = create_app(place.output.root, lambda: READY, place.site, limit=None)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", access_log=False))
    thread = Thread(target=lambda: asyncio.run(server.serve(sockets=[line])))
    thread.start()
    with httpx.Client() as http:
        yield place, http, address
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("feed", ["feed.atom", "feeds/ashmere.atom", "feeds/bramford.atom"])
def test_from_any_past_state_a_client_reaches_the_same_set(home: tuple[Home, httpx.Client, str], feed: str) -> None:
    """T-04, R-32, R-34, R-35: history that was brought in meanwhile is found, too, and the latest words are kept."""
    place, http, address = home
    steady, shelf = Historian(http, address + feed), []
    for number, _ in enumerate(days(place, last=LAST)):
        if number % EVERY == 0:
            place.publish()
            steady.look()
            shelf.append(steady.copy())
    place.publish()
    fresh = Historian(http, address + feed)
    assert fresh.look() > 5
    chain = feed.removesuffix(".atom")
    events = [one for one in place.store.chains.events(0, 100_000) if chain in ("feed", f"feeds/{one.feed_id}")]
    published = {place.store.catalogue.entry(str(one.entry_id)).public_id for one in events}
    assert fresh.entries.keys() == published
    for client in (steady, *shelf):
        assert client.look() <= fresh.look() + len(fresh.taken)
        assert client.entries == fresh.entries


def test_a_plain_reader_sees_nothing_twice(home: tuple[Home, httpx.Client, str]) -> None:
    """T-04, R-15, R-35: no entry comes back under its old date, and nothing of the past is shown."""
    place, http, address = home
    reader = Reader(http, address + "feed.atom")
    for number, _ in enumerate(days(place, last=LAST)):
        if number % 2 == 0:
            place.publish()
            reader.look()
    assert len(reader.shown) == len(set(reader.shown)) > 200
    told = {place.store.catalogue.entry(str(one.entry_id)).public_id for one in place.store.chains.events(0, 100_000)
            if one.kind == "live"}  # fmt: skip
    assert {name for name, _ in reader.shown} <= told


def test_caches_are_told_what_lasts(home: tuple[Home, httpx.Client, str]) -> None:
    """R-43, R-45: a sealed document is kept for ever once its successor is there; the links stand in the head, too."""
    place, http, address = home
    for _ in days(place, last=60):
        pass
    place.publish()
    first = http.get(address + "feed.atom")
    newest = first.links["prev-archive"]["url"]
    assert first.headers["cache-control"] == "public, max-age=900, stale-if-error=86400"
    answer = http.get(newest)
    assert answer.headers["cache-control"].startswith("public, max-age=3600")
    assert "next-archive" not in answer.links
    before = http.get(answer.links["prev-archive"]["url"])
    assert before.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert before.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert before.links["next-archive"]["url"] == newest
    assert before.links["current"]["url"] == address + "feed.atom"
    assert before.links["self"]["url"] == str(before.url)
    again = http.get(str(before.url), headers={"If-None-Match": before.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, before.headers["cache-control"])
    assert "immutable" not in http.get(address + "feed.json").headers["cache-control"]
