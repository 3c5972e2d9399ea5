"""``aggregator feeds politeness``: the ledger as people and programs read it (H-73)."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.cli import main
from aggregator.model import FeedId
from aggregator.store.sqlite import open_store
from tests.builders import record, source
from tests.store.conftest import numbered


def folder(path: Path) -> str:
    """A configuration, and an archive with two polls of one feed; the second one with validators nobody gave."""
    (path / "aggregator.toml").write_text('[storage]\npath = "data"\n')
    (path / "feeds.toml").write_text('[ashmere]\nurl = "https://www.ashmere.gov.uk/feed"\n')
    then = datetime.now(UTC) - timedelta(days=3)
    with closing(open_store(path / "data" / "archive.db", "news.example", then, numbered())) as store:
        store.sources.sync([source(url="https://www.ashmere.gov.uk/feed")], then)
        known = store.sources.get(FeedId("ashmere"))[1]
        store.ledger.record(record(known, at=then, verdict=None, given="a/-"))
        later = then + timedelta(hours=2)
        store.ledger.record(record(known, at=later, verdict=None, asked_with="b/-", sent="etag", http_status=304))
    return str(path / "aggregator.toml")


def test_programs_get_every_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """H-73: one object a host."""
    assert main(["--config", folder(tmp_path), "feeds", "politeness", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["host"], row["requests"], row["validators_made_up"], row["bad_marks"]) == ("ashmere.gov.uk", 2, 1, 1)
    assert row["shortest_gap_seconds"] == 7200


def test_feeds_can_be_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """H-73: one object a feed, with the share without validators, the validators by kind and the shortest gap."""
    assert main(["--config", folder(tmp_path), "feeds", "politeness", "--feeds", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["feed"], row["validators_made_up"], row["unconditional_share"], row["hurried"]) == ("ashmere", 1, 0, 0)


def test_people_get_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the sum of all hosts below; days without a request say so."""
    config = folder(tmp_path)
    assert main(["--config", config, "feeds", "politeness"]) == 0
    assert "2 requests in 30 days, 1 bad marks" in capsys.readouterr().out
    assert main(["--config", config, "feeds", "politeness", "--days", "1"]) == 0
    assert "no request was made" in capsys.readouterr().out
