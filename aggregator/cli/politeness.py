"""``aggregator feeds politeness``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from aggregator.cli.settings import settings_of
from aggregator.cli.show import print_json, print_table
from aggregator.model import Score

NAMES = ("feeds", "requests", "304", "unconditional", "good", "out of order", "made up", "shortest gap", "marks")


@click.command("politeness")
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="How far to look back.")
@click.option("--feeds", "by_feed", is_flag=True, help="One line a feed instead of one a host.")
@click.option("--json", "as_json", is_flag=True, help="Machine output: one object for each host or feed.")
@click.pass_obj
def politeness(config: Path | None, days: int, by_feed: bool, as_json: bool) -> None:
    """How we behaved towards each host, as its owner could count it in the log of the server.

    Bad marks are validators that the server never gave or not last, a second request without validators within a day,
    a request for a feed within an hour of the last one and before its time, two to a host within ten seconds, cookies
    and referers; the target is none. The page /politeness shows publishers the same for the last seven days.
    """
    settings = settings_of(config)
    from aggregator.opening import open_scores

    scores = open_scores(settings, timedelta(days=days), by_feed=by_feed)
    kind = "feed" if by_feed else "host"
    if as_json:
        print_json([{kind: score.name, **_row(score)} for score in scores])
        return
    if not scores:
        click.echo(f"no request was made in the last {days} days")
        return
    print_table((kind, *NAMES), ([_text(value) for value in _cells(score)] for score in scores))
    marks = sum(score.bad_marks for score in scores)
    click.echo(f"{sum(score.requests for score in scores)} requests in {days} days, {marks} bad marks")


def _cells(score: Score) -> tuple[object, ...]:
    share = f"{score.unconditional} ({score.unconditional_share:.0%})"
    valid = (score.good, score.out_of_sequence, score.made_up)
    counts = (score.feeds, score.requests, score.unchanged)
    return (score.name, *counts, share, *valid, score.shortest_gap, score.bad_marks)


def _text(value: object) -> str:
    if isinstance(value, timedelta):
        return str(timedelta(seconds=int(value.total_seconds())))
    return "–" if value is None else str(value)


def _row(score: Score) -> dict[str, object]:
    return {
        "feeds": score.feeds,
        "requests": score.requests,
        "not_modified": score.unchanged,
        "unconditional": score.unconditional,
        "unconditional_share": round(score.unconditional_share, 4),
        "over_budget": score.over_budget,
        "validators_good": score.good,
        "validators_out_of_sequence": score.out_of_sequence,
        "validators_made_up": score.made_up,
        "cookies": score.cookies,
        "referers": score.referers,
        "hurried": score.hurried,
        "bursts": score.bursts,
        "put_off": score.put_off,
        "bytes": score.wire_bytes,
        "shortest_gap_seconds": _seconds(score.shortest_gap),
        "shortest_spacing_seconds": _seconds(score.shortest_spacing),
        "bad_marks": score.bad_marks,
    }


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 3)
