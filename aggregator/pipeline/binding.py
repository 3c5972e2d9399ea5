"""Brings the archive documents of a chain into the published folder: renders what was sealed and not rendered yet,
keeps it, and writes what is missing (R-33)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from aggregator.model import Edition, EntryId, File, Listing, Sealed, Segment, Standing
from aggregator.ports import Chains, Output
from aggregator.publish.atom import render_atom
from aggregator.publish.chain import archive, archive_path, published
from aggregator.publish.excising import excised
from aggregator.publish.press import Press
from aggregator.publish.rss import render_rss

BATCH = 20
"""So many segments are written at once."""
Head = Callable[[Listing], Edition]
"""The edition of a chain with the items of a listing: its id, title and language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How far back to look: segments sealed after ``since``, with ``missing`` also older ones whose files are not
    there, with ``every`` all of them."""

    since: int
    missing: bool = False
    every: bool = False


class Bindery:
    """The archive documents of every chain. Documents are written before anything leads to them."""

    def __init__(self, chains: Chains, output: Output, press: Press, extent: Extent) -> None:
        self._chains, self._output, self._press, self._extent = chains, output, press, extent

    def bind(self, chain: str, standing: Standing, head: Head) -> list[str]:
        """Publish what is due of a chain up to where it stood; returns the paths written.

        Raises:
            StoreError: something could not be read, kept or written.
        """
        newest = standing.sealed
        if newest is None:
            return []
        written: list[str] = []
        due = list(self._due(chain, newest))
        for start in range(0, len(due), BATCH):
            # Each batch begins with the last one of the batch before, which now gets its link to the next.
            batch, later = due[max(start - 1, 0) : start + BATCH], due[start + BATCH :]
            last = later[0].number - 1 if later else newest.number
            written += self._write(batch, last, head)
        return written

    def redo(
        self, segments: Sequence[Segment], leads: Collection[EntryId], standing: Standing, head: Head
    ) -> list[str]:
        """Take out of sealed documents of a chain what was taken down since, and tell ``leads`` anew without the copies
        that were; every other entry keeps its bytes (R-39). May be repeated."""
        written: list[str] = []
        newest = standing.sealed.number if standing.sealed else 0
        for segment in (each for each in segments if each.number <= newest):
            following = self._chains.segment(segment.chain, segment.number + 1) if segment.number < newest else None
            sealed = self._excise(segment, leads, head)
            written += self._output.write(published(sealed, segment, following, self._press.site))
        return written

    def _excise(self, segment: Segment, leads: Collection[EntryId], head: Head) -> Sealed:
        kept = self._chains.kept(segment)
        if kept is None:
            return self._render(segment, head)
        listing = self._chains.contents(segment)
        renewed = [item.public_id for item in listing.items if item.entry_id in leads]
        sealed = excised(kept, self._made(segment, listing, head), renewed)
        if sealed != kept:
            self._chains.keep(segment, sealed)
        return sealed

    def _write(self, batch: Sequence[Segment], last: int, head: Head) -> tuple[str, ...]:
        """The documents of some segments, newest first; those below number ``last`` have a next one by now."""
        files: list[File] = []
        for segment in reversed(batch):
            following = self._chains.segment(segment.chain, segment.number + 1) if segment.number < last else None
            sealed = self._chains.kept(segment) or self._render(segment, head)
            files += published(sealed, segment, following, self._press.site)
        return self._output.write(files)

    def _due(self, chain: str, newest: Segment) -> Iterator[Segment]:
        """The segments to write, oldest first: new ones, and each one whose link to the next is new."""
        if not (self._extent.missing or self._extent.every):
            fresh = self._chains.sealed_after(chain, self._extent.since)
            first = fresh[0].number if fresh else newest.number + 1
            before = self._chains.segment(chain, first - 1) if fresh else None
            yield from ([before] if before else [])
            yield from (segment for segment in fresh if segment.number <= newest.number)
            return
        for segment in self._all(chain):
            if segment.number > newest.number:
                return
            if self._extent.every or segment.number >= newest.number - 1 or self._is_due(segment):
                yield segment

    def _all(self, chain: str) -> Iterator[Segment]:
        number = 0
        while found := self._chains.segments(chain, number, 100):
            yield from found
            number = found[-1].number

    def _is_due(self, segment: Segment) -> bool:
        following = self._chains.segment(segment.chain, segment.number + 1)
        if segment.sealed_by > self._extent.since or (following and following.sealed_by > self._extent.since):
            return True
        path = archive_path(segment)
        return bool(self._output.missing((f"{path}.atom", f"{path}.rss")))

    def _render(self, segment: Segment, head: Head) -> Sealed:
        """The documents of a segment, rendered for the first time, and kept before anybody can see them."""
        sealed = self._made(segment, self._chains.contents(segment), head)
        self._chains.keep(segment, sealed)
        return sealed

    def _made(self, segment: Segment, listing: Listing, head: Head) -> Sealed:
        previous = self._chains.segment(segment.chain, segment.number - 1)
        edition = archive(head(listing), segment, previous, listing)
        return Sealed(
            atom=render_atom(edition, self._press).body,
            rss=render_rss(edition, self._press).body,
            site_url=self._press.site.url,
        )
