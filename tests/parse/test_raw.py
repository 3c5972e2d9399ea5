"""The raw pass: what feedparser loses or changes, word for word."""

from __future__ import annotations

import pytest

from aggregator.model import (
    Category,
    Enclosure,
    Link,
    OriginalSource,
    Person,
    RawBody,
    RawDate,
    RawEntry,
    RawText,
    RawTombstone,
)
from aggregator.parse.tree import attribute, parse_tree, trimmed
from tests.parse.samples import ATOM, RDF, RSS, URL, atom, parse, rss


def entry_of(text: str, **said: str | None) -> RawEntry:
    """The only entry of a document that is sound."""
    document = parse(text, **said)
    assert document.problems == ()
    (entry,) = document.entries
    return entry


def test_rss_entry_word_for_word() -> None:
    """P-08, P-42: an item is delivered as it stands, both bodies with their elements."""
    entry = parse(RSS).entries[0]
    assert entry.title == RawText(value="Weir Lane closed for £40,000 repairs", kind="unknown", base=URL)
    assert entry.links == (Link(href="https://www.aldermere.example/news/weir-lane"),)
    assert entry.dates == (RawDate(element="pubDate", text="Mon, 06 Jul 2026 09:30:00 BST"),)
    assert entry.bodies == (
        RawBody(element="description", text=RawText(value="Short.", base=URL)),
        RawBody(
            element="content:encoded", text=RawText(value="<p>Weir Lane is <b>closed</b> until Friday.</p>", base=URL)
        ),
    )
    assert parse(RSS).entries[1].bodies[0].text.value == "<p>Café opens at nine.</p>"


def test_atom_entry_word_for_word() -> None:
    """P-40: text is literal, html is decoded once, xhtml is the inside of its div."""
    first, second = parse(ATOM).entries
    assert first.title == RawText(value="Mayor &amp; market", kind="html", base=URL)
    assert first.bodies[0] == RawBody(
        element="atom:content", text=RawText(value="<p>Stalls &amp; <br>songs</p>", kind="xhtml", base=URL)
    )
    assert [date.element for date in first.dates] == ["atom:updated", "atom:published"]
    assert second.title == RawText(value="Ferry <late>", kind="text", base=URL)
    assert second.bodies == (RawBody(element="atom:summary", text=RawText(value="Again.", kind="text", base=URL)),)
    assert second.links == ()


@pytest.mark.parametrize(
    ("item", "raw_id", "permalink"),
    [
        ("<guid> 12346\n</guid>", "12346", True),
        ("<guid isPermaLink='true'>/news/1</guid>", "/news/1", True),
        ("<guid isPermaLink='false'>/news/1</guid>", "/news/1", False),
        ("<guid ispermalink='False'>A\u00a0</guid>", "A\u00a0", False),
        ("<guid/>", None, None),
        ("", None, None),
        ("<atom:id>tag:a.example,2026:1</atom:id>", "tag:a.example,2026:1", None),
    ],
)
def test_raw_ids(item: str, raw_id: str | None, permalink: bool | None) -> None:
    """P-11, P-13: ids are trimmed of XML white space only, never resolved; isPermaLink is delivered as said."""
    entry = entry_of(rss().replace("<guid>1</guid>", item), content_location="https://moved.example/x")
    assert (entry.raw_id, entry.permalink) == (raw_id, permalink)


def test_atom_ids_are_not_resolved() -> None:
    """P-11: neither xml:base nor the address of the feed gets into an id."""
    entry = entry_of(atom("<id>/a/../1 </id>", root="xml:base='https://b.example/'").replace("<id>1</id>", ""))
    assert (entry.raw_id, entry.permalink) == ("/a/../1", None)


def test_rdf_about_is_the_id() -> None:
    """P-11, P-44: RSS 1.0 names its items in rdf:about, and every dc:creator counts."""
    entry = parse(RDF).entries[0]
    assert entry.raw_id == "https://pellow.example/1"
    assert entry.authors == (Person(name="A. Reed"), Person(name="B. Moss"))
    assert entry.dates == (RawDate(element="dc:date", text="2026-07-01"),)


