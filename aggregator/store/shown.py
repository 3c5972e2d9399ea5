"""Rows to what is published of them, without the nouns in between: publishing reads entries by the thousand. Pure.

What comes out is what `showing` makes of the whole nouns (`tests/store/test_shown.py`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

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
from aggregator.store.values import Row, second_of


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
_PRECISIONS = {each.value: each for each in Precision}


COLUMNS = (
    "entries.id, entries.feed_id, public_id, coalesce(pub_seq, 0), revisions.title, revisions.url, base, content,"
    " content_kind, summary, revisions.language, published_at, published_precision, published_basis, updated_at,"
    " first_seen_at, number, current, withdrawn_at, withdrawn_by, details"
)
"""What `item_of` takes, in this order: of ``entries`` and of the displayed version of each in ``revisions``."""


def item_of(row: Sequence[Any], source: SourceCard, members: Sequence[Member]) -> Item:
    """An entry as it is shown now, from a row of `COLUMNS`."""
    number, _, public_id, pub_seq, title, url, base, content, kind, summary, language, *others = row
    published, precision, basis, updated, first_seen, version, current, withdrawn_at, withdrawn_by, details = others
    words = _DETAILS.decode(details).entry
    return Item(
        entry_id=number,
        public_id=public_id,
        pub_seq=pub_seq,
        source=source,
        title=title,
        url=url,
        base=base,
        content=content,
        content_kind=kind,
        summary=summary,
        authors=words.authors,
        categories=words.categories,
        enclosures=words.enclosures,
        language=language,
        rights=words.rights,
        original=words.source,
        published_at=second_of(published),
        precision=_PRECISIONS[precision],
        published_basis=basis,
        updated_at=second_of(updated),
        first_seen_at=second_of(first_seen),
        revision=version,
        revisions=current,
        members=tuple(members),
        title_basis=words.title_basis,
        withdrawn_at=None if withdrawn_at is None else second_of(withdrawn_at),
        withdrawn_by=withdrawn_by,
    )


def member_of(row: Row) -> Member:
    """A copy of an item, from its row with the title of its source."""
    at = second_of(row["published_at"])
    return Member(title=row["title"], url=row["url"], source_title=row["source_title"], published_at=at)


@lru_cache(maxsize=1024)
def lasting_card(source: str, tag: str, profile: str | None) -> SourceCard:
    """The card of a source as its entries are published with it, from what its row says of it."""
    learned = noun(FeedProfile, json.loads(profile)) if profile else FeedProfile()
    return lasting(card_of_profile(noun(Source, json.loads(source)), tag, learned))
