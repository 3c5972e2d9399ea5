"""The gate: is it a feed, in which encoding, is it whole. Everything dangerous is refused here, before any parser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from aggregator.errors import UnreadableError
from aggregator.model import Problem
from aggregator.parse.characters import clean, strip_forbidden
from aggregator.parse.encoding import Decoded, decode
from aggregator.parse.prolog import Prolog, read_prolog
from aggregator.parse.refusal import not_a_feed
from aggregator.parse.slices import Slices
from aggregator.parse.whole import make_whole

MAX_BYTES = 64 * 1024 * 1024
"""No body of a feed is as long as this; the fetcher's own limit is far below it."""
_ATOM = re.compile(r"^(?:http://www\.w3\.org/2005/Atom|http://purl\.org/atom/ns#)$", re.IGNORECASE)
_FEED_AHEAD = re.compile(r"<\?xml\s|<(?:rss|feed|(?:\w+:)?RDF)[\s>]")
_BLANK = "\ufeff \t\r\n"
_LONGEST_JUNK, _LONGEST_LOOK, _MOST_GUESSES = 8192, 200_000, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Json:
    """The text of what may be a JSON Feed."""

    text: str
    encoding: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Xml:
    """An RSS, RDF or Atom document as UTF-8 with a matching declaration, without DOCTYPE and without half an entry.

    ``sound`` says that it is well-formed now, whatever it was when it came; ``partial`` as in `RawDocument`; ``slices``
    are where its entries lie, if it is sound and they stand side by side.
    """

    data: bytes
    slices: Slices | None
    root: str
    encoding: str
    problems: tuple[Problem, ...]
    sound: bool
    partial: bool


def admit(body: bytes, content_type: str | None = None) -> Json | Xml:
    """Let a feed in, cleaned of what XML forbids (P-01 to P-06).

    Raises:
        UnreadableError: kinds ``empty``, ``html``, ``not-a-feed``, ``entities``, ``too-deep``, ``too-large``,
            ``malformed``.
    """
    if len(body) > MAX_BYTES:
        raise UnreadableError("too-large", f"{len(body)} bytes: more than the {MAX_BYTES} that a feed may have")
    if not body.strip(b"\0 \t\r\n"):
        raise UnreadableError("empty", "the server sent an empty document")
    decoded = decode(body, content_type)
    if strip_forbidden(decoded.text[:_LONGEST_JUNK]).lstrip(_BLANK)[:1] in ("{", "["):
        text = strip_forbidden(decoded.text).lstrip(_BLANK)
        return Json(text=text, encoding=decoded.encoding, problems=decoded.problems)
    text, removed = clean(decoded.text, decoded.data)
    problems = decoded.problems
    if removed:
        problems += (Problem(kind="control-characters", detail=f"{removed} characters forbidden in XML left out"),)
    is_clean = text is decoded.text
    text = text.lstrip(_BLANK)
    if not text:
        raise UnreadableError("empty", "the server sent an empty document")
    return _xml(text, decoded, problems, is_clean)


def _xml(text: str, decoded: Decoded, problems: tuple[Problem, ...], is_clean: bool) -> Xml:
    text, prolog, junk = _past_junk(text)
    if prolog.entities:
        raise UnreadableError("entities", "the document declares XML entities of its own; no feed needs them")
    if not _is_feed(prolog):
        raise not_a_feed(text, prolog)
    rest = text[prolog.end :]
    whole = make_whole(rest, prolog, _bytes_of(rest, decoded) if is_clean else None)
    return Xml(
        data=whole.data,
        slices=whole.slices,
        root=prolog.local,
        encoding=decoded.encoding,
        problems=problems + junk + whole.problems,
        sound=whole.sound,
        partial=whole.partial,
    )


def _bytes_of(rest: str, decoded: Decoded) -> bytes | None:
    """The end of a text as UTF-8, without encoding all of it again."""
    if decoded.data is None:
        return None
    before = decoded.text[: len(decoded.text) - len(rest)]
    return decoded.data[len(before.encode("utf-8")) :]


def _past_junk(text: str) -> tuple[str, Prolog, tuple[Problem, ...]]:
    """The text from the start of its XML, where only junk (a warning of PHP, say) stands before a feed."""
    prolog = read_prolog(text)
    if _is_feed(prolog) or prolog.local.lower() == "html" or "html" in prolog.doctype[:200].lower():
        return text, prolog, ()
    for found in islice(_FEED_AHEAD.finditer(text, 1, _LONGEST_JUNK), _MOST_GUESSES):
        ahead = read_prolog(text[found.start() : found.start() + _LONGEST_LOOK])
        if _is_feed(ahead):
            problem = Problem(kind="leading-junk", detail=f"{found.start()} characters before the feed left out")
            return text[found.start() :], ahead, (problem,)
    return text, prolog, ()


def _is_feed(prolog: Prolog) -> bool:
    """Whether the root element is that of a feed (P-01)."""
    match prolog.local:
        case "rss":
            return True
        case "RDF":
            return prolog.prefix != "" and prolog.has_rss
        case "feed":
            return bool(_ATOM.match(prolog.namespace))
    return False
