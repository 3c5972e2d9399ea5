"""Plain texts: month pages and articles as archives keep them."""

from __future__ import annotations

from datetime import date

import pytest

from aggregator.dedupe.canonical import words
from aggregator.model import DateStatus, Precision, Split
from aggregator.reading_saved import civil
from tests.history.documents.samples import (
    ARTICLE,
    BUSES,
    FOUNTAIN,
    LETTER,
    MONTH_PAGE,
    POOL,
    SECOND,
    kinds,
    saved,
)

MONTH_URL = "http://thorne.example/2017/07/"
ARTICLE_URL = "http://reporter.example/news/children-s-centre-needs-a-roof-1-8598311"


def page(*posts: str, head: str = "Monthly Archives\n\nJuly 2017") -> str:
    """A month page of these posts."""
    return "\n\n".join(("Cllr Thorne’s Notebook", head, *posts))


def post(title: str, text: str) -> str:
    """A title and a text of two paragraphs."""
    first, stop, rest = text.partition(". ")
    return f"{title}\n\n{first}{stop.strip()}\n\n{rest}"


def test_a_month_page_is_its_post() -> None:
    """Section 8: the head is not taken into the body, the month stays a month, the words stay what they are."""
    document = saved(MONTH_PAGE, MONTH_URL)
    (entry,) = document.entries
    assert entry.title == "Fernleigh’s centre is praised in London"
    assert entry.title_basis == ""
    assert entry.content == f"{LETTER}\n\n{SECOND}\n\nA big thank you to all of you."
    assert entry.content_kind == "text"
    assert (entry.published.precision, entry.published.element) == (Precision.MONTH, "archive-heading")
    assert entry.published.raw == "July 2017"
    assert document.feed.title == "Cllr Thorne’s Notebook"
    assert not document.problems


def test_a_month_is_no_day() -> None:
    """P-35: a month is filed under noon of its first day, in that month wherever it is read, and is marked as one."""
    (entry,) = saved(MONTH_PAGE, MONTH_URL).entries
    assert entry.published.instant is not None
    assert f"{entry.published.instant:%Y-%m-%dT%H:%M}" == "2017-07-01T11:00"
    assert entry.published.status is DateStatus.ASSUMED


def test_an_entry_without_permalink_has_the_place_it_was_found_at() -> None:
    """Section 8: archive address, ``#`` and slug of the title; it has no link of its own."""
    (entry,) = saved(MONTH_PAGE, MONTH_URL).entries
    assert entry.anchor == "//thorne.example/2017/07#fernleighs-centre-is-praised-in-london"
    assert (entry.url, entry.link, entry.raw_id) == (MONTH_URL, None, None)


@pytest.mark.parametrize("url", [MONTH_URL + "page/2/", MONTH_URL.rstrip("/"), "https://thorne.example:443/2017/07/"])
def test_the_same_page_under_another_address_is_the_same_place(url: str) -> None:
    """Sheets of a month page, a missing slash and the scheme make no other entry."""
    assert saved(MONTH_PAGE, url).entries[0].anchor == saved(MONTH_PAGE, MONTH_URL).entries[0].anchor


def test_the_stamp_of_an_archive_is_taken_off() -> None:
    """Section 8: ``date 2017-06-15`` is no word of the publisher; the day is kept as a day."""
    document, bare = saved(ARTICLE, ARTICLE_URL), saved(ARTICLE.removeprefix(" date 2017-06-15 "), ARTICLE_URL)
    (entry,) = document.entries
    assert entry.content.startswith("Families have been told")
    assert (entry.published.raw, entry.published.element) == ("2017-06-15", "date-header")
    assert entry.published.precision is Precision.DAY
    assert document.fingerprints[0].content == bare.fingerprints[0].content
    assert document.fingerprints[0].revision == bare.fingerprints[0].revision


def test_a_stamp_of_a_month_stays_a_month() -> None:
    """Section 8: ``date 2021-03`` alone."""
    (entry,) = saved(" date 2021-03 The premium on second homes goes up, the council has decided today.").entries
    assert (entry.published.raw, entry.published.precision) == ("2021-03", Precision.MONTH)
    assert entry.content.startswith("The premium")


@pytest.mark.parametrize("start", ["date 2017-13-01 ", "dates 2017-06-15 ", "date 2017-06-155 ", "date 15 June 2017 "])
def test_words_that_only_look_like_a_stamp_stay(start: str) -> None:
    """A stamp is a date that exists, in the form archives write."""
    (entry,) = saved(f"{start}was a day that nobody in Fernleigh will forget.").entries
    assert entry.content.startswith(start.split(maxsplit=1)[0])
    assert entry.published.status is DateStatus.MISSING


