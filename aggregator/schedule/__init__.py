"""When to poll: the only seat of that decision is `cadence`; `heartbeat` merely beats."""

from aggregator.schedule.cadence import next_poll, spread

__all__ = ["next_poll", "spread"]
