"""Counters and clocks through the real poll (D-23): one version a day, and nothing that stands is ever lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from aggregator.cli.explain_entry import entry_facts
from aggregator.model import PollReport, Request, Response, Revision
from aggregator.pipeline.poll import poll
from aggregator.pipeline.verify import verify
from tests.pipeline.fakes import FEED, WORDS, Home, answer, home, item, rss

AGENT = "Aggregator/0.1 (+https://news.example/bot; 1 subscribers)"


@pytest.fixture(params=["memory", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """A home with either store."""
    made = home(path=tmp_path / "archive.db" if request.param == "sqlite" else None)
    yield made
    made.store.close()


async def ask(place: Home, words: str | None, hours: float = 2) -> PollReport:
    """Let the time pass and poll: one item with these words, or "not modified"."""
    place.later(hours=hours)

    def script(request: Request) -> Response:
        if words is None:
            return answer(request, place.clock, status=304)
        return answer(request, place.clock, rss(item(1, words)))

    place.fetch.script = script
    return await poll(FEED, place.ports, AGENT)


def versions(place: Home) -> tuple[Revision, ...]:
    """Every version kept."""
    return place.store.catalogue.revisions("1")


async def test_a_counter_makes_a_version_a_day(place: Home) -> None:
    """D-23: 60 polls in five days, each with another count: a handful of versions, the last of them the last count."""
    for count in range(60):
        await ask(place, f"{WORDS} Read {count} times.")
    kept = versions(place)
    assert 10 < len(kept) < 14
    for _ in range(13):
        await ask(place, None)
    assert "Read 59 times." in versions(place)[-1].content
    assert [revision.significant for revision in versions(place)[8:]] == [False] * (len(versions(place)) - 8)


async def test_a_correction_of_a_volatile_entry_is_kept(place: Home) -> None:
    """D-23: £500 becomes £900 in a text that counts its readers; the figure is kept within a day, a word at once."""
    fine = f"{WORDS} The fine is £500."
    for count in range(10):
        await ask(place, f"{fine} Read {count} times.")
    assert place.store.catalogue.entry("1").volatile_at is not None
    before = len(versions(place))
    await ask(place, f"{fine} Read 10 times.".replace("£500", "£900"))
    assert len(versions(place)) == before
    await ask(place, f"{fine} Read 11 times.".replace("brown", "black"))
    assert len(versions(place)) == before + 1
    await ask(place, f"{fine} Read 11 times.".replace("£500", "£900").replace("brown", "black"))
    for _ in range(13):
        await ask(place, None)
    assert "£900" in versions(place)[-1].content
    facts = entry_facts("1", place.store.catalogue)
    assert facts["volatile_since"] is not None
    assert [each["rule"] for each in facts["decisions"] if each["kind"] == "volatile"] == ["D-23"]


async def test_the_archive_of_a_counter_verifies(place: Home) -> None:
    """item 8: what was marked, kept aside and stored late is what the journal says."""
    for count in range(30):
        await ask(place, f"{WORDS} Read {count // 2 if count % 4 else 0} times.")
    for _ in range(100):
        await ask(place, None)
    await ask(place, f"{WORDS} Read 100 times.")
    kinds = [row.kind for row in place.store.catalogue.about("1")]
    assert (kinds.count("volatile"), kinds.count("calm")) == (1, 1)
    with closing(place.store.evidence()) as evidence:
        assert verify(evidence, (), lambda _: None).flaws == ()


async def test_two_servers_that_disagree(place: Home) -> None:
    """D-23, 4.3/2: A-B-A-B in words stays visible in full and is announced no oftener than before."""
    for _ in range(3):
        await ask(place, WORDS)
        await ask(place, WORDS.replace("brown", "green"))
    kept = versions(place)
    assert len(kept) == 6
    assert [revision.reverts_to for revision in kept] == [None, None, 1, 2, 1, 2]
    kinds = [row.kind for row in place.store.catalogue.about("1")]
    assert kinds.count("volatile") == 1


async def test_polling_again_changes_nothing(place: Home) -> None:
    """D-22, D-23: while a version waits, an unchanged world writes no journal row."""
    for count in range(10):
        await ask(place, f"{WORDS} Read {count} times.")
    rows = len(place.store.catalogue.journal(0, 999))
    for _ in range(3):
        await ask(place, f"{WORDS} Read 9 times.")
    assert len(place.store.catalogue.journal(0, 999)) == rows
