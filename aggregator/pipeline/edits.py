"""The feed of edits: the archive's latest edits, compared and made into an edition."""

from __future__ import annotations

from functools import lru_cache

from aggregator.model import Edition, Founding, Site
from aggregator.pipeline.compare import compare
from aggregator.ports import Archive
from aggregator.publish.edits import LIMIT, of_edits

TELLING = frozenset({"revised", "forgotten", "feed_changed", "feed_returned"})
"""Kinds of journal rows that may change the feed of edits: what a source is called and licensed for counts, too."""

_compared = lru_cache(maxsize=2 * LIMIT)(compare)
"""One more edit costs one more comparison, not a hundred."""


def edits_edition(archive: Archive, site: Site, founding: Founding) -> Edition:
    """The feed of the latest edits."""
    found = archive.edits(LIMIT)
    return of_edits([(edit, _compared(edit.before, edit.after)) for edit in found], site, founding)
