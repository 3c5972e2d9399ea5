"""The walk of a replay: every poll of the past again, from its capture, with today's parser and dedupe (D-22)."""

from aggregator.pipeline.replay.walk import Ahead, Replay, compare

__all__ = ["Ahead", "Replay", "compare"]
