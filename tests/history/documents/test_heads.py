"""Heads of archive pages, as the usual blog software writes them."""

from __future__ import annotations

import pytest

from aggregator.history.documents.archive import read_head
from aggregator.history.documents.days import archive_address, month_of_address
from aggregator.history.documents.headings import heading_of, is_navigation
from aggregator.reading_saved import civil

JULY = (2017, 7)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Monthly Archives: July 2017", "month"),
        ("MONTHLY ARCHIVES – July 2017", "month"),
        ("Month: July 2017", "month"),
        ("Archive for July, 2017", "month"),
        ("Archives for July 2017", "month"),
        ("July 2017 Archives", "month"),
        ("Blog Archive: July 2017", "month"),
        ("Entries from July 2017", "month"),
        ("Posts from July 2017", "month"),
        ("Showing posts from July, 2017", "month"),
        ("Showing posts from July, 2017. Show all posts", "month"),
        ("Archifau misol: Gorffennaf 2017", "month"),
        ("Daily Archives: July 14, 2017", "day"),
        ("Day: 14 July 2017", "day"),
        ("Archive for July 14th, 2017", "day"),
        ("Yearly Archives: 2017", "year"),
        ("Year: 2017", "year"),
        ("Archive for 2017", "year"),
        ("Category Archives: Parks", "category"),
        ("Category: Parks", "category"),
        ("Archive for the ‘Parks’ Category", "category"),
        ('Posts categorized "Parks"', "category"),
        ("Tag Archives: swings", "tag"),
        ("Tag: swings", "tag"),
        ("Posts tagged swings", "tag"),
        ("Showing posts with label swings", "tag"),
        ("Author Archives: Ida Thorne", "author"),
        ("Archives", "all"),
        ("Monthly Archives", "dated"),
    ],
)
def test_headings_are_recognised(line: str, kind: str) -> None:
    """Section 8: WordPress old and new, Blogger, Typepad and Movable Type, English and Welsh."""
    heading = heading_of(line, civil)
    assert heading is not None
    assert heading.kind == kind
    assert kind not in ("month", "day") or (heading.period and heading.period.month == JULY)
    assert kind not in ("category", "tag") or heading.name in ("Parks", "swings")


@pytest.mark.parametrize(
    "line",
    [
        "National archives open on Sunday",
        "The county archives",
        "Archives for the people of Fernleigh",
        "Posts by the river have rotted and must be replaced",
        "July 2017",
        "Monthly meeting",
        "Stories from the flood",
        "",
    ],
)
def test_titles_are_no_headings(line: str) -> None:
    """A heading is a whole line in a form of its own, never a part of one."""
    assert heading_of(line, civil) is None


@pytest.mark.parametrize(
    ("lines", "site", "taken"),
    [
        (("Notebook", "Monthly Archives", "July 2017", "A title", "Text."), "Notebook", 3),
        (("Notebook", "Notes of a councillor", "Monthly Archives: July 2017", "A title"), "Notebook", 3),
        (("Monthly Archives", "July 2017", "A title"), None, 2),
        (("Notebook", "July 2017", "A title", "Text."), "Notebook", 2),
        (("Skip to content", "Notebook", "Month: July 2017", "A title"), "Notebook", 3),
        (("Notebook", "« June 2017 | Main | August 2017 »", "July 2017", "A title"), "Notebook", 3),
        (("Notebook", "July 2017", "« June 2017 | Main | August 2017 »", "A title"), "Notebook", 3),
        (("Notebook", "Category Archives", "Parks", "A title"), "Notebook", 3),
    ],
)
def test_a_head_is_the_lines_from_the_top(lines: tuple[str, ...], site: str | None, taken: int) -> None:
    """Site, heading, period and ways to other months; what follows is text."""
    head = read_head(lines, civil)
    assert head is not None
    assert (head.site, head.lines) == (site, taken)


@pytest.mark.parametrize(
    "lines",
    [
        ("A new roof", "July 2017", "The roof of the centre is new, as everybody can see from the road now."),
        ("The roof is new. Everybody can see it.", "Monthly Archives", "July 2017"),
        ("14 July 2017", "A title", "Text."),
        (),
    ],
)
def test_other_pages_have_no_head(lines: tuple[str, ...]) -> None:
    """A month below a title is the date of a post, and a heading deep in the text is text."""
    assert read_head(lines, civil) is None


@pytest.mark.parametrize(
    ("url", "month"),
    [
        ("http://a.example/2017/07/", "2017-07"),
        ("http://a.example/2017/7", "2017-07"),
        ("http://a.example/blog/2017/07/14/title/", "2017-07"),
        ("http://a.example/2017_07_01_archive.html", "2017-07"),
        ("http://a.example/?m=201707", "2017-07"),
        ("http://a.example/2017/13/", None),
        ("http://a.example/news/2017075/", None),
        (None, None),
    ],
)
def test_months_in_addresses(url: str | None, month: str | None) -> None:
    """Permalinks of WordPress and Blogger."""
    assert month_of_address(url) == month


def test_sheets_of_a_page_have_one_address() -> None:
    """``/page/2/`` and ``index.html`` are the same place."""
    forms = ("2017/07/", "2017/07", "2017/07/page/2/", "2017/07/index.html", "2017/07/#top")
    assert {archive_address(f"http://a.example/{form}") for form in forms} == {"http://a.example/2017/07"}


@pytest.mark.parametrize("line", ["← Older posts", "Newer Posts", "Main | August 2017 »", "Page 2 of 7", "Home"])
def test_ways_elsewhere_are_navigation(line: str) -> None:
    """Lines that only lead to other pages."""
    assert is_navigation(line)
    assert not is_navigation("The main road is closed")
