"""The invariant of the chain, for every publish in every test: what a subscription document and all sealed documents
hold together is everything that was ever published (R-32). Reads the published files as a client would."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from aggregator.model import EntryId, EventKind, Site
from aggregator.ports import Chains

ATOM = "{http://www.w3.org/2005/Atom}"
ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"
DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
MOST = 300
"""Some readers look at so many entries (R-15)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One document: ids with their ``updated``, tombstones, links by relation."""

    id: str
    updated: str
    entries: dict[str, str]
    gone: frozenset[str]
    links: dict[str, str]
    archive: bool


def read(path: Path) -> Found:
    """A published Atom document; an id that stands twice is refused (R-13)."""
    feed = etree.fromstring(path.read_bytes())
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)), f"{path.name} lists an id twice"
    return Found(
        id=feed.findtext(f"{ATOM}id") or "",
        updated=feed.findtext(f"{ATOM}updated") or "",
        entries={
            entry.findtext(f"{ATOM}id") or "": entry.findtext(f"{ATOM}updated") or ""
            for entry in feed.findall(f"{ATOM}entry")
        },
        gone=frozenset(one.get("ref") or "" for one in feed.findall(DELETED)),
        links={one.get("rel") or "alternate": one.get("href") or "" for one in feed.findall(f"{ATOM}link")},
        archive=feed.find(ARCHIVE) is not None,
    )


def assert_whole(chains: Chains, public: Path, site: Site, seq: int) -> None:
    """Every chain holds every entry published up to journal row ``seq``, and nothing that never was."""
    events = chains.events(0, 1_000_000)
    for chain in chains.chains():
        own = [one for one in events if chain in ("feed", f"feeds/{one.feed_id}")]
        if not own or not (public / f"{chain}.atom").exists():
            continue
        latest, names = {one.entry_id: one for one in own}, public_ids(chain, chains)
        subscription, sealed = read(public / f"{chain}.atom"), walk(chain, public, site)
        held = set(subscription.entries).union(*(document.entries for document in sealed))
        wanted = {one.entry_id for one in latest.values() if one.kind is not EventKind.TOMBSTONE and one.seq <= seq}
        lost = {names[entry] for entry in wanted} - held
        assert not lost, f"{chain}: in no document: {lost}"
        assert held <= set(names.values()), f"{chain}: something is published that is no event"
        opened = {one.entry_id for one in own if one.seq >= chains.standing(chain).open_from} & wanted
        assert {names[entry] for entry in opened} <= set(subscription.entries), f"{chain}: the open segment has a hole"
        assert len(subscription.entries) <= MOST
        for document in sealed:
            assert document.id == subscription.id
            assert document.updated <= subscription.updated


def public_ids(chain: str, chains: Chains) -> dict[EntryId, str]:
    """The id of every entry of a chain."""
    listings = [chains.listing(chain)]
    listings += [chains.contents(segment) for segment in chains.segments(chain, 0, 1_000_000)]
    return {item.entry_id: item.public_id for listing in listings for item in listing.items}


def walk(chain: str, public: Path, site: Site) -> list[Found]:
    """The sealed documents of a chain, newest first, by their links; each must lead to the one it came from (R-33)."""
    documents: list[Found] = []
    current = read(public / f"{chain}.atom")
    assert not current.archive
    came, link = "", current.links.get("prev-archive")
    while link:
        assert link.startswith(site.url)
        found = read(public / unquote(link.removeprefix(site.url)))
        assert found.archive
        assert found.links["self"] == link
        assert found.links["current"] == f"{site.url}{chain}.atom"
        assert found.links.get("next-archive", "") == came
        assert not {"first", "last", "next", "previous"} & set(found.links), "R-37: no mixing of types"
        assert max(found.entries.values(), default="") <= found.updated
        documents.append(found)
        came, link = link, found.links.get("prev-archive")
    return documents
