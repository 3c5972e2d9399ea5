"""Heads of the journal that somebody noted, read from where they were noted."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.history.fixity.chain import Witness
from aggregator.model import Flaw
from aggregator.proving import read_head


def witnesses_of(text: str, origin: str) -> tuple[Witness, ...]:
    """Every head in a list of daily heads; other lines are passed over."""
    heads = (read_head(line) for line in text.splitlines())
    return tuple(Witness(seq=head[1], hash=head[2], origin=origin) for head in heads if head)


def strange_lines(text: str, name: str) -> Iterator[Flaw]:
    """Lines of our own list that are neither heads nor remarks, and heads out of order."""
    last = 0
    for number, line in enumerate(text.splitlines(), 1):
        head = read_head(line)
        if head is None and line and not line.startswith("#"):
            yield Flaw(table=name, record=f"line {number}", text="is no head of the journal")
        elif head is not None and head[1] <= last:
            yield Flaw(table=name, record=f"line {number}", text=f"row {head[1]} does not come after row {last}")
        last = head[1] if head else last
