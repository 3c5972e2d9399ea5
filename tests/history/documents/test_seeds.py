"""The two documents that the project began from, where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.model import Document, Precision
from tests.history.documents.samples import saved

SEEDS = Path(__file__).parents[4] / "shared" / "data" / "seeds"
pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed documents are not here")


def seed(number: str, url: str | None) -> Document:
    """One of the two, read as a saved document."""
    (path,) = SEEDS.glob(f"{number}_*.txt")
    return saved(path.read_bytes(), url)


def test_the_month_page() -> None:
    """Seed 1: one post of July 2017, no day invented, its head not in its body."""
    document = seed("000", "http://cllrmoorheadblog.co.uk/2017/07/")
    (entry,) = document.entries
    assert entry.title.startswith("News of Knowsley")
    assert (entry.published.raw, entry.published.precision) == ("July 2017", Precision.MONTH)
    assert not any(word in entry.content for word in ("Monthly Archives", "July 2017", "Moorhead Blog"))
    assert "adoption, adoption" in entry.content
    assert not document.problems


def test_the_article() -> None:
    """Seed 2: the day of its stamp, the title of its address, the stamp not in its body."""
    document = seed("003", "http://www.sthelensreporter.co.uk/news/children-s-services-making-improvements-1-8598311")
    (entry,) = document.entries
    assert (entry.title, entry.title_basis) == ("Children’s services making improvements", "address")
    assert (entry.published.raw, entry.published.precision) == ("2017-06-15", Precision.DAY)
    assert entry.content.startswith("Town hall chiefs")
    assert not document.problems


def test_they_are_told_apart() -> None:
    """The same event, but not one sentence in common."""
    one, two = seed("000", None).fingerprints[0], seed("003", None).fingerprints[0]
    assert one.content != two.content
    assert one.strong
    assert two.strong
