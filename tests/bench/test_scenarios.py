"""The scenarios through the real command line, on a very small farm: what is measured is what was meant."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bench.configuration import Plan
from bench.farm import Farm
from bench.farmhouse import Farmhouse
from bench.growth import fill
from bench.measure import BenchError
from bench.scenarios import SCENARIOS, Stage, rounds

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
FARM = Farm(feeds=4, entries=5, seed=3, epoch=1_790_000_000)


@pytest.fixture(scope="module")
def house() -> Iterator[Farmhouse]:
    """A small farm, served."""
    with Farmhouse(FARM) as served:
        yield served


def test_a_round_measures_each_scenario(house: Farmhouse) -> None:
    """Cold stores all, 304 nothing, a new generation one entry a feed; each with CPU time, memory and a floor."""
    told: list[str] = []
    cold, same, new = rounds(house, ("cold", "same", "new"), 1, told.append, Plan())
    assert (cold.scenario, same.scenario, new.scenario) == ("cold", "same", "new")
    assert [result.entries for result in (cold, same, new)] == [20, 20, 24]
    assert [result.new + result.duplicates for result in (cold, same, new)] == [20, 0, 4]
    for result in (cold, same, new):
        assert min(result.cpu, result.wall, result.peak, result.floor_cpu, result.start, result.database) > 0
    assert len(told) == 3


def test_a_poll_that_meets_something_else_is_refused(house: Farmhouse, tmp_path: Path) -> None:
    """A scenario that expects 304 of a first poll measures nothing."""
    stage = Stage(house, tmp_path)
    with pytest.raises(BenchError, match="4 answers 304 expected"):
        stage.poll(replace(SCENARIOS[0], status="304"))


def test_a_filled_store_still_works(house: Farmhouse, tmp_path: Path) -> None:
    """The copies are whole entries under other keys; what was known is known still, and one new entry a feed is new."""
    cold, *_, new = SCENARIOS
    stage = Stage(house, tmp_path)
    stage.poll(cold)
    fill(stage.database, 100)
    assert stage.entries() == 100
    with closing(sqlite3.connect(stage.database)) as database:
        for table, column in (("revisions", "entry_id"), ("identities", "entry_id"), ("journal", "entry_id")):
            query = f"select count(distinct {column}) from {table} where {column} is not null"
            assert database.execute(query).fetchone()[0] == 100
        assert database.execute("pragma foreign_key_check").fetchall() == []
        assert database.execute("select count(distinct content_hash) from entries").fetchone()[0] > 90
    _, summary = stage.poll(new)
    assert summary["new"] + summary["duplicates"] == 4
    assert stage.entries() == 104