def test_dates_are_strings_with_their_elements() -> None:
    """P-08, P-30: several dates of one kind stand in document order, nonsense included."""
    entry = entry_of(
        rss(
            "<pubDate>Mon, 6 Jul</pubDate><dc:date>2026-07-06</dc:date><dcterms:modified>2026</dcterms:modified>"
            "<pubDate> 01/07/2026 </pubDate><atom:updated>x</atom:updated><pubDate/>"
        )
    )
    assert [(date.element, date.text) for date in entry.dates] == [
        ("pubDate", "Mon, 6 Jul"),
        ("dc:date", "2026-07-06"),
        ("dcterms:modified", "2026"),
        ("pubDate", "01/07/2026"),
        ("atom:updated", "x"),
    ]


def test_atom_03_dates_and_texts() -> None:
    """P-01, P-40: Atom 0.3 says issued, modified and mode."""
    entry = parse(
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>t</title><modified>2004</modified><entry><id>1</id>"
        "<title mode='escaped' type='text/html'>A &lt;i&gt;b&lt;/i&gt;</title><issued>2003</issued>"
        "<modified>2004</modified><content type='text/html' mode='base64'>aGk=</content></entry></feed>"
    ).entries[0]
    assert entry.title == RawText(value="A <i>b</i>", kind="html", base=URL)
    assert [(date.element, date.text) for date in entry.dates] == [("atom:published", "2003"), ("atom:updated", "2004")]
    assert entry.bodies == ()


