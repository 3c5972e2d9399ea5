"""Heads of the journal that somebody noted, read from where they were noted."""

from __future__ import annotations

from aggregator.history.fixity.chain import Witness
from aggregator.proving import read_head


def witnesses_of(text: str, origin: str) -> tuple[Witness, ...]:
    """Every head in a list of daily heads; other lines are passed over."""
    heads = (read_head(line) for line in text.splitlines())
    return tuple(Witness(seq=head[1], hash=head[2], origin=origin) for head in heads if head)
