"""When to poll: the only seat of that decision is `cadence`; `heartbeat` merely beats."""

from aggregator.schedule.budget import adjust, climate_of
from aggregator.schedule.cadence import next_poll
from aggregator.schedule.catch_up import misplanned, spread
from aggregator.schedule.gaps import look, relaxed
from aggregator.schedule.learning import learn
from aggregator.schedule.silence import longest_silence
from aggregator.schedule.status import assess

__all__ = [
    "adjust",
    "assess",
    "climate_of",
    "learn",
    "longest_silence",
    "look",
    "misplanned",
    "next_poll",
    "relaxed",
    "spread",
]
