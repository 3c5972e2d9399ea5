"""Seeded chance of our own (SplitMix64), so that one seed gives the same numbers on every machine and Python version.

The standard library's generator promises that only for its plainest method, and the rest of the house throws no dice.
"""

from __future__ import annotations

import hashlib
import math

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


class Dice:
    """A stream of numbers that depends on its parts only."""

    __slots__ = ("_state",)

    def __init__(self, *parts: object) -> None:
        digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
        self._state = int.from_bytes(digest, "big")

    def unit(self) -> float:
        """Uniform in [0, 1)."""
        self._state = (self._state + _GOLDEN) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((mixed ^ (mixed >> 31)) >> 11) / 2.0**53

    def between(self, low: float, high: float) -> float:
        """Uniform in [low, high)."""
        return low + (high - low) * self.unit()

    def exponential(self) -> float:
        """The waiting time for the next event of rate one."""
        return -math.log(1.0 - self.unit())

    def normal(self) -> float:
        """The standard normal distribution (Box and Muller)."""
        return math.sqrt(2.0 * self.exponential()) * math.cos(2.0 * math.pi * self.unit())

    def log_normal(self, median: float, sigma: float) -> float:
        """Log-normal with this median."""
        return median * math.exp(sigma * self.normal())
