"""``aggregator feeds hubs``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import click

from aggregator.cli.settings import settings_of
from aggregator.cli.show import local, print_json, print_table, stamp
from aggregator.model import FeedRow, PushPhase, Subscription


@dataclass(slots=True, kw_only=True)
class Tally:
    """One hub over all feeds that name it, and all subscriptions there ever were."""

    feeds: int = 0
    trusted: int = 0
    delivered: int = 0
    missed: int = 0
    phases: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    deliveries: int = 0
    rejected: int = 0
    last: datetime | None = None
    reason: str = ""

    def row(self, hub: str) -> dict[str, object]:
        """The promised keys of ``--json``."""
        new = self.delivered + self.missed
        return {
            "hub": hub,
            "feeds": self.feeds,
            "trusted": self.trusted,
            "subscriptions": {str(phase): self.phases[phase] for phase in PushPhase},
            "entries_delivered": self.delivered,
            "entries_missed": self.missed,
            "reliability": round(self.delivered / new, 3) if new else None,
            "deliveries": self.deliveries,
            "rejected": self.rejected,
            "last_delivery_at": stamp(self.last),
            "last_word": self.reason,
        }


@click.command("hubs")
@click.option("--json", "as_json", is_flag=True, help="Machine output: one object for each hub.")
@click.pass_obj
def hubs(config: Path | None, as_json: bool) -> None:
    """How reliable each hub is: which feeds it pushes, and what it delivered or missed in the last 30 days.

    A new entry that a backup poll finds first is a miss. Two misses, or one in ten, and the feed is polled as if there
    were no hub, until the misses are 30 days old. Needs [push] enabled = true.
    """
    settings = settings_of(config)
    from aggregator.opening import open_hubs

    with open_hubs(settings) as (catalogue, subscriptions):
        tallies = tally(catalogue.feeds(), subscriptions.all())
    if as_json:
        print_json([one.row(hub) for hub, one in sorted(tallies.items())])
        return
    if not tallies:
        off = "" if settings.push.enabled else "push is off ([push] enabled = false); "
        click.echo(f"{off}no polled feed is known to name a hub")
        return
    print_table(
        ("hub", "feeds", "trusted", "active", "delivered", "missed", "rejected", "last delivery", "last word"),
        (_line(hub, one, settings.site.timezone) for hub, one in sorted(tallies.items())),
        wide=8,
    )


def tally(feeds: Sequence[FeedRow], subscriptions: Sequence[Subscription]) -> dict[str, Tally]:
    """One tally a hub."""
    found: defaultdict[str, Tally] = defaultdict(Tally)
    for row in feeds:
        push = row.state.push
        if push.hub is not None:
            one = found[push.hub]
            one.feeds += 1
            one.trusted += push.trusted
            one.delivered += push.deliveries
            one.missed += push.misses
    for subscription in sorted(subscriptions, key=lambda each: each.asked_at or each.created_at):
        one = found[subscription.hub]
        one.phases[subscription.phase] += 1
        one.deliveries += subscription.deliveries
        one.rejected += subscription.rejected
        one.reason = subscription.reason
        one.last = max((at for at in (one.last, subscription.delivered_at) if at), default=None)
    return dict(found)


def _line(hub: str, one: Tally, zone: str) -> list[str]:
    counts = (one.feeds, one.trusted, one.phases[PushPhase.ACTIVE], one.delivered, one.missed, one.rejected)
    return [hub, *map(str, counts), local(one.last, zone), one.reason]
