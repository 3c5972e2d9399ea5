"""What goes wrong while fetching, on its way to becoming a value: raised and caught inside this room only."""

from __future__ import annotations

from aggregator.model import FailureKind


class Fault(Exception):  # noqa: N818 - not an error of the program: the feed's fault, which the door turns into a value
    """A publisher's failure: ``kind`` for the back-off, ``detail`` a sentence for operators."""

    def __init__(self, kind: FailureKind, detail: str) -> None:
        self.kind, self.detail = kind, detail
        super().__init__(detail)


def plain(text: str, longest: int = 200) -> str:
    """Words of a stranger, fit for one line of a log: no control characters, not too long."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
