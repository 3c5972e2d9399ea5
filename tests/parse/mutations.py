"""Documents that are a little, or a lot, unlike what a publisher meant: the same ones for the same number, for ever."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from bench.farm import Farm
from bench.formats import render
from tests.parse.samples import ATOM, RDF, RSS, atom, rss

FARM = Farm(feeds=20, entries=3, seed=5, epoch=1_780_000_000)

PARTS = tuple(Path(__file__).with_name("parts.txt").read_text(encoding="utf-8").splitlines())
"""Elements of every kind that a feed may hold, and some that it should not."""
_DECLARED = """xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:georss="http://www.georss.org/georss"
 xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#" xmlns:gml="http://www.opengis.net/gml"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:fh="http://purl.org/syndication/history/1.0"
 xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns:cc="http://web.resource.org/cc/"
 xmlns:creativeCommons="http://backend.userland.com/creativeCommonsRssModule" xmlns:x="urn:x"
 xmlns:dcterms="http://purl.org/dc/terms/" xmlns:psc="http://podlove.org/simple-chapters"
 xmlns:xhtml="http://www.w3.org/1999/xhtml" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#\""""
_SPACES = (
    "http://purl.org/dc/elements/1.1/ http://purl.org/dc/elements/1.1 http://www.w3.org/2005/Atom http://purl.org/pie/ "
    "http://purl.org/rss/1.0/ http://my.netscape.com/rdf/simple/0.9/ http://purl.org/atom/ns# urn:some:thing "
    "http://backend.userland.com/rss2 http://search.yahoo.com/mrss http://www.itunes.com/DTDs/PodCast-1.0.dtd "
    "http://www.w3.org/1999/xhtml http://purl.org/rss/1.0/modules/content/ HTTP://WWW.W3.ORG/2005/ATOM"
)
_NAMESPACES = tuple(_SPACES.split())
_PAIRS = (
    'xml:lang="cy"|xml:base="https://base.example/dir/"|xml:base="sub/"|xml:base="http://[bad"|xml:lang=""|type="html"'
    '|type="text/plain"|type="image/png"|mode="escaped"|href="/h"|lastmod="2026-01-01"|version="0.91"|x:version="0.92"'
    '|rdf:about="https://about.example/"|isPermaLink="false"|src="/s"|url="/u"|rel="self"|lang="fr"|base="/b/"'
)
_ATTRIBUTES = tuple(_PAIRS.split("|"))
_TAG = re.compile(r"(<!\[CDATA\[.*?\]\]>|<!--.*?-->|<[^<>]*>)", re.DOTALL)
_TEXTS = ("", " \n", "\u00a0", "&#32;", "2026/01/02", "&amp;lt;", "\u00e2\u0080\u0099", "<!-- c -->")
_UPSETTING = re.compile(r"<(?:\w+:)?(?:Item|item|entry|channel|tags|svg)\b")
_WORDS = re.compile(r"<(/?)([\w:.-]+)")

Tokens = list[str]


def bases() -> tuple[str, ...]:
    """The documents that are mutated: of every format, from plain to full."""
    everything = "".join(part for part in PARTS if not _UPSETTING.search(part))
    generated = tuple(render(FARM, feed, 0).decode("latin-1" if feed == 3 else "utf-8") for feed in (0, 1, 3, 7))
    council = rss("<link>https://c.example/1</link><pubDate>Mon, 06 Jul 2026 09:30:00 +0100</pubDate>")
    full = rss(everything).replace("<rss ", f"<rss {_missing(rss())}", 1)
    small = atom("<title>E</title><link href='/1'/><updated>2026-07-01</updated>")
    return (RSS, ATOM, RDF, council, full, small, *generated)


def mutated(number: int, base: str | None = None) -> bytes:
    """Document ``number``: one of `bases`, or this one, with a few changes."""
    rng = Random(number)
    known = bases_once()
    text = base if base is not None else known[rng.randrange(len(known))]
    if rng.random() < 0.7:
        text = declared(text)
    tokens = [token for token in _TAG.split(text) if token]
    for _ in range(rng.choice((1, 1, 2, 3, 5, 8))):
        rng.choice(_CHANGES)(tokens, rng)
    body = "".join(tokens).encode("utf-8", "replace")
    if rng.random() < 0.06:
        body = _damaged(body, rng)
    return body


_KNOWN: list[tuple[str, ...]] = []


def bases_once() -> tuple[str, ...]:
    """`bases`, made once."""
    if not _KNOWN:
        _KNOWN.append(bases())
    return _KNOWN[0]


def declared(text: str) -> str:
    """A document that declares all the usual namespaces."""
    missing = _missing(text)
    return re.sub(r"<(rss|feed|rdf:RDF)\b", lambda found: f"{found[0]} {missing}", text, count=1) if missing else text


def _missing(text: str) -> str:
    """Declarations of the usual namespaces that a document does not make itself."""
    pairs = re.findall(r'(xmlns:[\w.-]+)="([^"]*)"', _DECLARED)
    return " ".join(f'{name}="{uri}"' for name, uri in pairs if f"{name}=" not in text)


def _places(tokens: Tokens, form: str) -> list[int]:
    return [at for at, token in enumerate(tokens) if re.match(form, token)]


def _insert(tokens: Tokens, rng: Random) -> None:
    """Any part anywhere."""
    at = _places(tokens, r"</?[a-zA-Z]")
    tokens.insert(rng.choice(at) + rng.randrange(2), rng.choice(PARTS))