def test_the_title_comes_from_the_address() -> None:
    """Section 8: the slug without the id of the paper, marked as derived."""
    (entry,) = saved(ARTICLE, ARTICLE_URL).entries
    assert entry.title == "Children’s centre needs a roof"
    assert entry.title_basis == "address"


def test_else_from_the_first_words() -> None:
    """Section 8: the last resort, marked as derived too."""
    (entry,) = saved(ARTICLE).entries
    assert entry.title == "Families have been told that the children’s centre still needs a new roof"
    assert entry.title_basis == "first-words"


def test_a_derived_title_is_no_part_of_any_hash() -> None:
    """Two ways to call the same untitled article are one article."""
    one, two = saved(ARTICLE, ARTICLE_URL), saved(ARTICLE)
    assert one.fingerprints[0].content == two.fingerprints[0].content
    assert saved(ARTICLE, title="Roof").fingerprints[0].content != two.fingerprints[0].content


def test_the_first_heading_is_the_title() -> None:
    """Section 8: a short first line with a blank line below it; marks of a heading are no words."""
    for line in ("A new roof for the centre", "# A new roof for the centre", "A new roof for the centre\n======"):
        (entry,) = saved(f"{line}\n\n{LETTER}\n\n{SECOND}", ARTICLE_URL).entries
        assert (entry.title, entry.title_basis) == ("A new roof for the centre", "")
        assert entry.content == f"{LETTER}\n\n{SECOND}"


def test_who_wrote_it_is_no_title() -> None:
    """A line that names a reporter is the author (quirk of LDRS copy)."""
    (entry,) = saved(f"date 2022-09-22 Dale Petrie, local democracy reporter\n\n{LETTER}").entries
    assert [person.name for person in entry.authors] == ["Dale Petrie"]
    assert entry.title_basis == "first-words"
    assert entry.content == LETTER


@pytest.mark.parametrize("name", ["By the river", "A day by the sea"])
def test_a_title_that_begins_like_a_byline_stays_one(name: str) -> None:
    """“By the river” names nobody."""
    assert saved(f"{name}\n\n{LETTER}").entries[0].title == name


def test_what_the_slip_says_comes_first() -> None:
    """What the archivist knows outranks what the file shows."""
    (entry,) = saved(ARTICLE, ARTICLE_URL, title="The roof", date="2017-06-14", author="Jo Bloggs").entries
    assert (entry.title, entry.title_basis) == ("The roof", "")
    assert (entry.published.raw, entry.published.element) == ("2017-06-14", "manifest")
    assert [person.name for person in entry.authors] == ["Jo Bloggs"]


def test_windows_line_ends_and_odd_spaces_change_nothing() -> None:
    """The same page saved on another machine."""
    one, two = saved(MONTH_PAGE, MONTH_URL), saved("\ufeff" + MONTH_PAGE.replace("\n\n", "\r\n \r\n"), MONTH_URL)
    assert one.entries == two.entries
    assert one.fingerprints == two.fingerprints


def test_old_encodings_are_read() -> None:
    """A file of windows-1252 has the same words."""
    assert saved(MONTH_PAGE.encode("cp1252"), MONTH_URL).entries[0].content == saved(MONTH_PAGE).entries[0].content


def test_a_stray_line_before_the_title_is_left_out_and_told() -> None:
    """Section 8: a tag or caption before the title of one month; the original keeps it."""
    document = saved(page("Money", post("What the budget means for Mossgate this year", LETTER)), MONTH_URL)
    assert document.entries[0].title == "What the budget means for Mossgate this year"
    assert document.entries[0].content.split("\n")[0] == LETTER.partition(" She")[0]
    assert kinds(document) == ["stray-line"]


def test_three_dots_may_end_a_title() -> None:
    """“The hard work continues…” is a title, not a sentence."""
    assert saved(page(f"The work goes on…\n\n{LETTER}"), MONTH_URL).entries[0].title == "The work goes on…"


def test_posts_with_dates_are_parted() -> None:
    """A date beside each title leaves no doubt, above it or below it."""
    titles = ("The fountain runs again", "Bus goes round", "Pool closes on Sunday")
    texts = (FOUNTAIN, BUSES, POOL)
    days = ("21 July 2017", "14 July 2017", "3 July 2017")
    for above in (True, False):
        blocks = [
            f"{day}\n\n{post(title, text)}" if above else post(f"{title}\n\n{day}", text)
            for title, text, day in zip(titles, texts, days, strict=True)
        ]
        document = saved(page(*blocks), MONTH_URL)
        assert tuple(entry.title for entry in document.entries) == titles
        assert [entry.published.raw for entry in document.entries] == list(days)
        assert {entry.published.precision for entry in document.entries} == {Precision.DAY}
        assert [words(entry.content, "text") for entry in document.entries] == [words(text, "text") for text in texts]
        assert not document.problems


