"""Ways to the past of a feed, as small machines (B-01 to B-07): each says what to ask next, and what it makes of the
answer. Pure: nothing here asks, waits or stores; a cursor is all that a way remembers, so that it can go on after
a crash.
"""

from __future__ import annotations

from aggregator.history.backfill.steps import Answer, Ask, At, End, Form, Span, Start, Turn
from aggregator.history.backfill.ways import WAYS, Way, ground_of, plan, survey_steps

__all__ = [
    "WAYS",
    "Answer",
    "Ask",
    "At",
    "End",
    "Form",
    "Span",
    "Start",
    "Turn",
    "Way",
    "ground_of",
    "plan",
    "survey_steps",
]
