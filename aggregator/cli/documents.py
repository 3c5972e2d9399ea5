"""A document as ``parse --json`` promises it: dates ``YYYY-MM-DDTHH:MM:SSZ`` or null, lists never null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aggregator.cli.show import stamp
from aggregator.model import Document, Entry


def document_json(document: Document) -> dict[str, Any]:
    """``{"feed": …, "entries": […], "problems": […]}``."""
    feed = document.feed
    return {
        "feed": {
            "version": document.version,
            "encoding": document.encoding,
            "id": feed.raw_id,
            "title": feed.title,
            "subtitle": feed.subtitle,
            "link": feed.site_url,
            "language": feed.language,
            "rights": feed.rights,
            "icon": feed.icon,
            "authors": list(feed.authors),
            "hubs": list(feed.hubs),
            "partial": document.partial,
        },
        "entries": [entry_json(entry) for entry in document.entries],
        "problems": [{"kind": p.kind, "detail": p.detail, "entry": p.position} for p in document.problems],
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """One entry with the promised keys, and the provenance of its date."""
    return {
        "id": entry.raw_id,
        "title": entry.title,
        "link": entry.url,
        "authors": [person.name for person in entry.authors],
        "published": stamp(entry.published.instant),
        "updated": stamp(entry.updated.instant) if entry.updated else None,
        "summary": entry.summary,
        "content": entry.content,
        "categories": [category.term for category in entry.categories],
        "enclosures": [{"url": e.url, "type": e.type, "length": e.length} for e in entry.enclosures],
        "language": entry.language,
        "date": {
            "raw": entry.published.raw,
            "element": entry.published.element,
            "zone": str(entry.published.zone),
            "precision": str(entry.published.precision),
            "status": str(entry.published.status),
        },
    }


def document_text(document: Document, fates: Mapping[int, str] | None = None) -> list[str]:
    """The same for people, a line an entry; ``fates`` says by position what would become of each."""
    feed = document.feed
    lines = [
        f"{feed.title or 'untitled feed'} ({document.version}, {document.encoding}, {len(document.entries)} entries)"
    ]
    lines += [f"  {problem.kind}: {problem.detail}" for problem in document.problems]
    for entry in document.entries:
        when = stamp(entry.published.instant) or f"no date ({entry.published.status})"
        fate = f"{fates.get(entry.position, ''):<10} " if fates else ""
        lines.append(f"  {fate}{when:<20}  {entry.title or '(no title)'}")
        if entry.url:
            lines.append(f"  {' ' * len(fate)}{'':<20}  {entry.url}")
    return lines
