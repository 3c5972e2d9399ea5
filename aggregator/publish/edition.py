"""Which items make up a published feed, under which id, in which order: by publish number, newest first (R-02)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from aggregator.model import Edition, Founding, Item, Site, SourceCard

LIMIT = 300
"""Most items of a subscription document: some readers look no further (R-15)."""
CATEGORY_LIMIT = 100
"""Fewer for a part of it: a poll renders the feeds it touched anew."""


def combined(items: Sequence[Item], site: Site, founding: Founding) -> Edition:
    """The one feed of all sources, ``feed``."""
    chosen = newest(items)
    return Edition(
        path="feed",
        id=f"{stem(founding)}:feed",
        title=site.title,
        subtitle="Every source in one feed, newest first",
        language=site.language,
        updated=_updated(chosen, founding),
        items=chosen,
    )


def of_feed(card: SourceCard, items: Sequence[Item], site: Site, founding: Founding) -> Edition:
    """The feed of one source, ``feeds/{id}``.

    Its id is made from the permanent uuid of the feed, which ends its tag; it differs from the id of the source's own
    feed, as this is another document.
    """
    chosen = newest(items)
    return Edition(
        path=f"feeds/{card.id}",
        id=f"{stem(founding)}:feeds/{quote(card.tag.rpartition(':')[2], safe='')}",
        title=card.title,
        subtitle=f"Entries of {card.title}, kept by {site.title}",
        language=card.language or site.language,
        updated=_updated(chosen, founding),
        items=chosen,
    )


def of_category(name: str, items: Sequence[Item], site: Site, founding: Founding) -> Edition:
    """The feed of one category, ``category/{name}``."""
    chosen = newest(items)
    return Edition(
        path=f"category/{name}",
        id=f"{stem(founding)}:category/{quote(name, safe='')}",
        title=f"{site.title}: {name}",
        subtitle=f"Every source of the category “{name}”, newest first",
        language=site.language,
        updated=_updated(chosen, founding),
        items=chosen,
    )


def newest(items: Sequence[Item], limit: int = LIMIT) -> tuple[Item, ...]:
    """The items with the highest publish numbers, highest first, each public id once (R-02, R-13, R-15)."""
    chosen: dict[str, Item] = {}
    for item in sorted(items, key=lambda item: item.pub_seq, reverse=True):
        chosen.setdefault(item.public_id, item)
        if len(chosen) == limit:
            break
    return tuple(chosen.values())


def _updated(items: Sequence[Item], founding: Founding) -> datetime:
    """The latest change inside, UTC; the founding where there is nothing. Never the time of rendering (R-10)."""
    return max((item.updated_at for item in items), default=founding.at)


def stem(founding: Founding) -> str:
    """The authority of our tag URIs: host and UTC day of the founding, for ever (RFC 4151)."""
    return f"tag:{founding.authority},{founding.at.astimezone(UTC):%Y-%m-%d}"
