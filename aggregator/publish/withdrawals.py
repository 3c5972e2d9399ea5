"""The feed of withdrawals: entries that their publishers took down, newest first. It tells that an entry is gone, not
what it said: nobody should publish anew by this feed what its publisher has withdrawn. For programs it says the same by
``at:deleted-entry`` (R-14), which stands here only: the entry itself stays published, marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from aggregator.model import Category, Edition, Founding, Item, Precision, PublicId, Republish, Site, Tombstone
from aggregator.model.presence import Signal
from aggregator.publish import links
from aggregator.publish.dates import civil_day
from aggregator.publish.edition import stem
from aggregator.publish.entry import WITHDRAWN, cut, line
from aggregator.publish.markup import quoted, text

PATH = "withdrawn"
LIMIT = 100
"""Withdrawals of the feed."""
LONGEST_TITLE = 300

_HOW = {
    Signal.PAGE_GONE: "It left its feed while older entries stayed there, and its page is gone.",
    Signal.DELETED_ENTRY: "Its feed says that it was deleted.",
    Signal.COMPLETE: "Its feed says that it lists all there is, and does not list it any more.",
}


def of_withdrawals(items: Sequence[Item], site: Site, founding: Founding) -> Edition:
    """The feed of withdrawals, ``withdrawn``, from withdrawn items in this order."""
    withdrawn = [(item, item.withdrawn_at) for item in items if item.withdrawn_at is not None]
    told = tuple(_told(item, at, founding) for item, at in withdrawn)
    return Edition(
        path=PATH,
        id=f"{stem(founding)}:{PATH}",
        title=f"{site.title}: withdrawn",
        subtitle="Entries that their publishers took down, newest first",
        language=site.language,
        updated=max((item.updated_at for item in told), default=founding.at),
        items=told,
        tombstones=tuple(
            Tombstone(public_id=item.public_id, seq=item.pub_seq, at=at, comment=_HOW[_signal(item)])
            for item, at in withdrawn
        ),
    )


def withdrawal_id(item: Item, at: datetime, founding: Founding) -> PublicId:
    """The id of one withdrawal for ever: an entry that returns and goes again is another one (R-01)."""
    name = sha256(item.public_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return PublicId(f"{stem(founding)}:{PATH}/{name}/{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def _told(item: Item, at: datetime, founding: Founding) -> Item:
    """A withdrawal in the form of an item, so that every format tells it."""
    title = item.title or "untitled entry"
    return replace(
        item,
        public_id=withdrawal_id(item, at, founding),
        source=replace(item.source, republish=Republish.FULL),
        title=cut(line(f"Withdrawn: {title}"), LONGEST_TITLE),
        content="".join(_body(item, at)),
        content_kind="html",
        base=None,
        summary=f"{item.source.title} has withdrawn “{cut(line(title), LONGEST_TITLE)}”.",
        categories=(Category(term=WITHDRAWN),),
        enclosures=(),
        members=(),
        published_at=at,
        precision=Precision.SECOND,
        updated_at=at,
        withdrawn_at=None,
    )


def _body(item: Item, at: datetime) -> Iterator[str]:
    shown = f"“{line(item.title) or 'untitled entry'}” of {line(item.source.title) or item.source.id}"
    first, last = (when.astimezone(UTC).date() for when in (item.first_seen_at, at))
    yield f"<p>{text(shown)} was first seen on {civil_day(first)}. {_HOW.get(_signal(item), '')}"
    yield f" Noticed on {civil_day(last)}.</p>"
    if address := links.web(item.url):
        yield f'<p>It stood at <a href="{quoted(address)}">{text(address)}</a>.</p>'


def _signal(item: Item) -> Signal:
    return Signal(item.withdrawn_by) if item.withdrawn_by else Signal.PAGE_GONE
