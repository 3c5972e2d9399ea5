"""Which namespace is meant: publishers spell the same one in several ways, and some forget to declare it."""

from __future__ import annotations

ATOM = "http://www.w3.org/2005/Atom"
ATOM_03 = "http://purl.org/atom/ns#"
XHTML = "http://www.w3.org/1999/xhtml"
XML = "http://www.w3.org/XML/1998/namespace"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

BY_PREFIX = {
    "atom": ATOM,
    "a10": ATOM,
    "rdf": RDF,
    "rss": "http://purl.org/rss/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "georss": "http://www.georss.org/georss",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "gml": "http://www.opengis.net/gml",
    "fh": "http://purl.org/syndication/history/1.0",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "cc": "http://creativecommons.org/ns#",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
    "thr": "http://purl.org/syndication/thread/1.0",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "xhtml": XHTML,
    "xlink": "http://www.w3.org/1999/xlink",
}
"""The namespace that an undeclared prefix almost certainly means."""

_PREFIXES = {uri.lower().rstrip("/#"): prefix for prefix, uri in BY_PREFIX.items() if prefix != "a10"} | {
    "": "",
    "http://purl.org/rss/1.0": "",
    "http://my.netscape.com/rdf/simple/0.9": "",
    "http://channel.netscape.com/rdf/simple/0.9": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/net/rss1.1": "",
    "http://purl.org/atom/ns": "atom",
    "http://web.resource.org/cc": "cc",
    "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html": "creativeCommons",
    "http://creativecommons.org/ns#license": "cc",
    "https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://opengis.net/gml": "gml",
}


def prefix_of(namespace: str) -> str | None:
    """The usual prefix of a namespace, ``""`` for RSS's own elements, ``None`` for one that we do not know."""
    key = namespace.lower().rstrip("/#")
    known = _PREFIXES.get(key)
    if known is None and "backend.userland.com/rss" in key:
        return ""
    return known
