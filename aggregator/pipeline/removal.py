"""What takedowns that are under way change of what is published: which sealed documents, and which entries in them."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.model import EntryId, Segment
from aggregator.model.takedown import Takedown
from aggregator.ports import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """``told`` are the takedowns whose pages are to be there, ``segments`` the sealed documents that list one of them
    or what it is a copy of, ``leads`` the latter."""

    told: tuple[Takedown, ...]
    segments: tuple[Segment, ...]
    leads: frozenset[EntryId]

    @classmethod
    def of(cls, library: Library, *, every: bool) -> Removal:
        """What is under way; with ``every`` the pages of all takedowns, as those may be missing."""
        takedowns, doing = library.takedowns, library.takedowns.unfinished()
        leads = (takedowns.dossier(str(each.entry_id)).lead for each in doing)
        segments = (segment for each in doing for segment in library.chains.holding(each.entry_id))
        return cls(
            told=takedowns.all() if every else doing,
            segments=tuple(dict.fromkeys(segments)),
            leads=frozenset(lead for lead in leads if lead is not None),
        )

    def of_chain(self, chain: str) -> tuple[Segment, ...]:
        """Those of one chain."""
        return tuple(segment for segment in self.segments if segment.chain == chain)
