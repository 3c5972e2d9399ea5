"""What was fetched or brought as history, again: pages of a WordPress, of a web archive, imports (D-22, B-08)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.captures.folder import WarcFolder
from aggregator.model import JobStatus, Strategy
from aggregator.store.sqlite import InlineWriter
from tests.history.documents.samples import ARTICLE, FOUNTAIN, LETTER, MONTH_PAGE
from tests.pasts.feeds import WebArchive, snapshots
from tests.pasts.server import Tell
from tests.pasts.walking import Walk, walking
from tests.pasts.wordpress import WordPress, posts
from tests.pipeline.fakes import home
from tests.pipeline.replays import AGENT, replay_into
from tests.pipeline.test_imports import bring, handed
from tests.pipeline.test_replaying import assert_equal

URL, ARCHIVE = "https://mossgate.example/", "https://archive.example/"


def folder(path: Path) -> WarcFolder:
    return WarcFolder(path / "captures", 10**9, AGENT, lambda: None)


def past(path: Path, site: WordPress, archive: WebArchive | None = None) -> Walk:
    hosts: dict[str, Tell] = {URL: site}
    if archive is not None:
        hosts[ARCHIVE] = archive
    captures = folder(path)
    return walking(f"{URL}feed/", hosts, path=path / "archive.db", web_archive=ARCHIVE, captures=captures)


@pytest.mark.parametrize("wanted", [Strategy.WP_REST, Strategy.WP_PAGED, Strategy.WP_MONTHS])
def test_a_wordpress_is_replayed(tmp_path: Path, wanted: Strategy) -> None:
    """B-05: by whichever way its posts came, the same rows come of them again, and live polls go on after it."""
    walk = past(tmp_path, WordPress(url=URL, all_posts=posts(URL, 60)))
    assert walk.job(wanted).status is JobStatus.DONE
    walk.poll()
    found = replay_into(tmp_path / "archive.db", tmp_path / "again")
    assert_equal(found)
    assert found.tables[0].stored == 60
    assert found.left_out == {}


def test_a_survey_and_its_ways_are_replayed(tmp_path: Path) -> None:
    """B-01: what only looked for ways changes nothing, and its rows are there again."""
    walk = past(tmp_path, WordPress(url=URL, all_posts=posts(URL, 40), rest=False))
    assert walk.job().status is JobStatus.DONE
    assert_equal(replay_into(tmp_path / "archive.db", tmp_path / "again"))


def test_captures_of_a_web_archive_are_replayed(tmp_path: Path) -> None:
    """B-07: read under the address they had, at the time they have."""
    kept = WebArchive(url=ARCHIVE, kept=snapshots(URL, posts(URL, 60)))
    walk = past(tmp_path, WordPress(url=URL, all_posts=posts(URL, 60), rest=False, paged=False), kept)
    assert walk.job(Strategy.WAYBACK).status is JobStatus.DONE
    found = replay_into(tmp_path / "archive.db", tmp_path / "again")
    assert_equal(found)
    assert found.tables[0].stored == 60


def test_imports_are_replayed(tmp_path: Path) -> None:
    """Originals are read again with what was said of them."""
    made = home(path=tmp_path / "archive.db")
    captures = folder(tmp_path)
    write = InlineWriter(made.store, before_commit=captures.flush)
    made.ports = replace(made.ports, captures=captures, write=write)
    for number, text in enumerate((MONTH_PAGE, ARTICLE, LETTER, FOUNTAIN)):
        made.later(hours=1)
        bring(made, handed(text, f"page-{number}.txt"))
    captures.flush()
    found = replay_into(tmp_path / "archive.db", tmp_path / "again")
    assert_equal(found)
    assert found.tables[0].stored > 3
    assert found.bodies == found.polls
