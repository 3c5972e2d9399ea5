"""The feed of withdrawals: what publishers took down lately."""

from __future__ import annotations

from aggregator.model import Edition, Founding, Site
from aggregator.ports import Archive
from aggregator.publish.withdrawals import LIMIT, of_withdrawals

TELLING = frozenset({"withdrawn", "returned", "revised", "forgotten", "feed_changed", "feed_returned"})
"""Kinds of journal rows that may change the feed of withdrawals: titles and sources stand in it, too."""


def withdrawals_edition(archive: Archive, site: Site, founding: Founding) -> Edition:
    """The feed of the latest withdrawals."""
    return of_withdrawals(archive.withdrawals(LIMIT), site, founding)
