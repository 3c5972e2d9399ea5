"""Saved web pages of the usual blog software."""

from __future__ import annotations

from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from aggregator.dedupe.canonical import words
from aggregator.errors import UnreadableError
from aggregator.model import Precision, Split
from tests.history.documents.samples import BUSES, FOUNTAIN, POOL, kinds, saved

MONTH_URL = "https://thorne.example/2017/07/"


def article(title: str, text: str, url: str = "", extra: str = "") -> str:
    """One post as WordPress writes it."""
    link = f'<a href="{url}" rel="bookmark">{title}</a>' if url else title
    return (
        f'<article class="post hentry"><header class="entry-header"><h2 class="entry-title">{link}</h2>{extra}</header>'
        f'<div class="entry-content"><p>{text}</p><div class="sharedaddy">Share this: everywhere</div></div>'
        "<footer class='entry-meta'>Posted in <a rel='category tag' href='/c'>Parks</a></footer></article>"
    )


def wordpress(*posts: str, heading: str = "Monthly Archives: July 2017", head: str = "") -> str:
    """A page as WordPress writes it."""
    return (
        f"<!DOCTYPE html><html lang='en-GB'><head><title>{heading} | Notebook</title>{head}</head><body>"
        "<header><p class='site-title'><a href='/'>Notebook</a></p></header><nav><a href='/x'>About</a></nav>"
        f"<main><h1 class='page-title'>{heading}</h1>{''.join(posts)}</main><aside>Search</aside></body></html>"
    )


def test_a_month_page_of_wordpress() -> None:
    """Section 8: parted by its articles, with permalinks, ``<time>``, author and category; furniture is no text."""
    stamp = "<time class='entry-date published' datetime='2017-07-21T09:30:00+01:00'>21 July 2017</time>"
    changed = "<time class='updated' datetime='2018-01-01T00:00:00Z'></time>"
    author = "<span class='author vcard'><a class='fn' href='/a'>Ida Thorne</a></span>"
    document = saved(
        wordpress(
            article(
                "Fountain runs again", FOUNTAIN, "https://thorne.example/2017/07/21/fountain/", stamp + changed + author
            ),
            article("Bus goes round", BUSES, "/2017/07/03/bus/"),
        ),
        MONTH_URL,
    )
    one, two = document.entries
    assert (one.title, two.title) == ("Fountain runs again", "Bus goes round")
    assert one.link == "https://thorne.example/2017/07/21/fountain/"
    assert two.url == "https://thorne.example/2017/07/03/bus/"
    assert (one.published.raw, one.published.precision) == ("2017-07-21T09:30:00+01:00", Precision.SECOND)
    assert (two.published.element, two.published.precision) == ("url", Precision.DAY)
    assert [person.name for person in one.authors] == ["Ida Thorne"]
    assert [category.term for category in one.categories] == ["Parks"]
    assert words(one.content, "html") == words(FOUNTAIN, "text")
    assert one.anchor is None
    assert document.feed.title == "Notebook"
    assert one.language == "en-GB"
    assert not document.problems


def test_posts_without_permalinks_stand_at_their_place() -> None:
    """The page's address and the slug of the title; the month of the heading."""
    document = saved(wordpress(article("Fountain runs again", FOUNTAIN), article("Bus goes round", BUSES)), MONTH_URL)
    assert [entry.anchor for entry in document.entries] == [
        "//thorne.example/2017/07#fountain-runs-again",
        "//thorne.example/2017/07#bus-goes-round",
    ]
    assert {entry.published.precision for entry in document.entries} == {Precision.MONTH}


def test_blogger_has_its_days_above_the_posts() -> None:
    """A date header counts for the posts of its day."""

    def day(name: str, *posts: str) -> str:
        return f"<div class='date-outer'><h2 class='date-header'><span>{name}</span></h2>{''.join(posts)}</div>"

    def post(title: str, text: str) -> str:
        return (
            f"<div class='post-outer'><div class='post hentry'><h3 class='post-title entry-title'>"
            f"<a href='/{title}.html'>{title}</a></h3><div class='post-body entry-content'>{text}</div>"
            "<div class='post-footer'>Posted by A"
            "</div></div></div>"
        )

    html = (
        "<html><body><div class='status-msg-body'>Showing posts from July, 2017</div><div id='main'>"
        f"{day('Friday, 14 July 2017', post('fountain', FOUNTAIN), post('bus', BUSES))}"
        f"{day('Monday, 3 July 2017', post('pool', POOL))}</div></body></html>"
    )
    document = saved(html, "http://thorne.blogspot.example/2017/07/")
    assert [(entry.title, entry.published.raw) for entry in document.entries] == [
        ("fountain", "Friday, 14 July 2017"),
        ("bus", "Friday, 14 July 2017"),
        ("pool", "Monday, 3 July 2017"),
    ]
    assert "Posted by" not in document.entries[0].content


