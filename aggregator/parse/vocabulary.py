"""The words that the rapid path knows: elements of which it is certain what the patient path would make of them.

The patient path asks feedparser which entries there are; so an element is known here only where reading that library
shows that it can neither hide an entry, nor invent one, nor make the library fail. A test holds this list against it.
"""

from __future__ import annotations

from aggregator.parse.namespaces import ATOM, ATOM_03, RDF, XHTML

LEAF, DATE, TEXT, HOLDER, FOREIGN, ENTRY, CHANNEL = "leaf", "date", "text", "holder", "foreign", "entry", "channel"
"""Kinds: a leaf has no elements inside, a date is a leaf with a date, a text may hold HTML, a holder the words of
`INSIDE`, something foreign only what is foreign too."""

NETSCAPE, RSS_10 = "http://my.netscape.com/rdf/simple/0.9/", "http://purl.org/rss/1.0/"
USERLAND = "backend.userland.com/rss"

PREFIXES = {
    "": "",
    "http://backend.userland.com/rss": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    NETSCAPE: "",
    RSS_10: "",
    ATOM_03: "",
    ATOM.lower(): "",
    RDF.lower(): "rdf",
    XHTML: "xhtml",
    "http://creativecommons.org/ns#license": "cc",
    "http://web.resource.org/cc/": "cc",
    "http://backend.userland.com/creativecommonsrssmodule": "creativecommons",
    "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html": "creativecommons",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.georss.org/georss": "georss",
    "http://www.opengis.net/gml": "gml",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://podlove.org/simple-chapters": "psc",
}
"""Namespaces in lower case, and the prefix under which feedparser knows the elements of each."""

REFUSED = frozenset(
    {"http://example.com/newformat#", "http://example.com/necho", "http://purl.org/echo/", "uri/of/echo/namespace#"}
    | {"http://purl.org/pie/", "http://purl.org/rss/1.0/modules/rss091#"}
)
"""Namespaces, in lower case, that feedparser takes for those of RSS and Atom, and nobody else does."""

_KINDS = {
    ENTRY: "item entry",
    CHANNEL: "channel",
    DATE: "pubdate published issued updated modified lastbuilddate created "
    "dc:date dcterms:issued dcterms:modified dcterms:created",
    TEXT: "title subtitle tagline rights copyright description summary content content:encoded dc:title dc:description "
    "dc:rights media:title media:description itunes:subtitle itunes:summary",
    LEAF: "guid id link comments language webmaster generator docs ttl rating category enclosure cloud logo icon "
    "name email url uri homepage width height hour day managingeditor dc:creator dc:contributor dc:subject dc:language "
    "dc:publisher itunes:author itunes:image itunes:keywords itunes:block itunes:explicit itunes:name itunes:email "
    "media:thumbnail media:credit media:rating media:category media:keywords media:player georss:point cc:license",
    HOLDER: "author contributor source image textinput items skiphours skipdays "
    "itunes:owner itunes:category media:group media:content",
}
_PERSON = frozenset({"name", "email", "uri", "url", "homepage"})
_MEDIA = frozenset(
    {"media:title", "media:description", "media:thumbnail", "media:credit", "media:rating", "media:category"}
    | {"media:keywords", "media:player"}
)
INSIDE = {
    "author": _PERSON,
    "contributor": _PERSON,
    "source": frozenset(
        {"id", "title", "subtitle", "tagline", "rights", "copyright", "link", "updated", "published", "modified"}
        | {"author", "contributor", "category", "generator", "icon", "logo"}
    ),
    "image": frozenset({"title", "url", "link", "width", "height", "description"}),
    "textinput": frozenset({"title", "description", "name", "link"}),
    "items": frozenset[str](),
    "skiphours": frozenset({"hour"}),
    "skipdays": frozenset({"day"}),
    "itunes:owner": frozenset({"itunes:name", "itunes:email", "name", "email"}),
    "itunes:category": frozenset({"itunes:category"}),
    "media:group": _MEDIA | {"media:content"},
    "media:content": _MEDIA,
}
"""What may stand inside of each holder, besides what is foreign."""

KINDS = {word: kind for kind, words in _KINDS.items() for word in words.split()}
"""The kind of every word, under the names of feedparser."""

_HANDLED = "cc creativecommons content dc dcterms feedburner georss gml itunes media psc xhtml"
HANDLED = frozenset(_HANDLED.split())
"""The prefixes of which feedparser handles at least one element."""

_UNMODELLED = (
    "creativecommons:license dc:author dcterms:valid feedburner:browserfriendly georss:box georss:line "
    "georss:polygon georss:where gml:exterior gml:linearring gml:linestring gml:point gml:polygon gml:pos gml:poslist "
    "itunes:link media:license media:restriction psc:chapter psc:chapters xhtml:body"
)
UNMODELLED = frozenset(_UNMODELLED.split())
"""Elements that feedparser handles and that are too rare, or too treacherous, to be modelled here."""

HARMLESS = frozenset({"{com-wordpress:feed-additions:1}site", "{com-wordpress:feed-additions:1}post-id"})
"""Elements of an unknown default namespace, plain words to feedparser, that are common and have no handlers."""

HEAD_ONLY = frozenset({"image", "textinput", "items", "skiphours", "skipdays"})
"""Words that belong to the head; inside of an entry they confuse feedparser."""

_MARKUP = (
    "a abbr acronym address article aside audio b bdi bdo big blockquote br button center cite code col colgroup dd "
    "del details dfn div dl dt em figcaption figure font footer form h1 h2 h3 h4 h5 h6 header hr i iframe img input "
    "ins kbd label li main mark nav nobr ol p picture pre q rp rt ruby s samp section small span strike strong sub "
    "sup table tbody td tfoot th thead time tr tt u ul var video wbr"
)
MARKUP = frozenset(_MARKUP.split())
"""HTML that may stand unescaped inside of a text. Not among it: what has a namesake in a feed, such as ``source``."""


def name_of(tag: str) -> str | None:
    """The name under which feedparser knows an element (``{namespace}local``); ``None`` for an unknown namespace.

    Only the namespaces of `PREFIXES` are known here; what feedparser knows besides has no handlers.
    """
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    namespace = namespace.lower()
    prefix = "" if USERLAND in namespace else PREFIXES.get(namespace)
    if prefix is None:
        return None
    return f"{prefix}:{local.lower()}" if prefix else local.lower()


def kind_of(name: str) -> str | None:
    """The kind of an element by its name; ``None`` for one that the rapid path must not judge."""
    known = KINDS.get(name)
    if known or ":" not in name or name in UNMODELLED:
        return known
    # Words of a known vocabulary that feedparser stores and otherwise leaves alone, such as itunes:duration.
    return None if name.endswith((":detail", ":parsed")) else FOREIGN
