"""Markup to plain text, and the first words of a text. Whatever comes in, time stays in proportion to its length."""

from __future__ import annotations

import re
from html import unescape

from selectolax.lexbor import LexborHTMLParser

from aggregator.normalise.markup import is_extreme, scanned_text, with_breaks
from aggregator.tidy import folded, tidy

SUMMARY_LENGTH = 300
_UNSEEN = ("script", "style", "template", "iframe", "noembed", "noframes", "object", "select", "textarea", "title")
# The first letter in both cases keeps the slow comparison without case to few tags.
_UNSEEN_TAG = re.compile(rf"<(?=[sStTiInNoO])(?i:{'|'.join(_UNSEEN)})[\s/>]")
_MARK = "\u2029"
"""Between paragraphs; as a character of a text it is white space."""
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def one_line(text: str) -> str:
    """``text`` without characters that XML forbids (P-06), every run of white space one space, none at the ends."""
    line = folded(text)
    return line if line.isprintable() else " ".join(_NOT_IN_XML.sub("", line).split())


def plain_text(html: str) -> str:
    """The visible text of a piece of markup on one line: entities resolved, scripts and styles left out."""
    if "<" not in html:
        return one_line(unescape(html) if "&" in html else html)
    if plain := tidy(html):
        line = plain.text.replace("\n", " ")
        return line if plain.is_printable else one_line(line)
    if is_extreme(html):
        return one_line(unescape(scanned_text(html)))
    tree = LexborHTMLParser(with_breaks(html))
    if tree.body is None:
        return one_line(unescape(scanned_text(html)))
    if _UNSEEN_TAG.search(html):
        tree.strip_tags(list(_UNSEEN))
    return one_line(tree.body.text() if tree.body else "")


def paragraphs(html: str) -> tuple[str, ...]:
    """The visible text of a piece of markup, a line for each block that has words; ``<br>`` ends a line, too."""
    if "<" not in html or is_extreme(html):
        words = plain_text(html)
        return (words,) if words else ()
    tree = LexborHTMLParser(with_breaks(html, _MARK))
    if _UNSEEN_TAG.search(html):
        tree.strip_tags(list(_UNSEEN))
    found = (tree.body.text() if tree.body else "").split(_MARK)
    return tuple(line for part in found if (line := one_line(part)))


def first_words(text: str, limit: int = SUMMARY_LENGTH) -> str:
    """The first ``limit`` characters of a one-line text, cut at the end of a word and marked ``…`` (P-42)."""
    if len(text) <= limit:
        return text
    head = text[: limit + 1]
    cut = head.rfind(" ")
    return (text[:cut] if cut > 0 else text[:limit]).rstrip(" ,;:–-") + "…"