@pytest.mark.parametrize(
    ("title", "value"),
    [
        ("AT&amp;T", "AT&T"),
        ("5 &lt; 6", "5 < 6"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&lt;b&gt;x&lt;/b&gt;", "<b>x</b>"),
        ("Q &amp;amp; A", "Q &amp; A"),
        ("<![CDATA[R & D]]>", "R & D"),
        ("<x:b>bold</x:b> word", "<b>bold</b> word"),
    ],
)
def test_rss_titles_are_decoded_once(title: str, value: str) -> None:
    """P-41: an RSS title is the string after exactly one XML decode, and of unknown kind."""
    entry = entry_of(rss().replace("<title>T</title>", f"<title>{title}</title>"))
    assert entry.title == RawText(value=value, kind="unknown", base=URL)


def test_languages_by_element() -> None:
    """P-08, P-43: the language of a text is the nearest one inside its entry; entry and feed have their own."""
    document = parse(
        rss(
            "<description xml:lang='cy'>Newyddion</description><content:encoded>News</content:encoded>"
            "<dc:language>en-GB</dc:language>",
            "<language>en</language>",
        )
    )
    entry = document.entries[0]
    assert [body.text.language for body in entry.bodies] == ["cy", None]
    assert (entry.language, document.feed.language) == ("en-GB", "en")
    inner = "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml' xml:lang='fr'>Non</div></content>"
    assert entry_of(atom(inner)).bodies[0].text.language == "fr"


def test_bases_by_element() -> None:
    """P-20: nearest xml:base, each relative to the one above, then Content-Location, then the final address."""
    text = atom("<summary xml:base='b/'>s</summary><content>c</content>", root="xml:base='/a/'")
    entry = entry_of(text, content_location="https://cdn.example/x/feed.atom")
    assert entry.base == "https://cdn.example/a/"
    assert [body.text.base for body in entry.bodies] == ["https://cdn.example/a/b/", "https://cdn.example/a/"]
    assert entry_of(atom()).base == URL
    assert entry_of(atom(), content_location="../feed").base == "https://www.aldermere.example/feed"
    for bad in ("javascript:alert(1)", "http://[", "data:x"):
        assert entry_of(atom(root=f"xml:base='{bad}'"), content_location=bad).base == URL


def test_all_hints_are_read() -> None:
    """H-25 to H-27, P-08: every hour and day, ttl, sy:*, fh:* and tombstones."""
    feed = parse(
        rss(
            channel="<ttl> 90 </ttl><skipHours><hour>0</hour><hour>24</hour><hour>07</hour><hour>25</hour>"
            "<hour>x</hour></skipHours><skipDays><day>Sunday</day><day>saturday</day><day>Sul</day></skipDays>"
            "<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
            "<sy:updateBase>2026-01-01T00:00Z</sy:updateBase><fh:complete/><fh:archive/>"
            "<at:deleted-entry ref='ald-9' when='2026-07-01T00:00:00Z'><at:comment>Withdrawn</at:comment>"
            "</at:deleted-entry>"
        )
    ).feed
    assert (feed.ttl, feed.skip_hours, feed.skip_days) == (90, (0, 7), ("Sunday", "Saturday"))
    assert (feed.update_period, feed.update_frequency, feed.update_base) == ("weekly", 2, "2026-01-01T00:00Z")
    assert (feed.complete, feed.archive) == (True, True)
    assert feed.tombstones == (RawTombstone(ref="ald-9", when="2026-07-01T00:00:00Z", comment="Withdrawn"),)
    silent = parse(rss(channel="<ttl>soon</ttl><sy:updateFrequency>-1</sy:updateFrequency>")).feed
    assert (silent.ttl, silent.update_frequency, silent.complete, silent.skip_hours) == (None, None, False, ())


def test_links_of_the_head() -> None:
    """P-08, H-80: hub, self, next and prev-archive in Atom and in RSS, with their attributes."""
    links = "".join(f"<atom:link rel='{rel}' href='{rel}.xml'/>" for rel in ("self", "hub", "next", "prev-archive"))
    document = parse(rss(channel=links + "<link>https://a.example/</link><atom:link/>"))
    assert [(link.rel, link.href) for link in document.feed.links] == [
        ("alternate", "https://a.example/"),
        ("self", "self.xml"),
        ("hub", "hub.xml"),
        ("next", "next.xml"),
        ("prev-archive", "prev-archive.xml"),
    ]
    (link,) = parse(atom(feed="<link href=' /x ' hreflang='cy' title='Newyddion' type='text/html'/>")).feed.links
    assert link == Link(href="/x", type="text/html", title="Newyddion", hreflang="cy")


def test_head_of_the_document() -> None:
    """P-08: who publishes, since when, with which picture and rights."""
    feed = parse(
        rss(
            channel="<description>News &amp; notices</description><copyright>© Aldermere</copyright><cc:license>"
            "https://ogl.example/3</cc:license><generator>Ply 2</generator><lastBuildDate>Mon</lastBuildDate>"
            "<managingEditor>news@aldermere.example (J. Pike)</managingEditor><image><url>/i.png</url></image>"
        )
    ).feed
    assert feed.subtitle is not None
    assert feed.subtitle.value == "News & notices"
    assert feed.rights == "© Aldermere; https://ogl.example/3"
    assert (feed.generator, feed.icon, feed.updated) == (
        "Ply 2",
        "/i.png",
        RawDate(element="lastBuildDate", text="Mon"),
    )
    assert feed.authors == (Person(name="J. Pike", email="news@aldermere.example"),)
    assert parse(ATOM).feed.raw_id == "tag:brackwater.example,2026:feed"


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("a.reed@x.example (Ann Reed)", Person(name="Ann Reed", email="a.reed@x.example")),
        ("Ann Reed &lt;a.reed@x.example&gt;", Person(name="Ann Reed", email="a.reed@x.example")),
        ("Ann  Reed", Person(name="Ann Reed")),
        ("a.reed@x.example", Person(name="", email="a.reed@x.example")),
        ("a@x.example (a@x.example)", Person(name="", email="a@x.example")),
        ("Ann Reed, Bo Moss", Person(name="Ann Reed, Bo Moss")),
    ],
)
def test_author_of_free_text(text: str, person: Person) -> None:
    """P-44: the name without the address; an address alone never becomes a name."""
    assert entry_of(rss(f"<author>{text}</author>")).authors == (person,)


