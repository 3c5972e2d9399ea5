"""``aggregator feeds hubs``: the tally as people and programs read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.cli import main
from aggregator.cli.hubs import tally
from aggregator.model import FeedId, FeedRow, FeedState, PushDay, PushHealth, PushPhase, Subscription
from aggregator.store.sqlite import open_store
from tests.builders import NOW, record, source
from tests.store.conftest import numbered

HUB = "https://hub.example/"


def row(name: str, health: PushHealth) -> FeedRow:
    state = FeedState(feed_id=FeedId(name), uuid=name, tag=f"tag:{name}", added_at=NOW, push=health)
    return FeedRow(source=source(name), state=state, entries=0)


def subscription(name: str, **changes: object) -> Subscription:
    plain = Subscription(
        token=f"secret-token-of-{name}",
        feed_id=FeedId(name),
        hub=HUB,
        topic=f"https://{name}.example/feed",
        secret=f"secret-words-of-{name}",
        created_at=NOW,
        asked_at=NOW,
        reason="verified for 10 days",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_one_line_a_hub() -> None:
    """H-86: feeds, trust and entries of all feeds of a hub add up; subscriptions count by phase."""
    today = NOW.date()
    rows: Sequence[FeedRow] = (
        row("a", PushHealth(hub=HUB, trusted=True, days=(PushDay(day=today, delivered=30),))),
        row("b", PushHealth(hub=HUB, days=(PushDay(day=today, delivered=2, missed=8),))),
        row("c", PushHealth(hub="https://other.example/")),
        row("d", PushHealth(why="the feed names no hub")),
    )
    known = (
        subscription("a", phase=PushPhase.ACTIVE, deliveries=30, delivered_at=NOW),
        subscription("b", phase=PushPhase.DENIED, rejected=4, asked_at=NOW + timedelta(hours=1), reason="denied"),
    )
    found = tally(rows, known)
    assert list(found) == [HUB, "https://other.example/"]
    line = found[HUB].row(HUB)
    assert (line["feeds"], line["trusted"], line["reliability"]) == (2, 1, 0.8)
    assert (line["entries_delivered"], line["entries_missed"], line["rejected"]) == (32, 8, 4)
    assert line["subscriptions"] == {"pending": 0, "active": 1, "leaving": 0, "denied": 1, "ended": 0}
    assert (line["last_word"], line["last_delivery_at"]) == ("denied", "2026-07-01T09:00:00Z")
    assert found["https://other.example/"].row("x")["reliability"] is None


def test_the_command_shows_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """H-81, H-86: `feeds hubs` and `feeds show` tell everything but token and secret."""
    config = tmp_path / "aggregator.toml"
    config.write_text('[site]\nurl = "https://news.example/"\n[storage]\npath = "data"\n[push]\nenabled = true\n')
    (tmp_path / "feeds.toml").write_text('[ashmere]\nurl = "https://ashmere.example/feed"\n')
    assert main(["--config", str(config), "feeds", "hubs"]) == 1, "nothing is archived yet"
    with closing(open_store(tmp_path / "data" / "archive.db", "news.example", NOW, numbered())) as store:
        store.sources.sync([source()], NOW)
        state = store.sources.get(FeedId("ashmere"))[1]
        health = PushHealth(hub=HUB, topic="https://ashmere.example/feed", until=NOW, days=(PushDay(day=NOW.date()),))
        store.ledger.record(record(replace(state, push=health)))
        store.subscriptions.put(subscription("ashmere", phase=PushPhase.ACTIVE))
    capsys.readouterr()
    said = ""
    for words in (["hubs"], ["hubs", "--json"], ["show", "ashmere"], ["show", "ashmere", "--json"]):
        assert main(["--config", str(config), "feeds", *words]) == 0
        printed = capsys.readouterr()
        said += printed.out + printed.err
        if words == ["hubs", "--json"]:
            (line,) = json.loads(printed.out)
            assert (line["hub"], line["feeds"], line["subscriptions"]["active"]) == (HUB, 1, 1)
    assert "in force until" in said
    assert "secret-" not in said
