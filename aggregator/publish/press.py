"""What every rendering needs besides the edition: a rendering is a function of these two and of nothing else."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field

from aggregator.model import Enclosure, Item, Person, Site, SourceCard

Clean = Callable[[str, str | None], str]
"""The sanitiser (P-48): raw HTML and the absolute base of its links in, safe HTML with absolute links out."""


Paragraphs = Callable[[str], tuple[str, ...]]
"""Raw HTML in, its visible text out, a paragraph each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an item comes from, as readers see it: the feed it was first published in (P-47)."""

    title: str
    url: str
    site_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Another copy of an item: the name of its source, its title, its address."""

    name: str
    title: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What may be said of an item, in words ready for every format; see `entry` for the rules.

    Texts are plain, legal in XML and not escaped; ``body`` is safe HTML. ``fragments`` keeps what was rendered of it,
    by file ending: a note for later, not a part of the value.
    """

    title: str
    link: str | None
    summary: str
    body: str
    authors: tuple[Person, ...]
    categories: tuple[str, ...]
    enclosures: tuple[Enclosure, ...]
    members: tuple[Copy, ...]
    origin: Origin
    fragments: dict[str, str] = field(default_factory=dict, compare=False, repr=False)


Fragments = MutableMapping[Item, Prepared]
"""Items prepared and rendered before. The key is the whole item, with its revision, members and source, so a stale
entry cannot be found; the combined feed and that of a source share one.

One mapping belongs to one `Press`, sanitiser and version of this package: start an empty one when any of them changes.
It is emptied when it grows too large (`entry.KEPT`).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """How this site prints.

    ``paragraphs`` takes raw HTML apart into plain paragraphs. ``version`` is the version of the software, named as
    generator. ``hubs`` are WebSub hubs to announce, none by default. ``agent`` is the User-Agent sent to publishers, as
    the page for them quotes it (H-60). ``sources`` keeps the Atom form of source cards, under the same rule as
    ``fragments``; ``at_hand`` the items asked for last, by their identity; ``told`` what was published before of items
    that are as they were then, by their identity, too.
    """

    site: Site
    clean: Clean
    paragraphs: Paragraphs
    version: str
    hubs: tuple[str, ...] = ()
    agent: str = ""
    fragments: Fragments = field(default_factory=dict, compare=False, repr=False)
    sources: MutableMapping[SourceCard, str] = field(default_factory=dict, compare=False, repr=False)
    at_hand: MutableMapping[int, tuple[Item, Prepared]] = field(default_factory=dict, compare=False, repr=False)
    told: MutableMapping[int, tuple[Item, dict[str, str]]] = field(default_factory=dict, compare=False, repr=False)