def test_atom_authors() -> None:
    """P-44: every atom:author, with its address and page."""
    one = "<author><name>Ann Reed</name><email>a@x.example</email><uri>https://x.example/</uri></author>"
    entry = entry_of(atom(one + "<author><name>Bo</name></author>" + one))
    assert entry.authors == (Person(name="Ann Reed", email="a@x.example", uri="https://x.example/"), Person(name="Bo"))


def test_categories_are_split_on_nothing() -> None:
    """P-45: term, scheme and label as written."""
    entry = entry_of(rss("<category domain='s'>Roads, parks/paths</category><dc:subject>Bins</dc:subject><category/>"))
    assert entry.categories == (Category(term="Roads, parks/paths", scheme="s"), Category(term="Bins"))
    assert entry_of(atom("<category term='r' scheme='s' label='Roads'/>")).categories == (
        Category(term="r", scheme="s", label="Roads"),
    )


def test_enclosures_of_every_kind() -> None:
    """P-46: lengths are whole numbers or nothing, groups keep alternates together, no file is listed twice."""
    entry = entry_of(
        rss(
            "<enclosure url='a.mp3' type='audio/mpeg' length='12'/><enclosure url='b.pdf' length='1,2 MB'/><enclosure/>"
            "<media:group><media:content url='c.mp4' fileSize='9' medium='video'><media:title>C</media:title>"
            "<media:description>Alt</media:description></media:content><media:content url='c.webm' type='video/webm'/>"
            "<media:thumbnail url='c.jpg'/></media:group><media:content url='a.mp3'/><itunes:image href='i.jpg'/>"
            "<podcast:alternateEnclosure type='audio/opus' length='7' title='Small'><podcast:source uri='a.opus'/>"
            "</podcast:alternateEnclosure>"
        )
    )
    assert entry.enclosures == (
        Enclosure(url="a.mp3", type="audio/mpeg", length=12),
        Enclosure(url="b.pdf"),
        Enclosure(url="c.mp4", length=9, medium="video", title="C", alt="Alt", group=1),
        Enclosure(url="c.webm", type="video/webm", group=1),
        Enclosure(url="c.jpg", medium="image"),
        Enclosure(url="i.jpg", medium="image"),
        Enclosure(url="a.opus", type="audio/opus", length=7, title="Small", group=2),
    )


def test_atom_content_elsewhere_is_an_enclosure() -> None:
    """P-46: content with a src is no body but an attached file; binary content is neither."""
    entry = entry_of(
        atom("<content src='/m.pdf' type='application/pdf'/><link rel='enclosure' href='/m.mp3' length='5'/>")
    )
    assert entry.bodies == ()
    assert entry.enclosures == (Enclosure(url="/m.pdf", type="application/pdf"), Enclosure(url="/m.mp3", length=5))
    assert entry_of(atom("<content type='image/png'>iVBORw0KGgo=</content>")).bodies == ()


def test_bodies_by_element() -> None:
    """P-42: every candidate is delivered with its element and kind; the choice is made elsewhere."""
    entry = entry_of(
        rss(
            "<media:group><media:description>Plain &amp; simple</media:description></media:group>"
            "<itunes:summary>&lt;p&gt;S&lt;/p&gt;</itunes:summary>"
            "<description><x:p>Not <x:i>escaped</x:i></x:p></description>"
            "<body xmlns='http://www.w3.org/1999/xhtml'><p onclick='x()'>B &amp; C</p></body>"
        )
    )
    assert [(body.element, body.text.kind, body.text.value) for body in entry.bodies] == [
        ("media:description", "text", "Plain & simple"),
        ("itunes:summary", "html", "<p>S</p>"),
        ("description", "html", "<p>Not <i>escaped</i></p>"),
        ("content:encoded", "xhtml", '<p onclick="x()">B &amp; C</p>'),
    ]


