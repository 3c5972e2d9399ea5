"""The daily heads of the journal, for witnesses: whoever keeps a copy of this list can prove later that nothing of what
it covers was changed. Same journal, same bytes; lines are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aggregator.model import DayHead, File
from aggregator.proving import head_line
from aggregator.publish import links

_PREFACE = """\
# Each line is the state of our archive at the end of a day (UTC): the day, the number of the last row of the
# journal, and the SHA-256 hash that proves this row and every row before it. Lines are only ever added.
# Keep a copy: if a line of it ever differs from this list, our past was changed.
"""


def render_heads(heads: Sequence[DayHead], changed_at: datetime) -> File:
    """``archive/heads.txt``, one line for each day that is over."""
    body = _PREFACE + "".join(f"{head_line(head.day, head.seq, head.hash)}\n" for head in heads)
    return File(path=links.HEADS, body=body.encode(), changed_at=changed_at)
