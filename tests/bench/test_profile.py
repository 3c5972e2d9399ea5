"""Samples are counted for the room they were taken in."""

from __future__ import annotations

import pytest

from bench.profile import main, rooms

OURS = 'process 7:"python";thread (7): MainThread;main (aggregator/cli/__init__.py:9)'


def test_a_sample_belongs_to_the_innermost_room() -> None:
    """What a library does is done for the room that called it."""
    found = rooms(
        [
            f"{OURS};publish (aggregator/pipeline/publish.py:8);_save (aggregator/publish/folder.py:3) 5",
            f"{OURS};publish (aggregator/pipeline/publish.py:8);compress (gzip.py:1) 2",
            f"{OURS};settle (aggregator/pipeline/settle.py:1);add (aggregator/store/tables.py:2) 7",
        ]
    )
    assert found == {"publish": 5, "pipeline": 2, "store": 7}


def test_loading_is_the_start_whatever_is_loaded() -> None:
    """Modules run their own top when they are loaded."""
    found = rooms([f"{OURS};_find_and_load (<frozen importlib._bootstrap>);<module> (aggregator/model/feed.py:1) 3"])
    assert found == {"start": 3}


@pytest.mark.parametrize("inner", ["EpollSelector.select (selectors.py:468)", "Queue.get (queue.py:171)"])
def test_those_who_wait_are_not_counted(inner: str) -> None:
    """Nor is a line that is no stack."""
    assert rooms([f"{OURS};{inner} 9", "", "py-spy> nothing"]) == {}


def test_without_a_sampler_the_remedy_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody needs it for the benchmark itself."""
    assert main(["--py-spy", "/nowhere/py-spy"]) == 1
    assert "pip install py-spy" in capsys.readouterr().out