def test_original_source() -> None:
    """P-47: an entry of an aggregate keeps where it comes from."""
    assert entry_of(rss("<source url='https://g.example/f'>Gazette</source>")).source == OriginalSource(
        title="Gazette", url="https://g.example/f"
    )
    said = (
        "<source><id>tag:g.example</id><title>Gazette</title><updated>2026</updated><rights>©</rights>"
        "<author><name>Ann</name></author><link href='https://g.example/'/><link rel='self' href='https://g.example/f'/>"
        "</source><title>Own</title>"
    )
    entry = entry_of(atom(said))
    assert entry.source == OriginalSource(
        raw_id="tag:g.example",
        title="Gazette",
        url="https://g.example/f",
        site_url="https://g.example/",
        updated="2026",
        rights="©",
        authors=("Ann",),
    )
    assert entry.authors == ()
    assert entry.links == ()
    assert entry.title is not None
    assert entry.title.value == "Own"


def test_points() -> None:
    """P-46: points of GeoRSS, W3C Geo and GML; nonsense is no place."""
    entry = entry_of(
        rss(
            "<georss:point>53.4 -2.9</georss:point><geo:lat>51.5</geo:lat><geo:long>-0.1</geo:long>"
            "<georss:where><gml:Point><gml:pos>52.1 -1.5</gml:pos></gml:Point></georss:where>"
            "<georss:point>91 0</georss:point><georss:point>nan inf</georss:point><georss:point>1</georss:point>"
        )
    )
    assert entry.points == ((53.4, -2.9), (52.1, -1.5), (51.5, -0.1))


def test_extras_are_bounded() -> None:
    """P-08: elements of unknown namespaces are kept as XML, as far as there is room."""
    entry = entry_of(rss("<x:ward code='7'>Mill</x:ward>" + f"<x:big>{'y' * 5000}</x:big>" + "<x:n>1</x:n>" * 30))
    assert len(entry.extras) == 20
    assert entry.extras[0].startswith("<x:ward ")
    assert "https://council-software.example/ns" in entry.extras[0]
    assert entry.extras[0].endswith('code="7">Mill</x:ward>')
    assert not any("yyy" in extra for extra in entry.extras)


def test_rights_and_comments() -> None:
    """P-08: dc:rights, a licence, and the page of comments."""
    entry = entry_of(rss("<dc:rights>© Reed</dc:rights><comments>https://a.example/c</comments>"))
    assert (entry.rights, entry.comments) == ("© Reed", "https://a.example/c")


def test_rss_in_a_foreign_default_namespace() -> None:
    """P-01: the elements of an rss root are RSS whatever namespace it claims."""
    text = RSS.replace("<rss ", "<rss xmlns='http://backend.userland.com/rss2' ")
    assert parse(text).entries == parse(RSS).entries
    assert parse(RSS.replace("<rss ", "<rss xmlns='urn:odd' ")).entries == parse(RSS).entries


def test_external_things_are_never_loaded() -> None:
    """P-02, P-08: XInclude, stylesheets and file addresses in a document are only text."""
    entry = entry_of(
        "<?xml-stylesheet href='file:///etc/passwd'?>"
        + rss(
            "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd' parse='text'/>"
            "<description>file:///etc/passwd</description>"
        )
    )
    assert entry.bodies[0].text.value == "file:///etc/passwd"
    assert "root:" not in "".join(entry.extras)


@pytest.mark.parametrize(
    "said",
    [
        'a="1" b=" "',
        'A="1" a="2"',
        'x:a="1" A="2"',
        'x:a=" " A="2"',
        'a=" " x:a="2" B="3"',
        'x:A=" 1 " B="" x:b="3"',
    ],
)
def test_attributes_together_and_one_by_one(said: str) -> None:
    """P-08: attributes are found whatever their namespace and case, in one way."""
    element = parse_tree(f'<e xmlns:x="urn:x" {said}/>'.encode())
    assert element is not None
    assert trimmed(element) == {name: word for name in "ab" if (word := attribute(element, name))}
