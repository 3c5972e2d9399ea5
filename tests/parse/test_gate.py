"""The gate: what is a feed, what is refused and with which words."""

from __future__ import annotations

import pytest

from aggregator.errors import UnreadableError
from tests.parse.samples import ATOM, JSON, RDF, RSS, kinds, parse, rss

HTML = "<!DOCTYPE html><html><head><title>Just a\n moment… &amp; wait</title></head><body><p>No</p></body></html>"


def refusal(body: str | bytes, content_type: str | None = None) -> UnreadableError:
    """The refusal of a body, which must be one."""
    with pytest.raises(UnreadableError) as caught:
        parse(body, content_type=content_type)
    return caught.value


@pytest.mark.parametrize(
    ("body", "version", "entries"),
    [
        (RSS, "rss20", 2),
        (ATOM, "atom10", 2),
        (RDF, "rss10", 1),
        (JSON, "json11", 1),
        (JSON.replace("version/1.1", "version/1"), "json1", 1),
        ('<rss version="0.91"><channel><title>t</title><item><title>a</title></item></channel></rss>', "rss091", 1),
        ('<rss version="0.92"><channel><item><title>a</title></item></channel></rss>', "rss092", 1),
        ('<rss version="0.93"><channel><item><title>a</title></item></channel></rss>', "rss093", 1),
        ('<rss version="0.94"><channel><item><title>a</title></item></channel></rss>', "rss094", 1),
        ("<rss><channel><item><title>a</title></item></channel></rss>", "rss20", 1),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>t</title></channel>'
            "<item><title>a</title><link>http://a.example/</link></item></rdf:RDF>",
            "rss090",
            1,
        ),
        (
            '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>t</title><entry><id>1</id></entry></feed>',
            "atom03",
            1,
        ),
        (
            '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:id>f</a:id><a:entry><a:id>1</a:id></a:entry></a:feed>',
            "atom10",
            1,
        ),
    ],
)
def test_every_format_is_let_in(body: str, version: str, entries: int) -> None:
    """P-01: the root element decides, for every version of RSS, RDF, Atom and JSON Feed."""
    document = parse(body, content_type="text/html")
    assert document.feed.version == version
    assert len(document.entries) == entries
    assert not document.partial


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (HTML, "html", "a web page titled “Just a moment… & wait”"),
        ("<html><body>x</body></html>", "html", "without a title"),
        ('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>H</title></head></html>',
         "html", "“H”"),
        ("  <div>Sorry</div>", "html", "web page"),
        (HTML.replace("No", "<pre><rss version='2.0'><channel></channel></rss></pre>"), "html", "Just a moment"),
        ("<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "not-a-feed", "sitemap"),
        ("<opml version='2.0'><head/></opml>", "not-a-feed", "OPML"),
        ("<feed><title>no namespace</title></feed>", "not-a-feed", "Atom namespace"),
        ("<entry xmlns='http://www.w3.org/2005/Atom'><id>1</id></entry>", "not-a-feed", "single Atom entry"),
        ("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><a/></rdf:RDF>", "not-a-feed", "RDF"),
        ("<weather><rain/></weather>", "not-a-feed", "<weather>"),
        ('{"rss": 2}', "not-a-feed", "jsonfeed.org"),
        ("[1, 2]", "not-a-feed", "jsonfeed.org"),
        ("Service\x07 unavailable", "not-a-feed", "begins with “Service unavailable”"),
        (b"\x1f\x8b\x08\x00abc", "not-a-feed", "neither"),
        (b"%PDF-1.7 \xff", "not-a-feed", "PDF"),
        (b"/etc/passwd", "not-a-feed", "“/etc/passwd”"),
        (b"file:///etc/passwd", "not-a-feed", "“file:///etc/passwd”"),
        (b"https://example.org/feed", "not-a-feed", "begins with"),
        (b"", "empty", "empty"),
        (b" \r\n\t\xef\xbb\xbf", "empty", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty", "empty"),
        ("<?xml version='1.0'?><rss vers", "malformed", "cut off"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_plain_words(body: str | bytes, kind: str, words: str) -> None:
    """P-01: HTML and everything that is no feed is a failure, whatever the media type says, and says what it is."""
    error = refusal(body, "application/rss+xml")
    assert error.kind == kind
    assert words in error.detail


def test_message_is_one_short_line() -> None:
    """P-01: what a stranger wrote into a page title cannot break a log."""
    error = refusal("<html><title>a\n\x1b[31m\u202eb" + "c" * 5000 + "</title></html>")
    assert error.detail.isprintable()
    assert len(error.detail) < 150


BOMB = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "' + "&a;" * 50 + '"><!ENTITY c "' + "&b;" * 50 + '">]>'


@pytest.mark.parametrize(
    "doctype",
    [
        BOMB,
        '<!doctype rss [<!entity a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!-- ] --><!ENTITY x "]>">]>',
        '<!DOCTYPE rss SYSTEM "http://a.example/dtd" [<!ENTITY % p SYSTEM "http://a.example/p"> %p;]>',
    ],
)
def test_own_entities_are_refused(doctype: str) -> None:
    """P-02: a document that declares entities is refused before any parser sees it."""
    body = rss("<description>&a;&c;</description>").replace("<rss", f"<?xml version='1.0'?>{doctype}<rss", 1)
    assert refusal(body).kind == "entities"


def test_entity_bomb_is_named() -> None:
    """P-02: the plain bomb gets the kind ``entities``."""
    assert refusal(BOMB + rss()).kind == "entities"


def test_netscape_doctype_is_harmless() -> None:
    """P-02: the DTD of RSS 0.91 is not loaded, and its entities mean what they mean in HTML."""
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss-0.91.dtd">'
    document = parse(
        f'<?xml version="1.0"?>{doctype}<rss version="0.91"><channel><title>Caf&eacute;</title>'
        "<item><title>T&ecirc;te</title></item></channel></rss>"
    )
    assert document.feed.version == "rss091"
    assert document.feed.title is not None
    assert document.feed.title.value == "Café"
    assert document.entries[0].title is not None
    assert document.entries[0].title.value == "Tête"
    assert not document.partial
    assert kinds(document) == []


@pytest.mark.parametrize("before", ["", "\n \t\n", "\ufeff", "\n\ufeff\n"])
def test_white_space_before_the_declaration(before: str) -> None:
    """P-01: white space before the XML declaration is tolerated without a word."""
    document = parse(before + RSS)
    assert len(document.entries) == 2
    assert kinds(document) == []


def test_junk_before_the_declaration() -> None:
    """P-01: a warning of the publisher's software before the feed is passed over and reported."""
    document = parse("<br />\n<b>Warning</b>: fopen() in <b>/srv/x.php</b><br />\n" + RSS)
    assert len(document.entries) == 2
    assert kinds(document) == ["leading-junk"]


def test_deep_nesting_is_refused() -> None:
    """P-02, guards: more than 256 levels are refused, 200 are read."""
    assert refusal(rss("<x:a>" * 300 + "</x:a>" * 300)).kind == "too-deep"
    assert len(parse(rss("<x:a>" * 200 + "</x:a>" * 200)).entries) == 1


@pytest.mark.parametrize("before", ["", "<b></i>", "R & D &nbsp; <b></i>"])
def test_unclosed_nesting_bomb_is_refused(before: str) -> None:
    """Guards: 200,000 unclosed elements never reach feedparser, in sound-looking and in ill-formed documents."""
    body = f"<rss version='2.0'><channel><item><title>{before}" + "<a>" * 200_000
    assert refusal(body).kind == "too-deep"


@pytest.mark.parametrize("piece", ["<br>", "<a ", "<x:", '<a b="'])
def test_heaps_of_unclosed_tags_are_refused(piece: str) -> None:
    """Guards: what feedparser would chew on for minutes is refused in an ill-formed document."""
    assert refusal(rss(f"</b>{piece * 100_000}")).kind == "too-deep"


def test_many_unclosed_line_breaks_are_no_bomb() -> None:
    """Guards: a feed that forgot to escape its HTML is ill-formed, not hostile."""
    document = parse(rss("<description>" + "line<br>" * 2000 + "</i></description>"))
    assert len(document.entries) == 1
    assert document.partial


def test_very_long_text_is_refused() -> None:
    """Guards: a title of 10 MB is refused for its size, without reading it twice."""
    assert refusal(rss(f"<description>{'x' * 10_000_000}</description>")).kind == "too-large"


def test_long_entries_of_shorter_texts_are_read() -> None:
    """Guards: the limit is for one text, not for all of an entry."""
    texts = "".join(f"<x:part>{letter * 3_000_000}</x:part>" for letter in "abc")
    assert len(parse(rss(texts)).entries) == 1


@pytest.mark.parametrize("broken", ["", "R & D", "<b></i>"])
def test_too_many_entries_keep_both_ends(broken: str) -> None:
    """Guards: of more than 5,000 entries those at both ends are read, for the newest stand at one of them."""
    items = "".join(f"<item><guid>{number}</guid></item>" for number in range(5100))
    document = parse(f"<rss version='2.0'><channel><title>{broken}</title>{items}</channel></rss>")
    assert len(document.entries) == 5000
    assert (document.entries[0].raw_id, document.entries[-1].raw_id) == ("0", "5099")
    assert "too-many-entries" in kinds(document)
    assert document.partial
