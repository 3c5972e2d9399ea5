"""The four formats of the generated feeds, as bytes: WordPress RSS 2.0, Atom, RSS 1.0 and plain council RSS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import formatdate
from html import escape

from bench.farm import Farm, Post, kind_of, site_of

TYPES = {
    "wordpress": "application/rss+xml; charset=UTF-8",
    "atom": "application/atom+xml; charset=utf-8",
    "rdf": "application/rdf+xml",
    "council": "text/xml",
}


def render(farm: Farm, feed: int, generation: int) -> bytes:
    """The document of one feed in one generation."""
    posts = farm.window(feed, generation)
    text = _WRITERS[kind_of(feed)](feed, posts)
    latin = kind_of(feed) == "council" and feed % 20 == 3
    return text.encode("iso-8859-1", "xmlcharrefreplace") if latin else text.encode()


def _rfc822(seconds: int) -> str:
    return formatdate(seconds, usegmt=True).replace("GMT", "+0000")


def _rfc3339(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _wordpress(feed: int, posts: Sequence[Post]) -> str:
    items = "".join(_wordpress_item(post) for post in posts)
    return f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
\txmlns:content="http://purl.org/rss/1.0/modules/content/"
\txmlns:wfw="http://wellformedweb.org/CommentAPI/"
\txmlns:dc="http://purl.org/dc/elements/1.1/"
\txmlns:atom="http://www.w3.org/2005/Atom"
\txmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
\txmlns:slash="http://purl.org/rss/1.0/modules/slash/">
<channel>
\t<title>Site {feed}</title>
\t<atom:link href="{site_of(feed)}/feed/" rel="self" type="application/rss+xml" />
\t<link>{site_of(feed)}/</link>
\t<description>News from around here</description>
\t<lastBuildDate>{_rfc822(posts[0].date)}</lastBuildDate>
\t<language>en-GB</language>
\t<sy:updatePeriod>hourly</sy:updatePeriod>
\t<sy:updateFrequency>1</sy:updateFrequency>
\t<generator>https://wordpress.org/?v=6.8</generator>
{items}</channel>
</rss>
"""


def _wordpress_item(post: Post) -> str:
    tags = "".join(f"\t\t<category><![CDATA[{tag}]]></category>\n" for tag in post.tags)
    return f"""\t<item>
\t\t<title>{escape(post.title, quote=False)}</title>
\t\t<link>{escape(post.link)}</link>
\t\t<comments>{escape(post.link)}#respond</comments>
\t\t<dc:creator><![CDATA[{post.author}]]></dc:creator>
\t\t<pubDate>{_rfc822(post.date)}</pubDate>
{tags}\t\t<guid isPermaLink="false">{post.guid}</guid>
\t\t<description><![CDATA[<p>{post.lead} [&#8230;]</p>]]></description>
\t\t<content:encoded><![CDATA[{post.html}]]></content:encoded>
\t\t<wfw:commentRss>{escape(post.link)}feed/</wfw:commentRss>
\t\t<slash:comments>{len(post.lead) % 9}</slash:comments>
\t</item>
"""


def _atom(feed: int, posts: Sequence[Post]) -> str:
    entries = "".join(_atom_entry(post) for post in posts)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">
  <title>Site {feed}</title>
  <link rel="self" href="{site_of(feed)}/atom.xml"/>
  <link rel="alternate" type="text/html" href="{site_of(feed)}/"/>
  <updated>{_rfc3339(posts[0].date)}</updated>
  <id>tag:site{feed:05d}.example,2020:feed</id>
{entries}</feed>
"""


def _atom_entry(post: Post) -> str:
    tags = "".join(f'    <category term="{tag}"/>\n' for tag in post.tags)
    return f"""  <entry>
    <title>{escape(post.title, quote=False)}</title>
    <link rel="alternate" href="{escape(post.link)}"/>
    <id>{post.guid}</id>
    <published>{_rfc3339(post.date)}</published>
    <updated>{_rfc3339(post.date)}</updated>
    <author><name>{post.author}</name></author>
{tags}    <summary>{escape(post.lead, quote=False)}</summary>
    <content type="html">{escape(post.html or post.lead, quote=False)}</content>
  </entry>
"""


def _rdf(feed: int, posts: Sequence[Post]) -> str:
    listed = "".join(f'    <rdf:li rdf:resource="{escape(post.link)}"/>\n' for post in posts)
    items = "".join(_rdf_item(post) for post in posts)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
 <channel rdf:about="{site_of(feed)}/news.rdf">
  <title>Site {feed}</title>
  <link>{site_of(feed)}/</link>
  <description>A feed of the old kind</description>
  <items><rdf:Seq>
{listed}  </rdf:Seq></items>
 </channel>
{items}</rdf:RDF>
"""


def _rdf_item(post: Post) -> str:
    return f""" <item rdf:about="{escape(post.link)}">
  <title>{escape(post.title, quote=False)}</title>
  <link>{escape(post.link)}</link>
  <description>{escape(post.lead, quote=False)}</description>
  <dc:creator>{post.author}</dc:creator>
  <dc:date>{_rfc3339(post.date)}</dc:date>
  <content:encoded><![CDATA[{post.html}]]></content:encoded>
 </item>
"""


def _council(feed: int, posts: Sequence[Post]) -> str:
    encoding = "iso-8859-1" if feed % 20 == 3 else "utf-8"
    items = "".join(_council_item(post) for post in posts)
    return f"""<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0">
<channel>
<title>Council {feed} news</title>
<link>{site_of(feed)}/news</link>
<description>News and notices</description>
<language>en-gb</language>
{items}</channel>
</rss>
"""


def _council_item(post: Post) -> str:
    return f"""<item>
<title>{escape(post.title, quote=False)}</title>
<link>{escape(post.link)}</link>
<description>{escape(post.lead, quote=False)}</description>
<pubDate>{formatdate(post.date, usegmt=True)}</pubDate>
<guid isPermaLink="false">{post.guid}</guid>
</item>
"""


_WRITERS: dict[str, Callable[[int, Sequence[Post]], str]] = {
    "wordpress": _wordpress,
    "atom": _atom,
    "rdf": _rdf,
    "council": _council,
}