def test_typepad_and_old_themes_have_headings_with_links() -> None:
    """``<h2>`` with a permalink, the text after it, a date alone in its element."""
    html = (
        "<html><head><title>Notebook: July 2017</title></head><body><h1>Notebook</h1><div>"
        f"<h2><a href='/one.html'>Fountain runs again</a></h2><p class='date'>14 July 2017</p><p>{FOUNTAIN}</p>"
        f"<h2><a href='/two.html'>Bus goes round</a></h2><small>3 July 2017</small><p>{BUSES}</p></div></body></html>"
    )
    document = saved(html, "http://thorne.typepad.example/weblog/2017/07/index.html")
    assert [(entry.title, entry.published.raw) for entry in document.entries] == [
        ("Fountain runs again", "14 July 2017"),
        ("Bus goes round", "3 July 2017"),
    ]
    assert words(document.entries[1].content, "html") == words(BUSES, "text")


def test_an_article_page_is_one_entry() -> None:
    """Title from the first heading, date from the head of the page, nothing of what stands around."""
    html = (
        "<html><head><title>Pool closes - Reporter</title>"
        "<meta property='article:published_time' content='2015-03-02T10:00:00Z'></head><body><nav>Home</nav><main>"
        f"<h1>Pool closes for the year</h1><p>{POOL}</p></main><footer>Imprint</footer></body></html>"
    )
    document = saved(html, "http://reporter.example/news/pool-closes-1-234567")
    (entry,) = document.entries
    assert (entry.title, entry.title_basis) == ("Pool closes for the year", "")
    assert words(entry.content, "html") == words(POOL, "text")
    assert entry.published.raw == "2015-03-02T10:00:00Z"
    assert entry.link == "http://reporter.example/news/pool-closes-1-234567"


def test_further_reading_makes_no_entries() -> None:
    """An article page with teasers of others is the one article that its first heading names."""
    teasers = "".join(article(f"Other story {number}", "Only a few words.", f"/other-{number}") for number in range(5))
    body = article("Pool closes for the year", POOL).replace("<h2", "<h1").replace("</h2", "</h1")
    html = f"<html><body><main>{body}</main>{teasers}</body></html>"
    document = saved(html, "http://reporter.example/pool")
    assert [entry.title for entry in document.entries] == ["Pool closes for the year"]
    assert document.entries[0].link == "http://reporter.example/pool"


def test_the_address_may_stand_in_the_page() -> None:
    """Where nobody says it: what the browser noted, else the canonical link."""
    html = wordpress(article("Pool", POOL), head="<link rel='canonical' href='https://thorne.example/2017/07/'>")
    assert saved(html).entries[0].url == MONTH_URL
    noted = html.replace("<html", "<!-- saved from url=(0032)https://thorne.example/2017/08/ --><html", 1)
    assert saved(noted).entries[0].url == "https://thorne.example/2017/08/"
    assert saved(noted, MONTH_URL).entries[0].url == MONTH_URL


def test_a_page_that_cannot_be_parted_is_one_entry_and_a_warning() -> None:
    """Section 8: markup that tells no posts apart."""
    html = f"<html><body><h2>July 2017</h2><p>{FOUNTAIN}</p><p>{BUSES}</p></body></html>"
    document = saved(html, MONTH_URL)
    (entry,) = document.entries
    assert entry.title_basis == "page"
    assert entry.anchor == "//thorne.example/2017/07#"
    assert kinds(document) == ["page-not-split"]
    assert not saved(html, MONTH_URL, split=Split.NEVER).problems


def test_a_copy_in_markup_has_the_words_of_a_live_feed() -> None:
    """The hashes agree whichever way an entry comes: page, text, feed."""
    page = saved(wordpress(article("Pool closes", POOL, "/pool")), MONTH_URL)
    text = saved(f"Notebook\n\nMonthly Archives\n\nJuly 2017\n\nPool closes\n\n{POOL}", MONTH_URL)
    feed = saved(
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>Notebook</title><item><guid>x</guid>"
        f"<title>Pool closes</title><description>&lt;p&gt;{POOL}&lt;/p&gt;</description></item></channel></rss>"
    )
    assert len({document.fingerprints[0].content for document in (page, text, feed)}) == 1


