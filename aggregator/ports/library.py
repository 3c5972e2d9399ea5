"""Everything that publishing reads, in one."""

from __future__ import annotations

from typing import Protocol

from aggregator.ports.archive import Archive
from aggregator.ports.chains import Chains
from aggregator.ports.shelves import Shelves
from aggregator.ports.takedowns import Takedowns


class Library(Protocol):
    """What an archive gives to publishing."""

    @property
    def archive(self) -> Archive:
        """What is published now."""
        ...

    @property
    def shelves(self) -> Shelves:
        """What is published, by month."""
        ...

    @property
    def takedowns(self) -> Takedowns:
        """What must not be published any more."""
        ...

    @property
    def chains(self) -> Chains:
        """What was published, and the documents it is sealed into."""
        ...
