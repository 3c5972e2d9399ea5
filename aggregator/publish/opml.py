"""OPML 2.0: the list of sources, for import into any reader (R-61)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aggregator.model import FeedStatus, File, Site, SourceCard
from aggregator.publish import links
from aggregator.publish.dates import rfc822
from aggregator.publish.markup import DECLARATION, element, empty, language, quoted


def render_opml(cards: Sequence[SourceCard], site: Site, changed_at: datetime) -> File:
    """``opml.xml``: every source that is configured, in a folder for its category; ``changed_at`` is aware and UTC."""
    listed = sorted((card for card in cards if card.status is not FeedStatus.REMOVED), key=lambda card: card.id)
    folders = sorted({card.category for card in listed} - {""})
    parts = [
        DECLARATION,
        '<opml version="2.0">\n<head>',
        element("title", f"Sources of {site.title}"),
        element("dateModified", rfc822(changed_at)),
        element("docs", "http://opml.org/spec2.opml"),
        "</head>\n<body>\n",
        *(_folder(name, [card for card in listed if card.category == name]) for name in folders),
        *(_outline(card) for card in listed if not card.category),
        "</body>\n</opml>\n",
    ]
    return File(path=links.OPML, body="".join(parts).encode(), changed_at=changed_at)


def _folder(name: str, cards: Sequence[SourceCard]) -> str:
    inside = "".join(_outline(card) for card in cards)
    return f'<outline text="{quoted(name)}" title="{quoted(name)}">\n{inside}</outline>\n' if inside else ""


def _outline(card: SourceCard) -> str:
    """One subscription; nothing for an address that is not on the web."""
    if not (address := links.web(card.url)):
        return ""
    attributes = {
        "text": card.title,
        "title": card.title,
        "type": "rss",
        "xmlUrl": address,
        "htmlUrl": links.web(card.site_url),
        "language": language(card.language),
        "category": ",".join(part.replace(",", " ") for part in (card.category, *card.tags) if part) or None,
    }
    return empty("outline", attributes) + "\n"
