"""Evidence bundles: entries with all that proves them, to be verified on any machine without this program. Pure."""

from aggregator.history.bundle.contents import Contents
from aggregator.history.bundle.words import readme, verifier

__all__ = ["Contents", "readme", "verifier"]
