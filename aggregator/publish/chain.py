"""The RFC 5005 chain: documents that are sealed, and how each finds the one before it. Pure.

A sealed document is rendered once and kept (`Sealed`); what is published is made of the kept bytes. They change once,
when the next one is sealed (R-33), and where an entry is taken down (R-39). The addresses in the head follow the site
when it moves, as the chain would break otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from aggregator.model import ChainPlace, Edition, File, Listing, Sealed, Segment, Site
from aggregator.publish import links
from aggregator.publish.markup import empty, quoted

_ENTRIES = re.compile(rb"<(?:entry|item|at:deleted-entry)[ >]|</feed>|</channel>")


def archive_path(segment: Segment) -> str:
    """``archive/feed/2026-11/03``: where the documents of a segment are published, for ever (R-31)."""
    return f"archive/{segment.chain}/{segment.month}/{segment.part:02}"


def subscription(edition: Edition, listing: Listing) -> Edition:
    """The edition as the subscription document of its chain: it leads to the newest archive document (R-32).

    It is never older than what is sealed, as ``updated`` speaks for the whole chain (R-33).
    """
    standing = listing.standing
    previous = archive_path(standing.sealed) if standing.sealed else None
    updated = max(edition.updated, standing.updated_at or edition.updated).replace(microsecond=0)
    place = ChainPlace(current=edition.path, previous=previous)
    return replace(edition, updated=updated, place=place, tombstones=listing.tombstones)


def archive(edition: Edition, segment: Segment, previous: Segment | None, listing: Listing) -> Edition:
    """The archive document of a segment. ``edition`` is of the items in ``listing`` and bears the id of the feed."""
    place = ChainPlace(current=edition.path, previous=archive_path(previous) if previous else None, archived=True)
    updated = segment.updated_at.replace(microsecond=0)
    path = archive_path(segment)
    formats = ("atom", "rss")
    return replace(edition, path=path, updated=updated, place=place, tombstones=listing.tombstones, formats=formats)


def archived(edition: Edition) -> bool:
    """Whether this is an archive document."""
    return edition.place is not None and edition.place.archived


def chain_links(edition: Edition, site: Site, ending: str) -> Iterator[tuple[str, str]]:
    """Relation and address of the links of a chain (RFC 5005, 4)."""
    if (place := edition.place) is None:
        return
    if place.archived:
        yield "current", links.ours(site, f"{place.current}.{ending}")
    if place.previous:
        yield "prev-archive", links.ours(site, f"{place.previous}.{ending}")


def published(sealed: Sealed, segment: Segment, following: Segment | None, site: Site) -> tuple[File, File]:
    """Both documents of a segment as they are published now: with a link to the next one, once that is sealed."""
    at = following.sealed_at if following else segment.sealed_at
    path = archive_path(segment)
    bodies = {"atom": sealed.atom, "rss": sealed.rss}
    atom, rss = (
        File(path=f"{path}.{ending}", body=_now(body, ending, sealed, following, site), changed_at=at)
        for ending, body in bodies.items()
    )
    return atom, rss


def _now(body: bytes, ending: str, sealed: Sealed, following: Segment | None, site: Site) -> bytes:
    start = found.start() if (found := _ENTRIES.search(body)) else len(body)
    head, rest = body[:start], body[start:]
    if following:
        href = links.ours(replace(site, url=sealed.site_url), f"{archive_path(following)}.{ending}")
        name = "link" if ending == "atom" else "atom:link"
        link = empty(name, {"rel": "next-archive", "href": href, "type": links.TYPES[ending]})
        head = head.replace(b"<fh:archive/>", f"{link}<fh:archive/>".encode(), 1)
    if sealed.site_url != site.url:
        head = head.replace(quoted(sealed.site_url).encode(), quoted(site.url).encode())
    return head + rest