def test_feeds_are_feeds() -> None:
    """RSS, Atom and JSON Feed are read as ever, with their own ids."""
    atom = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>N</title><id>urn:n</id><entry><id>urn:1</id><title>Pool</title>"
        "<updated>2017-07-03T10:00:00Z</updated></entry></feed>"
    )
    json = '{"version": "https://jsonfeed.org/version/1.1", "title": "N", "items": [{"id": "7", "content_text": "x"}]}'
    assert saved(atom).entries[0].raw_id == "urn:1"
    assert saved(json).entries[0].raw_id == "7"
    with pytest.raises(UnreadableError):
        saved('{"some": "data"}')


def test_xhtml_is_a_page() -> None:
    """XML that is no feed but a page."""
    html = "<?xml version='1.0'?>" + wordpress(article("Pool", POOL, "/pool"))
    assert saved(html, MONTH_URL).entries[0].title == "Pool"


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "#top", "", "http://[bad", "data:text/html,x", "//", "http://a b/"]
)
def test_hostile_permalinks_are_none(href: str) -> None:
    """Only http and https addresses are permalinks; others leave the post at its place."""
    document = saved(wordpress(article("Pool", POOL, href or "x").replace('"x"', f'"{href}"')), MONTH_URL)
    assert not (document.entries[0].link or "").startswith(("javascript", "data"))


def test_what_looks_like_markup_in_a_text_is_text() -> None:
    """A plain text that mentions a tag is no page."""
    document = saved("How to write\n\nUse <b> for bold words, as everybody in the office does since last year.")
    assert document.entries[0].content_kind == "text"


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>" + "<div>" * 100_000,
        "<html><body>" + "<article><h2>x</h2>" * 20_000,
        "<!-- x -->" * 50_000 + "<html><body>words",
        "<!--" * 100_000,
        "a\n" * 300_000,
        "x" + "\n" * 500_000 + "y",
        "posted by " * 50_000,
        "a: b\r\n" * 10_000,
        "".join(f"<article><h2>Title {number}</h2><p>text</p></article>" for number in range(20_000)),
    ],
    ids=["deep", "nested", "comments", "open comments", "lines", "blank lines", "marks", "headers", "posts"],
)
def test_pages_made_to_hang_do_not(text: str) -> None:
    """Read or refused; anything worse than linear would keep this test for hours."""
    try:
        saved(text, MONTH_URL)
    except UnreadableError as refused:
        assert refused.kind in ("too-deep", "too-large")


def test_days_stand_above_posts_at_any_depth() -> None:
    """The last header before a post counts, also where it is nested otherwise."""
    html = (
        "<html><body><h2 class='date-header'>14 July 2017</h2><div><div class='post'><h3 class='post-title'>Pool</h3>"
        f"<div class='post-body'>{POOL}</div></div></div></body></html>"
    )
    assert saved(html, MONTH_URL).entries[0].published.raw == "14 July 2017"


def test_the_encoding_a_page_states_is_used() -> None:
    """``<meta charset>``, where no server says anything."""
    html = f"<html><head><meta charset='windows-1251'></head><body><h1>Пруд закрыт</h1><p>{POOL}</p></body></html>"
    assert saved(html.encode("cp1251"), MONTH_URL, split=Split.NEVER).entries[0].content
    assert saved(html.encode("cp1251"), "http://a.example/pool").entries[0].title == "Пруд закрыт"


def single_file(html: str, headers: str = "Snapshot-Content-Location: https://thorne.example/2017/07/\r\n") -> bytes:
    """A page as a browser saves it in a single file."""
    parts = MIMEMultipart("related")
    page = MIMEText(html, "html", "utf-8")
    parts.attach(page)
    parts.attach(MIMEImage(b"\x89PNG....", "png"))
    return headers.encode() + parts.as_bytes().replace(b"\n", b"\r\n")


def test_a_page_saved_as_a_single_file() -> None:
    """MHTML: the page in it, with the address it was saved from."""
    document = saved(single_file(wordpress(article("Café closes", POOL))))
    (entry,) = document.entries
    assert (entry.title, entry.url) == ("Café closes", MONTH_URL)
    assert words(entry.content, "html") == words(POOL, "text")
    other = saved(single_file(wordpress(article("Pool", POOL)), headers=""), "http://thorne.example/2017/06/")
    assert other.entries[0].url == "http://thorne.example/2017/06/"


@pytest.mark.parametrize("text", ["Title: A letter\n\nWords.", "From: Jo\nTo: Ann\n\nDear Ann, the pool is closed."])
def test_a_text_that_begins_like_a_message_is_a_text(text: str) -> None:
    """Only ``multipart/related`` makes a file of this kind."""
    assert saved(text).entries[0].content_kind == "text"