def _insert_in_entry(tokens: Tokens, rng: Random) -> None:
    """Any part where an entry begins or ends: most documents stay sensible."""
    at = _places(tokens, r"<(?:item|entry)\b[^/]*>$") or [1]
    tokens.insert(rng.choice(at) + 1, rng.choice(PARTS))


def _delete(tokens: Tokens, rng: Random) -> None:
    """An element without children goes."""
    at = [n for n in _places(tokens, r"<[a-zA-Z]") if n + 2 < len(tokens) and tokens[n + 2].startswith("</")]
    if at:
        start = rng.choice(at)
        del tokens[start : start + 3]


def _blank(tokens: Tokens, rng: Random) -> None:
    """A text becomes empty, or white space, or odd."""
    at = [n for n, token in enumerate(tokens) if token.strip() and not token.startswith("<")]
    if at:
        tokens[rng.choice(at)] = rng.choice(_TEXTS)


def _repeat(tokens: Tokens, rng: Random) -> None:
    """An entry, or a run of tags, once more somewhere else."""
    starts, ends = _places(tokens, r"<(?:item|entry)\b"), _places(tokens, r"</(?:item|entry)\b")
    if starts and ends:
        start = rng.choice(starts)
        end = next((n for n in ends if n > start), start)
        part = tokens[start : end + 1]
        if rng.random() < 0.4:
            del tokens[start : end + 1]
        at = rng.choice(_places(tokens, r"</(?:item|entry)\b") or [len(tokens) - 1]) + 1
        tokens[at:at] = part


def _rename(tokens: Tokens, rng: Random) -> None:
    """One element gets the name of another part."""
    at = [n for n in _places(tokens, r"<[a-zA-Z]") if n + 2 < len(tokens) and tokens[n + 2].startswith("</")]
    found = _WORDS.match(rng.choice(PARTS))
    if at and found:
        start = rng.choice(at)
        tokens[start] = _WORDS.sub(rf"<\g<1>{found[2]}", tokens[start], count=1)
        tokens[start + 2] = _WORDS.sub(rf"<\g<1>{found[2]}", tokens[start + 2], count=1)


def _attribute(tokens: Tokens, rng: Random) -> None:
    """An attribute more."""
    at = rng.choice(_places(tokens, r"<[a-zA-Z]"))
    tokens[at] = re.sub(r"(/?>)$", lambda found: f" {rng.choice(_ATTRIBUTES)}{found[1]}", tokens[at])


def _declare(tokens: Tokens, rng: Random) -> None:
    """A namespace, declared or declared differently, on the root or anywhere."""
    at = rng.choice(_places(tokens, r"<[a-zA-Z]")[: rng.choice((1, 1, 1000))])
    prefix = rng.choice((":dc", ":q", ":itunes", "", ":atom", ":x"))
    tokens[at] = re.sub(rf"""\sxmlns{prefix}=("[^"]*"|'[^']*')""", "", tokens[at])
    tokens[at] = re.sub(r"(/?>)$", lambda found: f' xmlns{prefix}="{rng.choice(_NAMESPACES)}"{found[1]}', tokens[at])


def _wrap(tokens: Tokens, rng: Random) -> None:
    """An element inside of another one."""
    at = [n for n in _places(tokens, r"<[a-zA-Z]") if n + 2 < len(tokens) and tokens[n + 2].startswith("</")]
    if at:
        start, name = rng.choice(at), rng.choice(("x:w", "media:group", "div", "source", "author", "image", "content"))
        tokens.insert(start + 3, f"</{name}>")
        tokens.insert(start, f"<{name}>")


def _split(tokens: Tokens, rng: Random) -> None:
    """A text cut by a comment, an instruction, a CDATA section or a reference."""
    at = [n for n, token in enumerate(tokens) if len(token) > 3 and not token.startswith("<") and "&" not in token]
    if at:
        place = rng.choice(at)
        text, cut = tokens[place], rng.randrange(1, 3)
        middle = rng.choice(("<!-- x -->", "<?p i?>", "<![CDATA[ & < ]]>", "&#x2014;", "&gt;", "<![CDATA[]]>"))
        tokens[place : place + 1] = [text[:cut], middle, text[cut:]]


def _shuffle(tokens: Tokens, rng: Random) -> None:
    """The attributes of the root in another order."""
    at = _places(tokens, r"<(?:rss|feed|rdf:RDF)\b")
    if at:
        name, *pairs = re.findall(r"""<[\w:]+|[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*')""", tokens[at[0]])
        rng.shuffle(pairs)
        tokens[at[0]] = " ".join((name, *pairs)) + ">"


def _damaged(body: bytes, rng: Random) -> bytes:
    """Cut off, or with bytes changed."""
    if rng.random() < 0.5:
        return body[: rng.randrange(len(body))]
    changed = bytearray(body)
    for _ in range(rng.randrange(1, 4)):
        changed[rng.randrange(len(changed))] = rng.choice(b'<>&\x00\xff"/ a')
    return bytes(changed)


_CHANGES: tuple[Callable[[Tokens, Random], None], ...] = (
    *(_insert, _insert_in_entry, _insert_in_entry, _delete, _blank, _repeat, _rename),
    *(_attribute, _declare, _wrap, _split, _shuffle),
)