def test_posts_with_marks_of_blog_software_are_parted() -> None:
    """Who posted it and how many comments there are ends each post; that is no text of it."""
    mark = "Posted by Ida Thorne on 14 July 2017 | 3 comments"
    blocks = [f"{post(title, text)}\n\n{mark}" for title, text in (("A fountain", FOUNTAIN), ("A bus", BUSES))]
    document = saved(page(*blocks), MONTH_URL)
    assert [entry.title for entry in document.entries] == ["A fountain", "A bus"]
    assert all("Posted by" not in entry.content for entry in document.entries)
    assert [[person.name for person in entry.authors] for entry in document.entries] == [["Ida Thorne"]] * 2


def test_clear_headlines_part_a_page_without_dates() -> None:
    """Each short line reads like a headline and has paragraphs below it."""
    document = saved(
        page(
            post("Fountain runs again after eleven years", FOUNTAIN),
            post("Number 19 bus goes round by Tarn Quay", BUSES),
        ),
        MONTH_URL,
    )
    assert [entry.title for entry in document.entries] == [
        "Fountain runs again after eleven years",
        "Number 19 bus goes round by Tarn Quay",
    ]
    assert len({entry.anchor for entry in document.entries}) == 2
    assert not document.problems


def test_a_doubtful_page_stays_one_entry_and_says_so() -> None:
    """Section 8: split only when sure; else one entry, the page, and a warning."""
    text = page(
        post("Fountain runs again after eleven years", FOUNTAIN),
        post("Number 19 bus goes round by Tarn Quay", BUSES),
        post("What next", POOL),
    )
    document = saved(text, MONTH_URL)
    (entry,) = document.entries
    assert entry.title == "Cllr Thorne’s Notebook, July 2017"
    assert entry.title_basis == "page"
    assert words(entry.content, "text")[:5] == words("Fountain runs again after eleven", "text")
    assert entry.anchor == "//thorne.example/2017/07#"
    assert kinds(document) == ["page-not-split"]
    assert [each.title for each in saved(text, MONTH_URL, split=Split.ALWAYS).entries][2] == "What next"


def test_short_headings_within_a_post_are_left_in_it() -> None:
    """Lines of a word or two are headings as likely as titles: one post, and a warning."""
    document = saved(page(f"{post('Two years of work', FOUNTAIN)}\n\nThanks\n\n{POOL}"), MONTH_URL)
    (entry,) = document.entries
    assert entry.title == "Two years of work"
    assert "Thanks" in entry.content
    assert kinds(document) == ["page-not-split"]
    assert kinds(saved(document.entries[0].content, MONTH_URL, split=Split.NEVER)) == []


def test_an_article_is_never_parted() -> None:
    """Headings within an article make no entries of it."""
    text = f"A new roof for the children’s centre\n\n{FOUNTAIN}\n\nThe number 19 goes round by Tarn Quay\n\n{BUSES}"
    document = saved(text, ARTICLE_URL)
    (entry,) = document.entries
    assert "The number 19 goes round" in entry.content
    assert not document.problems


def test_text_without_blank_lines_is_not_parted() -> None:
    """Without blank lines nothing tells a title from a paragraph for certain."""
    text = page(post("Fountain runs again after eleven years", FOUNTAIN), post("The number 19 bus goes round", BUSES))
    assert len(saved(text.replace("\n\n", "\n"), MONTH_URL).entries) == 1


def test_the_month_of_the_heading_is_checked_against_the_address() -> None:
    """Section 8: where they disagree the publisher's heading stands, and a person is told."""
    document = saved(MONTH_PAGE, "http://thorne.example/2017/08/")
    assert kinds(document) == ["month-mismatch"]
    assert document.entries[0].published.raw == "July 2017"


def test_a_post_outside_the_month_is_told() -> None:
    """A date that the page itself contradicts."""
    document = saved(page(f"3 August 2017\n\n{post('Pool closes', POOL)}"), MONTH_URL)
    assert kinds(document) == ["date-outside-month"]
    assert document.entries[0].published.raw == "3 August 2017"


def test_the_month_may_stand_in_the_address_only() -> None:
    """A page whose heading names no month has that of its address."""
    (entry,) = saved(page(post("A pool", POOL), head="Archives"), MONTH_URL).entries
    assert (entry.published.raw, entry.published.element) == ("2017-07", "archive-url")
    assert entry.published.precision is Precision.MONTH


def test_a_day_in_the_address_of_an_article_is_a_day() -> None:
    """P-37: the address of the article says more than the month."""
    (entry,) = saved(f"A pool\n\n{POOL}", "http://thorne.example/2017/07/14/a-pool/").entries
    assert (entry.published.element, entry.published.precision) == ("url", Precision.DAY)
    assert civil("14 July 2017").day == date(2017, 7, 14)  # type: ignore[union-attr]
