"""The walk of publishing: what the journal says changed is rendered, and written where its bytes differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aggregator.model import Edition, FeedStatus, File, Selection, Site, SourceCard, Touched
from aggregator.normalise.html import SANITISER_VERSION, clean_html
from aggregator.pipeline.edits import TELLING, edits_edition
from aggregator.pipeline.politeness import host_scores
from aggregator.ports import Archive, Output
from aggregator.publish.edition import CATEGORY_LIMIT, LIMIT, SOURCE_LIMIT, combined, of_category, of_feed
from aggregator.publish.heads import render_heads
from aggregator.publish.manners import render_manners
from aggregator.publish.press import Press
from aggregator.publish.render import render, render_site, rendering
from aggregator.version import __version__

LEDGER = timedelta(days=7)
"""So many whole days the page on our politeness tells of."""
BATCH = 40
"""Editions rendered before their files are written: bounds memory when everything is rebuilt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishReport:
    """``written`` are paths under ``public/``, ``editions`` how many feeds were rendered, ``seq`` up to which row."""

    seq: int
    editions: int
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What the output remembers of the last run: the way of rendering, what the front page told of the feeds, and the
    end of the politeness ledger."""

    way: str
    front: str
    ledger: str

    @classmethod
    def read(cls, remembered: str) -> _Mark:
        way, front, ledger, *_ = (*remembered.split("+"), "", "", "")
        return cls(way=way, front=front, ledger=ledger)

    def __str__(self) -> str:
        return f"{self.way}+{self.front}+{self.ledger}"


def publish(archive: Archive, output: Output, site: Site, agent: str, *, rebuild: bool = False) -> PublishReport:
    """Render what changed since the last time, or everything when asked or when the way of rendering changed.

    Same state, same bytes: nothing in a file depends on when it is rendered.

    Raises:
        StoreError: a file could not be written; the files of the last good run are still whole.
    """
    press = Press(site=site, clean=clean_html, version=__version__, agent=agent)
    since, remembered = output.published()
    ledger = _ledger(archive)
    front = _front(archive.cards_mark())
    before, now = _Mark.read(remembered), _Mark(way=_way(press), front=front, ledger=f"{ledger:%Y-%m-%d}")
    everything = rebuild or before.way != now.way
    touched = archive.touched(0 if everything else since)
    if not everything and touched.seq == since and before == now:
        return PublishReport(seq=since, editions=0, written=())
    due = ledger if everything or before.ledger != now.ledger else None
    return _Run(archive, output, press, archive.cards(), touched, everything).finish(str(now), due)


class _Run:
    """One run of publishing, over one look at the archive."""

    def __init__(
        self,
        archive: Archive,
        output: Output,
        press: Press,
        cards: tuple[SourceCard, ...],
        touched: Touched,
        everything: bool,
    ) -> None:
        self._archive, self._output, self._press = archive, output, press
        self._cards, self._touched, self._everything = cards, touched, everything
        self._founding = archive.founding()

    def finish(self, mark: str, ledger: datetime | None) -> PublishReport:
        """Write what is to be written, the combined feed last, and remember how far it goes. ``ledger`` is the end of
        the politeness ledger, where it is to be told anew."""
        written: list[str] = []
        count = 1
        for batch in _batches(self._parts()):
            count += len(batch)
            written += self._output.write(render(batch, self._cards, self._press))
        whole = combined(self._archive.items(Selection(limit=LIMIT)), self._press.site, self._founding)
        changed_at = self._touched.at or self._founding.at
        files = (*render([whole], self._cards, self._press), *render_site(whole, self._cards, self._press, changed_at))
        heads = render_heads(self._archive.heads(), changed_at)
        written += self._output.write((*files, heads, *self._edits(), *self._manners(ledger)))
        # A category that no feed is in any more is not published any more; a removed feed's file stays.
        keep = [f"category/{name}" for name in sorted(_categories(self._cards))]
        written += self._output.remove_except("category", keep)
        self._output.remember(self._touched.seq, mark)
        return PublishReport(seq=self._touched.seq, editions=count, written=tuple(written))

    def _edits(self) -> tuple[File, ...]:
        """The feed of edits, where one came or its sources changed."""
        if not (self._everything or self._touched.kinds & TELLING):
            return ()
        return render([edits_edition(self._archive, self._press.site, self._founding)], (), self._press)

    def _manners(self, until: datetime | None) -> tuple[File, ...]:
        """The last whole days, so that these pages change once a day, and a week of polls is read as rarely."""
        if until is None:
            return ()
        since = until - LEDGER
        return render_manners(host_scores(self._archive.traces(since, until)), since, until, self._press)

    def _parts(self) -> Iterator[Edition]:
        """The categories and sources that changed."""
        site, founding, touched = self._press.site, self._founding, self._touched
        for name in sorted(_categories(self._cards)):
            if self._everything or name in touched.categories:
                items = self._archive.items(Selection(limit=CATEGORY_LIMIT, category=name))
                yield of_category(name, items, site, founding)
        for card in self._cards:
            if self._everything or card.id in touched.feeds:
                items = self._archive.items(Selection(limit=SOURCE_LIMIT, feed=card.id))
                yield of_feed(card, items, site, founding)


def _way(press: Press) -> str:
    """Changes whenever the same items would be rendered to other bytes."""
    return hashlib.sha256(f"{rendering(press)} {SANITISER_VERSION}".encode()).hexdigest()


def _front(cards: str) -> str:
    """Changes whenever the front page would tell something else of the feeds; the journal does not hold that."""
    return hashlib.sha256(cards.encode()).hexdigest()


def _ledger(archive: Archive) -> datetime:
    """The midnight (UTC) before the latest poll."""
    last = archive.last_poll() or archive.founding().at
    return last.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _categories(cards: tuple[SourceCard, ...]) -> set[str]:
    return {card.category for card in cards if card.category and card.status is not FeedStatus.REMOVED}


def _batches(editions: Iterator[Edition]) -> Iterator[list[Edition]]:
    batch: list[Edition] = []
    for edition in editions:
        batch.append(edition)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
