"""The pages in a real browser: they load whole under their own security policy and say what they should."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.farm import World, world
from tests.test_service import answers, serving, until

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--v=0",
]

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium here; install it to look at the pages")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A served world whose publishers have said everything."""
    with world(tmp_path_factory.mktemp("browser")) as place:
        place.run("poll", "--all")
        place.hand.elapsed = 25.0
        with serving(place):
            until(lambda: answers(place.site + "readyz"), "readiness")
            until(lambda: told(dump(place, "")[0]), "the copy and the edit on the front page")
            yield place


def told(page: str) -> bool:
    """Whether the story has come so far: feeds are polled one after another, in no order that tests know."""
    return "£900" in page and "Also in" in page


def dump(place: World, path: str) -> tuple[str, str]:
    """The page as the browser built it, and what it complained of."""
    done = subprocess.run(
        [BROWSER or "", *QUIET, "--timeout=20000", "--dump-dom", place.site + path],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


@pytest.mark.parametrize("path", ["", "feeds/gazette/", "about-our-bot"])
def test_pages_load_without_a_complaint(site: World, path: str) -> None:
    """One heading, a title, a language, landmarks; nothing blocked, no error told (W-01, W-03)."""
    page, complaints = dump(site, path)
    assert complaints == ""
    assert len(re.findall(r"<h1\b", page)) == 1
    assert re.search(r'<html[^>]* lang="en', page)
    assert "<main" in page
    assert "<script" not in page
    assert "<title>" in page


def test_front_page_tells_of_copies_and_edits(site: World) -> None:
    """The copy is named with its original and the edited entry says so; links lead to the publishers."""
    page, _ = dump(site, "")
    assert "Also in" in page
    assert re.search(r"edited, \d versions", page)
    assert site.farm.bases["council"] in page
    assert 'type="application/atom+xml"' in page


def test_picture_is_not_blank(site: World, tmp_path: Path) -> None:
    """The style sheet is allowed and applied: the picture has more than a page of default text."""
    picture = tmp_path / "front.png"
    options = [f"--screenshot={picture}", "--window-size=1200,1000", f"--user-data-dir={tmp_path / 'profile'}"]
    subprocess.run([BROWSER or "", *QUIET, *options, site.site], capture_output=True, timeout=120, check=True)
    assert picture.stat().st_size > 40_000
