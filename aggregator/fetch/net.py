"""Door: the one place where httpx is imported (its continuation under another name would be a change of this line)."""

from __future__ import annotations

from aggregator.lean import without

with without("httpx._main"):
    import httpx

__all__ = ["httpx"]
