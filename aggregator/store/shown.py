"""Rows to what is published of them, without the nouns in between: publishing reads entries by the thousand. Pure.

What comes out is what `showing` makes of the whole nouns (`tests/store/test_shown.py`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from aggregator.model import (
    Category,
    Enclosure,
    FeedProfile,
    Item,
    Member,
    OriginalSource,
    Person,
    Precision,
    Source,
    SourceCard,
)
from aggregator.store.nouns import noun
from aggregator.store.sealed import lasting
from aggregator.store.showing import card_of_profile
from aggregator.store.values import Row, instant, whole_second


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What is published of an entry's ``details``; the rest is passed over."""

    authors: tuple[Person, ...] = ()
    categories: tuple[Category, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    rights: str | None = None
    source: OriginalSource | None = None
    title_basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Details:
    """The column ``details`` of ``revisions``."""

    entry: _Words


_DETAILS = msgspec.json.Decoder(_Details, strict=False)


def item_of(row: Row, source: SourceCard, members: Sequence[Member]) -> Item:
    """An entry as it is shown now: a row of ``entries`` with that of its displayed version."""
    words = _DETAILS.decode(row["details"]).entry
    same = ("public_id", "title", "url", "base", "content", "content_kind", "summary", "language", "withdrawn_by")
    return Item(
        entry_id=row["id"],
        pub_seq=row["pub_seq"] or 0,
        source=source,
        **{name: row[name] for name in same},
        authors=words.authors,
        categories=words.categories,
        enclosures=words.enclosures,
        rights=words.rights,
        original=words.source,
        published_at=whole_second(instant(row["published_at"])),
        precision=Precision(row["published_precision"]),
        published_basis=row["published_basis"],
        updated_at=whole_second(instant(row["updated_at"])),
        first_seen_at=whole_second(instant(row["first_seen_at"])),
        revision=row["number"],
        revisions=row["current"],
        members=tuple(members),
        title_basis=words.title_basis,
        withdrawn_at=None if row["withdrawn_at"] is None else whole_second(instant(row["withdrawn_at"])),
    )


def member_of(row: Row) -> Member:
    """A copy of an item, from its row with the title of its source."""
    at = whole_second(instant(row["published_at"]))
    return Member(title=row["title"], url=row["url"], source_title=row["source_title"], published_at=at)


@lru_cache(maxsize=1024)
def lasting_card(source: str, tag: str, profile: str | None) -> SourceCard:
    """The card of a source as its entries are published with it, from what its row says of it."""
    learned = noun(FeedProfile, json.loads(profile)) if profile else FeedProfile()
    return lasting(card_of_profile(noun(Source, json.loads(source)), tag, learned))
