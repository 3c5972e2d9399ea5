"""Renders what is published again, from the archive, and compares: so a file that was changed together with our note of
it is found, and one that is missing together with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from aggregator.model import File, Flaw, Segment, Site
from aggregator.normalise.html import SANITISER_VERSION, clean_html
from aggregator.normalise.text import paragraphs
from aggregator.pipeline.publish import publish
from aggregator.ports import Chains, Library
from aggregator.publish.chain import published
from aggregator.publish.checking import PublishedCheck
from aggregator.publish.press import Press
from aggregator.publish.render import rendering
from aggregator.version import __version__

TABLE = "published"
COMBINED = ("feed.atom", "feed.rss", "feed.json")
"""What is rendered whenever anything is published; the rest is older."""
SEALED = ("archive/feed/", "archive/feeds/")
"""What never changes but for a link."""
PAGE = 100
_OF_THE_MOMENT = ("about-our-bot.html", "politeness", "index.html", "opml.xml")
"""Pages that tell where polling stands, which the journal does not hold."""


class Reprint:
    """Takes the place of the published folder: what publishing would write is compared with what is there. Implements
    `ports.Output`; nothing is written. ``records`` are files compared."""

    def __init__(self, folder: PublishedCheck, *, whole: bool) -> None:
        """``whole``: every file, not only the combined feed, which alone is sure to be of the last run."""
        self._folder, self._whole, self._remembered = folder, whole, folder.state()
        self._stands = False
        self.records = 0
        self._differ: list[Flaw] = []

    def flaws(self) -> Iterator[Flaw]:
        """What differs; nothing where the archive has moved on since the last publish, or renders otherwise now."""
        if self._stands:
            yield from self._differ

    @property
    def compared(self) -> bool:
        """Whether there was anything to compare: a folder published from the archive as it is now."""
        return self._stands

    def write(self, files: Sequence[File]) -> tuple[str, ...]:
        """Compare."""
        for file in files:
            if self._concerns(file.path):
                self.records += 1
                if (fault := self._folder.differs(file)) is not None:
                    self._differ.append(Flaw(table=TABLE, record=file.path, text=fault))
        return ()

    def _concerns(self, path: str) -> bool:
        if not self._whole:
            return path in COMBINED or path.startswith(SEALED)
        of_a_source = path.startswith("feeds/") and path.endswith(".html") and path.count("/") == 1
        return not of_a_source and not path.startswith(_OF_THE_MOMENT)

    def remove_except(self, folder: str, keep: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002 - of the port
        """Nothing."""
        return ()

    def remove(self, paths: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002 - of the port
        """Nothing."""
        return ()

    def missing(self, paths: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002 - of the port
        """Nothing: what is missing is found when it is compared."""
        return ()

    def kept(self, path: str) -> None:
        """Nothing: everything is rendered."""

    def published(self) -> tuple[int, str]:
        """A row before what was published last, so that there is something to render."""
        seq, mark = self._remembered
        return max(seq - 1, 0), mark

    def remember(self, seq: int, rendering: str) -> None:
        """Whether the archive, and the way it is rendered, are those that were published."""
        self._stands = (seq, rendering) == self._remembered


def reprint(library: Library, root: Path, site: Site, agent: str, *, whole: bool) -> Reprint:
    """Render again everything that a folder holds, or only the combined feed and what is sealed, and compare.

    Raises:
        StoreError: the archive cannot be read.
    """
    folder = PublishedCheck(root)
    (seq, mark), press = folder.state(), Reprint(folder, whole=whole)
    if library.archive.touched(seq).seq != seq or mark.partition("+")[0] != _way(site, agent):
        return press  # all of it would be rendered in vain
    if not whole:
        for files in _sealed(library, site):
            press.write(files)
    publish(library, press, site, agent, rebuild=whole)
    return press


def _way(site: Site, agent: str) -> str:
    """How files are rendered now, as `publish` remembers it first of all."""
    press = Press(site=site, clean=clean_html, paragraphs=paragraphs, version=__version__, agent=agent)
    return hashlib.sha256(f"{rendering(press)} {SANITISER_VERSION}".encode()).hexdigest()


def _sealed(library: Library, site: Site) -> Iterator[Sequence[File]]:
    """The archive documents of every chain as they are published of the kept bytes (R-33)."""
    chains = library.chains
    for chain in chains.chains():
        before: Segment | None = None
        for segment in _segments(chains, chain):
            if before is not None and (kept := chains.kept(before)):
                yield published(kept, before, segment, site)
            before = segment
        if before is not None and (kept := chains.kept(before)):
            yield published(kept, before, None, site)


def _segments(chains: Chains, chain: str) -> Iterator[Segment]:
    number = 0
    while found := chains.segments(chain, number, PAGE):
        yield from found
        number = found[-1].number
