"""The output sanitiser (P-48): whatever comes in, inert HTML with absolute links comes out; cleaning twice changes
nothing more. The archive keeps what came in."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape, unescape

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.normalise.html_policy import (
    ATTRIBUTES,
    DROPPED_WITH_CONTENT,
    LINK_REL,
    SCHEMES,
    SET_ATTRIBUTES,
    TAGS,
    is_beacon,
    is_small_picture,
    is_tiny,
)
from aggregator.normalise.markup import is_extreme
from aggregator.normalise.text import one_line, plain_text
from aggregator.normalise.urls import host_of, published_link, resolve

SANITISER_VERSION = "1"
"""To be raised with every change of what comes out; a column of what is rendered (P-48)."""
LONGEST, ROUNDS, LONGEST_SRCSET = 4_000_000, 5, 16_384
_NEEDS_TREE = re.compile(r"<(?:(?:iframe|embed|object)[\s/>]|img[^>]{0,4000}\sstyle)", re.IGNORECASE)
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# Sanitised HTML escapes every angle bracket and quotation mark inside of values, so these see whole tags only.
_IMG = re.compile(r"<img(| [^>]*)>")
_VALUE = re.compile(r' ([a-z]+)="([^"]*)"')
_H1 = re.compile(r"<(/?)h1(?=[\s>])")
_RUN = re.compile(r"[\s,]*(\S+)")
_REST = re.compile(r"\s*([\d.]{1,8}[wx])?[^,]*,?")
_NOSCRIPT = re.compile(r"</?noscript[^<>]*>", re.IGNORECASE)
_EMPTY_PLAYER = re.compile(r"\s*(?:javascript|data|about):", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(-?\d{1,5})(?:\.\d+)?(?:px|(%))?\s*", re.IGNORECASE)
_CHECKED_NUMBERS = frozenset({"width", "height", "colspan", "rowspan", "start"})
_DIRECTIONS = frozenset({"ltr", "rtl", "auto"})


def clean_html(html: str, base: str | None) -> str:
    """Inert, allow-listed HTML. ``base`` is the absolute address that relative links stand under; without one they go.

    A body too deep, too misnested or over 4 million characters to parse safely comes out as one plain paragraph.
    """
    current = _NOT_IN_XML.sub("", html)
    address = resolve(base, None) if base else None
    for _ in range(ROUNDS):
        if len(current) > LONGEST or is_extreme(current):
            break
        cleaned = _cleaned(current, address)
        # Leaving out a tag can change how the rest nests, so it is done until nothing changes.
        if cleaned == current:
            return cleaned
        current = cleaned
    return _paragraph(html)


def _paragraph(html: str) -> str:
    text = one_line(plain_text(html))
    return f"<p>{escape(text, quote=False)}</p>" if text else ""


def _cleaned(html: str, base: str | None) -> str:
    # To a parser for browsers, what noscript holds is text; for our readers it is the picture itself.
    prepared = _NOSCRIPT.sub("", html)
    if _NEEDS_TREE.search(prepared):
        prepared = _without_embeds(prepared)
    cleaned = _H1.sub(r"<\1h2", _cleaner(base).clean(prepared))
    return _IMG.sub(_picture, cleaned) if "<img" in cleaned else cleaned


def _picture(found: re.Match[str]) -> str:
    """A picture that sends no referrer; nothing for one without an address, a tiny one or a beacon."""
    values: dict[str, str] = dict(_VALUE.findall(found[1]))
    address = unescape(values.get("src", values.get("srcset", "")))
    if not address or is_tiny(values.get("width"), values.get("height"), None) or is_beacon(address):
        return ""
    return f'<img{found[1]} referrerpolicy="no-referrer">'


@lru_cache(maxsize=32)
def _cleaner(base: str | None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TAGS,
        clean_content_tags=DROPPED_WITH_CONTENT,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute_filter(base),
        link_rel=LINK_REL,
        set_tag_attribute_values=SET_ATTRIBUTES,
        url_schemes=SCHEMES,
        url_relative=("rewrite_with_base", base) if base else "deny",
    )


def _attribute_filter(base: str | None) -> Callable[[str, str, str], str | None]:
    """What nh3 leaves to its caller: the addresses it does not resolve, ``data:``, and numbers."""

    def checked(tag: str, attribute: str, value: str) -> str | None:
        if attribute in {"href", "src", "poster"}:
            is_data = value.lstrip()[:5].lower() == "data:"
            return value if not is_data or (tag == "img" and is_small_picture(value.strip())) else None
        if attribute == "srcset":
            return _candidates(value, base)
        if attribute == "cite":
            return published_link(value, base)
        if attribute in _CHECKED_NUMBERS:
            number = _NUMBER.fullmatch(value)
            return number[1] + (number[2] or "") if number else None
        return value if attribute != "dir" or value.lower() in _DIRECTIONS else None

    return checked


def _candidates(srcset: str, base: str | None) -> str | None:
    """The candidates of a srcset with absolute web addresses; ``None`` where none is left (WHATWG HTML, 4.8.4.2.1)."""
    kept: list[str] = []
    found = _RUN.match(srcset) if len(srcset) <= LONGEST_SRCSET else None
    while found:
        written, at, size = found[1].rstrip(","), found.end(), ""
        if written == found[1] and (rest := _REST.match(srcset, at)):
            at, size = rest.end(), rest[1] or ""
        address = resolve(written, base)
        if address:
            kept.append(f"{address} {size}".rstrip())
        found = _RUN.match(srcset, at)
    return ", ".join(kept) or None


def _without_embeds(html: str) -> str:
    """Players become links with their title; pictures go whose style, which will be lost, hides them."""
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return html
    for node in body.css("iframe, embed, object"):
        _make_link(tree, node)
    for node in body.css("img[style]"):
        if is_tiny(None, None, node.attributes.get("style")):
            node.decompose()
    return body.inner_html or ""


def _make_link(tree: LexborHTMLParser, node: LexborNode) -> None:
    attributes = node.attributes
    addresses = (attributes.get(name) or "" for name in ("src", "data-src", "data"))
    address = next((one for one in addresses if one and not _EMPTY_PLAYER.match(one)), None)
    if not address:
        return
    link = tree.create_node("a")
    link.attrs["href"] = address
    link.insert_child(one_line(attributes.get("title") or "") or f"Embedded content: {host_of(address) or 'player'}")
    node.replace_with(link)
