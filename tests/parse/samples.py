"""Small documents of made-up councils and papers, and the context they are read in."""

from __future__ import annotations

from datetime import UTC, datetime

from aggregator.model import RawDocument, ReadContext
from aggregator.parse import read
from aggregator.parse.paths import differences, read_by_patient_path

URL = "https://www.aldermere.example/news/feed"

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
<title>Aldermere Council</title>
<link>https://www.aldermere.example/news</link>
<description>Newyddion a newyddion – news</description>
<item>
<title>Weir Lane closed for £40,000 repairs</title>
<link>https://www.aldermere.example/news/weir-lane</link>
<guid isPermaLink="false">ald-101</guid>
<pubDate>Mon, 06 Jul 2026 09:30:00 BST</pubDate>
<description>Short.</description>
<content:encoded><![CDATA[<p>Weir Lane is <b>closed</b> until Friday.</p>]]></content:encoded>
</item>
<item>
<title>Library hours</title>
<link>https://www.aldermere.example/news/library</link>
<guid>https://www.aldermere.example/news/library</guid>
<pubDate>Sun, 05 Jul 2026 10:00:00 +0100</pubDate>
<description>&lt;p&gt;Caf&#233; opens at nine.&lt;/p&gt;</description>
</item>
</channel>
</rss>
"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">
<id>tag:brackwater.example,2026:feed</id>
<title>Brackwater Gazette</title>
<updated>2026-07-06T08:00:00Z</updated>
<link rel="self" href="https://brackwater.example/feed.atom"/>
<entry>
<id>tag:brackwater.example,2026:1</id>
<title type="html">Mayor &amp;amp; market</title>
<link href="/2026/market"/>
<updated>2026-07-06T08:00:00Z</updated>
<published>2026-07-05T08:00:00+01:00</published>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Stalls &amp; <br/>songs</p></div></content>
</entry>
<entry>
<id>tag:brackwater.example,2026:2</id>
<title>Ferry &lt;late&gt;</title>
<updated>2026-07-04T08:00:00Z</updated>
<summary>Again.</summary>
</entry>
</feed>
"""

RDF = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://pellow.example/"><title>Pellow Parish</title><link>https://pellow.example/</link></channel>
<item rdf:about="https://pellow.example/1"><title>Bench</title><link>https://pellow.example/1</link>
<dc:date>2026-07-01</dc:date><dc:creator>A. Reed</dc:creator><dc:creator>B. Moss</dc:creator></item>
</rdf:RDF>
"""

JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "Thornby Town", "items": [
{"id": "a", "url": "https://thornby.example/a", "title": "Fair", "content_html": "<p>On</p>",
 "date_published": "2026-07-06T09:00:00+01:00"}]}"""


def context(**said: str | None) -> ReadContext:
    """A context with the address of Aldermere and what else is said."""
    return ReadContext(**{"url": URL, "fetched_at": datetime(2026, 7, 7, tzinfo=UTC), **said})  # type: ignore[arg-type]


def parse(text: str | bytes, **said: str | None) -> RawDocument:
    """Read a text (as UTF-8) or bytes; whatever it is, the patient path must read the same."""
    body = text.encode() if isinstance(text, str) else text
    document = read(body, context(**said))
    assert differences(document, read_by_patient_path(body, context(**said))) == ()
    return document


def rss(item: str = "", channel: str = "", root: str = "") -> str:
    """An RSS 2.0 document with one item and the usual namespaces."""
    return f"""<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:georss="http://www.georss.org/georss"
 xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#" xmlns:gml="http://www.opengis.net/gml"
 xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
 xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:at="http://purl.org/atompub/tombstones/1.0"
 xmlns:cc="http://creativecommons.org/ns#" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:x="https://council-software.example/ns" {root}><channel><title>Aldermere</title>{channel}
<item><title>T</title><guid>1</guid>{item}</item></channel></rss>"""


def atom(entry: str = "", feed: str = "", root: str = "") -> str:
    """An Atom document with one entry."""
    return f"""<feed xmlns="http://www.w3.org/2005/Atom" {root}><id>f</id><title>Gazette</title>{feed}
<entry><id>1</id>{entry}</entry></feed>"""


def kinds(document: RawDocument) -> list[str]:
    """The kinds of its problems, in order."""
    return [problem.kind for problem in document.problems]
