"""A year of publishing: sealed documents stay as they are, whatever happens to the rest (R-30 to R-39)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import StoreError
from aggregator.pipeline import binding
from aggregator.publish import render
from tests.year import SITE, Home, days, open_memory


def without_next(body: bytes) -> bytes:
    """The document before the next one was sealed."""
    lines = body.split(b"\n")
    return b"\n".join(line[: line.index(b'<link rel="next-archive"')] + line[line.index(b"<fh:archive/>") :]
                      if b'<link rel="next-archive"' in line else line for line in lines)  # fmt: skip


def steady(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    """R-33: a sealed document changes exactly once, by its link to the next."""
    for name, body in before.items():
        if b"next-archive" in body:
            assert after[name] == body, name
        elif name.endswith(".atom"):
            assert without_next(after[name]) == body, name


def test_sealed_documents_of_a_year_never_change(tmp_path: Path) -> None:
    """R-33: published every twelfth day, byte for byte; by the end there are many."""
    home = Home(tmp_path, opening=open_memory)
    seen: dict[str, bytes] = {}
    for number, _ in enumerate(days(home)):
        if number % 12 == 0:
            home.publish()
            now = home.archived()
            steady(seen, now)
            seen = now
    names = {name.rpartition("/")[0] for name in seen}
    assert "archive/feed/2026-11" in names
    assert "archive/feeds/bramford/2026-03" in names
    assert len(seen) > 100
    home.store.close()


def test_a_replay_gives_the_same_documents(tmp_path: Path) -> None:
    """R-30, D-22: the same records give the same files, in another store, whenever they were published; the whole
    published folder at the end is the same, too."""
    often, once = Home(tmp_path / "often"), Home(tmp_path / "once", opening=open_memory)
    for number, _ in enumerate(days(often, last=75)):
        if number % 2:
            often.publish()
    for _ in days(once, last=75):
        pass
    often.publish()
    once.publish()
    assert len(often.archived()) > 30
    assert often.archived() == once.archived()
    assert often.published() == once.published()
    often.store.close()


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of some months, published; tests work on copies."""
    home = Home(tmp_path_factory.mktemp("grown"))
    for _ in days(home, last=100):
        pass
    home.publish()
    home.store.close()
    return home.folder


@pytest.fixture
def home(grown: Path, tmp_path: Path) -> Any:
    """A copy of it, and the time to go on."""
    shutil.copytree(grown, tmp_path / "home", copy_function=shutil.copy2)
    made = Home(tmp_path / "home")
    yield made
    made.store.close()


def test_deleted_files_come_back_byte_for_byte(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-33: what was rendered by an older version is published again as it was, not rendered anew."""
    before = home.archived()
    times = {name: (home.output.root / name).stat().st_mtime for name in before}
    monkeypatch.setattr(render, "RENDERER_VERSION", "another")
    monkeypatch.setattr(binding, "render_atom", None)
    monkeypatch.setattr(binding, "render_rss", None)
    shutil.rmtree(home.output.root / "archive")
    home.publish()
    assert home.archived() == before
    assert {name: (home.output.root / name).stat().st_mtime for name in before} == times
    damaged = home.output.root / next(iter(before))
    damaged.write_bytes(b"x")
    home.publish(rebuild=True)
    assert home.archived() == before


def test_another_title_changes_no_sealed_document(home: Home) -> None:
    """R-33: a new title of the site stands in the subscription document and in what is sealed from then on."""
    before = home.archived()
    home.site = replace(SITE, title="Another title")
    home.publish()
    assert home.archived() == before
    assert b"Another title" in (home.output.root / "feed.atom").read_bytes()


def test_the_chain_follows_the_site_to_another_address(home: Home) -> None:
    """R-33: when the site moves the links move, or the chain would end at an address that is gone."""
    before = home.archived()
    home.site = replace(SITE, url="https://vale.example/news/")
    home.publish(rebuild=True)
    after = home.archived()
    assert after.keys() == before.keys()
    for name, body in before.items():
        assert after[name] == body.replace(b"https://news.vale.example/", b"https://vale.example/news/"), name
    home.site = SITE
    home.publish(rebuild=True)
    assert home.archived() == before


def test_a_publish_that_stops_half_way_is_mended(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-32, R-33: a full disk between two documents leaves the last whole chain; the next publish completes it."""
    for _ in days(home, 100, 170):
        pass
    before = home.published()
    real, calls = home.output.write, []

    def full(files: Any) -> Any:
        calls.append(len(files))
        if len(calls) > 2:
            raise StoreError("the disk is full")
        return real(files)

    monkeypatch.setattr(home.output, "write", full)
    with pytest.raises(StoreError):
        home.publish()
    after = home.published()
    assert {name: after[name] for name in ("feed.atom", "feed.rss")} == {
        name: before[name] for name in ("feed.atom", "feed.rss")
    }
    monkeypatch.setattr(home.output, "write", real)
    home.publish()
    steady(before | {}, {**home.published(), **{name: body for name, body in before.items() if "archive" not in name}})


def test_an_idle_publish_writes_nothing(home: Home) -> None:
    """R-42: nothing changed, nothing is written, nothing is even looked at."""
    assert home.publish().editions == 0
    assert home.publish(rebuild=True).written == ()
