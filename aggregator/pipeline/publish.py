"""The walk of publishing: what the journal says changed is rendered, and written where its bytes differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from aggregator.model import Edition, FeedId, FeedStatus, File, Item, Listing, Selection, Site, SourceCard, Touched
from aggregator.normalise.html import SANITISER_VERSION, clean_html
from aggregator.normalise.text import paragraphs
from aggregator.pipeline import edits, withdrawals
from aggregator.pipeline.binding import Bindery, Extent, Head
from aggregator.pipeline.keeping import Keeping
from aggregator.pipeline.months import MonthPages
from aggregator.pipeline.politeness import host_scores
from aggregator.pipeline.removal import Removal
from aggregator.ports import Archive, Library, Output
from aggregator.publish.chain import subscription
from aggregator.publish.edition import CATEGORY_LIMIT, combined, of_category, of_feed
from aggregator.publish.heads import render_heads
from aggregator.publish.manners import render_manners
from aggregator.publish.press import Press
from aggregator.publish.render import render, render_site, rendering
from aggregator.publish.taken_down import render_taken_down
from aggregator.version import __version__

LEDGER = timedelta(days=7)
"""So many whole days the page on our politeness tells of."""
BATCH = 160
"""Files rendered before they are written: bounds memory when everything is rebuilt."""


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


def publish(library: Library, output: Output, site: Site, agent: str, *, rebuild: bool = False) -> PublishReport:
    """Render what changed since the last time, or everything when asked or when the way of rendering changed.

    Same state, same bytes: nothing in a file depends on when it is rendered.

    Raises:
        StoreError: a file could not be written; the files of the last good run are still whole.
    """
    archive, press = (
        library.archive,
        Press(site=site, clean=clean_html, paragraphs=paragraphs, version=__version__, agent=agent),
    )
    since, remembered = output.published()
    ledger = _ledger(archive)
    front = _front(archive.cards_mark())
    before, now = _Mark.read(remembered), _Mark(way=_way(press), front=front, ledger=f"{ledger:%Y-%m-%d}")
    everything = rebuild or before.way != now.way
    touched = archive.touched(0 if everything else since)
    if not everything and touched.seq == since and before == now:
        return PublishReport(seq=since, editions=0, written=())
    due = ledger if everything or before.ledger != now.ledger else None
    extent = Extent(since=since, missing=everything, every=rebuild)
    return _Run(library, output, press, extent, archive.cards(), touched).finish(str(now), due)


class _Run:
    """One run of publishing, over one look at the archive."""

    def __init__(
        self,
        library: Library,
        output: Output,
        press: Press,
        extent: Extent,
        cards: tuple[SourceCard, ...],
        touched: Touched,
    ) -> None:
        self._archive, self._chains, self._output, self._press = library.archive, library.chains, output, press
        self._cards, self._touched, self._everything = cards, touched, extent.missing
        self._founding = library.archive.founding()
        self._shelves = library.shelves
        self._bindery = Bindery(library.chains, output, press, extent)
        self._changed_at = touched.at or self._founding.at
        self._keeping = Keeping(None if extent.missing else output, press)
        self._months = MonthPages(library.shelves, press, self._founding, cards, self._changed_at, self._keeping)
        if not extent.missing:
            self._months.only(extent.since, touched.seq)
        self._due: list[File] = []
        self._whole: set[FeedId] = set()
        self._written: list[str] = []
        self._removal = Removal.of(library, every=extent.missing)

    def finish(self, mark: str, ledger: datetime | None) -> PublishReport:
        """Write what is to be written, the combined feed after its parts, and remember how far it goes. ``ledger`` is
        the end of the politeness ledger, where it is to be told anew."""
        count = 1 + self._write_parts()
        whole = self._chained("feed", self._combined)
        at = self._changed_at
        self._put(render([whole], self._cards, self._press))
        self._put(render_site(whole, self._cards, self._press, at))
        self._put((render_heads(self._archive.heads(), at), *self._chronicle(), *self._manners(ledger)))
        self._put([render_taken_down(each, self._press) for each in self._removal.told])
        self._flush()
        # Where everything is rendered, months are many: what is new goes first, but for what is at hand with it.
        later = (card for card in self._cards if self._months.everything and card.id not in self._whole)
        for card in (None, *later):
            self._keeping.begin()
            self._put_months(card)
        self._flush()
        self._written += self._output.remove(self._months.gone)
        # A category that no feed is in any more is not published any more; a removed feed's file stays.
        keep = [f"category/{name}" for name in sorted(_categories(self._cards))]
        self._written += self._output.remove_except("category", keep)
        self._output.remember(self._touched.seq, mark)
        return PublishReport(seq=self._touched.seq, editions=count, written=tuple(self._written))

    def _write_parts(self) -> int:
        """The feeds of categories and sources, each source with its months, as they share entries; returns how many."""
        cards, count = {f"feeds/{card.id}": card for card in self._cards}, 0
        for edition in self._parts():
            count += 1
            card = cards.get(edition.path)
            if card is None:
                self._put(render([edition], (), self._press))
                continue
            self._keeping.begin()
            self._keeping.feed(edition)
            files = render([edition], self._pages([edition]), self._press)
            self._put(self._keeping.noting(files, edition.items))
            if not self._months.everything or self._months.entries(card) <= len(edition.items):
                self._put_months(card, edition.items)
                self._whole.add(card.id)
        return count

    def _put_months(self, card: SourceCard | None, at_hand: Sequence[Item] = ()) -> None:
        for files in self._months.of(card, at_hand):
            self._put(files)

    def _put(self, files: Sequence[File]) -> None:
        """Files that belong together, to be written with others: each round costs the disk the same, however few they
        are; memory is bounded."""
        self._due += files
        if len(self._due) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        self._written += self._output.write(self._due)
        self._due.clear()

    def _pages(self, batch: Sequence[Edition]) -> list[SourceCard]:
        """The sources of these editions as their own pages tell of them."""
        paths = {edition.path for edition in batch}
        own = (card for card in self._cards if f"feeds/{card.id}" in paths)
        return [
            replace(card, missing=self._archive.incomplete(card.id), shelves=self._shelves.shelves(card.id))
            for card in own
        ]

    def _chronicle(self) -> tuple[File, ...]:
        """The feeds of edits and of withdrawals, where something came that changes them."""
        made = ((edits.TELLING, edits.edits_edition), (withdrawals.TELLING, withdrawals.withdrawals_edition))
        editions = [
            make(self._archive, self._press.site, self._founding)
            for kinds, make in made
            if self._everything or self._touched.kinds & kinds
        ]
        return render(editions, (), self._press)

    def _manners(self, until: datetime | None) -> tuple[File, ...]:
        """The last whole days, so that these pages change once a day, and a week of polls is read as rarely."""
        if until is None:
            return ()
        since = until - LEDGER
        scores = host_scores(self._archive.traces(since, until))
        return render_manners(scores, since, until, self._press, self._founding.at)

    def _parts(self) -> Iterator[Edition]:
        """The categories and sources that changed."""
        touched = self._touched
        for name in sorted(_categories(self._cards)):
            if self._everything or name in touched.categories:
                items = self._archive.items(Selection(limit=CATEGORY_LIMIT, category=name))
                yield of_category(name, items, self._press.site, self._founding)
        for card in self._cards:
            if self._everything or card.id in touched.feeds:
                yield self._chained(f"feeds/{card.id}", self._of(card))

    def _chained(self, chain: str, head: Head) -> Edition:
        """The subscription document of a chain, once the archive documents it leads to are there (R-32)."""
        listing = self._chains.listing(chain)
        self._written += self._bindery.bind(chain, listing.standing, head)
        removal = self._removal
        self._written += self._bindery.redo(removal.of_chain(chain), removal.leads, listing.standing, head)
        return subscription(head(listing), listing)

    def _combined(self, listing: Listing) -> Edition:
        return combined(listing.items, self._press.site, self._founding)

    def _of(self, card: SourceCard) -> Head:
        """A sealed document bears the title that its source had then."""
        site, founding = self._press.site, self._founding

        def head(listing: Listing) -> Edition:
            source = listing.items[0].source if listing.items else card
            return of_feed(source, listing.items, site, founding)

        return head


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
