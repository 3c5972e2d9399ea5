"""OPML lists of other readers → outlines. Pure; hostile input: no DOCTYPE, no entities of its own, bounded throughout.

expat hands over one element at a time, so a bound stops the reading before anything is built.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from xml.parsers import expat

from aggregator.errors import Mistake, SettingsError
from aggregator.settings.slug import slug

MAX_BYTES, MAX_DEPTH, MAX_OUTLINES, MAX_VALUE = 5_000_000, 32, 10_000, 4_000
_ENCODINGS = {"utf-8", "ascii", "utf-16", "iso8859-1", "iso8859-15", "cp1252"}
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding=[\"']([A-Za-z0-9._-]{1,40})[\"']")
_BARE_AMPERSAND = re.compile(r"&(?!#\d+;|#x[0-9a-fA-F]+;|(?:amp|lt|gt|quot|apos);)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One feed of the list. ``category`` is the slug of its innermost folder, ``tags`` the folders around that."""

    url: str
    title: str | None = None
    site: str | None = None
    language: str | None = None
    category: str = ""
    tags: tuple[str, ...] = ()


def read_opml(body: bytes, name: str = "OPML") -> tuple[Outline, ...]:
    """Every outline with an ``xmlUrl``, in order, addresses as they stand there; ``name`` is used in messages.

    Raises `SettingsError` where the body is not OPML, breaks a bound, or carries a DOCTYPE.
    """
    if len(body) > MAX_BYTES:
        raise _refusal(name, 0, f"is larger than {MAX_BYTES // 1_000_000} MB")
    reader = _Reader(name)
    reader.read(_BARE_AMPERSAND.sub("&amp;", _decode(body, name)))
    return tuple(reader.found)


class _Reader:
    """Keeps the folders that are open while expat walks over the text."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Outline] = []
        self.open: list[str] = []
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.doctype

    def read(self, text: str) -> None:
        try:
            self.parser.Parse(text.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            raise _refusal(self.name, error.lineno, f"is not sound XML: {expat.ErrorString(error.code)}") from None

    def doctype(self, *_: object) -> None:
        raise self.refusal("carries a DOCTYPE, which OPML has no use for")

    def start(self, tag: str, given: dict[str, str]) -> None:
        if not self.open and tag.lower() != "opml":
            raise self.refusal(f"is not OPML: it begins with <{tag[:40]}>")
        if len(self.open) >= MAX_DEPTH:
            raise self.refusal(f"is nested more than {MAX_DEPTH} deep")
        values = {key.lower(): value.strip()[:MAX_VALUE] for key, value in given.items()}
        title = values.get("title") or values.get("text") or ""
        outline = tag.lower() == "outline"
        if outline and values.get("xmlurl"):
            self.keep(values, title)
        self.open.append(title if outline and not values.get("xmlurl") else "")

    def end(self, tag: str) -> None:
        del tag
        self.open.pop()

    def keep(self, values: dict[str, str], title: str) -> None:
        if len(self.found) >= MAX_OUTLINES:
            raise self.refusal(f"holds more than {MAX_OUTLINES:,} feeds")
        folders = [name for name in map(slug, self.open) if name]
        if not folders:
            # Some exports name the folder in an attribute: "/Local/Councils,/News".
            first = values.get("category", "").split(",")[0]
            folders = [name for name in map(slug, first.split("/")) if name]
        self.found.append(
            Outline(
                url=values["xmlurl"],
                title=title or None,
                site=values.get("htmlurl") or None,
                language=values.get("language") or None,
                category=folders[-1] if folders else "",
                tags=tuple(dict.fromkeys(folders[:-1])),
            )
        )

    def refusal(self, text: str) -> SettingsError:
        return _refusal(self.name, self.parser.CurrentLineNumber, text)


def _decode(body: bytes, name: str) -> str:
    """The text by byte-order mark, else by the declaration, of few encodings: rare ones can hide a DOCTYPE."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        declared = _DECLARED.match(body.removeprefix(codecs.BOM_UTF8).lstrip())
        encoding = declared[1].decode("ascii") if declared else "utf-8"
    try:
        encoding = codecs.lookup(encoding).name
        if encoding not in _ENCODINGS:
            raise LookupError
        text = body.decode(encoding).removeprefix("\ufeff").lstrip()
    except LookupError:
        raise _refusal(name, 1, f"is in an encoding that is not read here: {encoding}") from None
    except UnicodeDecodeError as error:
        raise _refusal(name, body[: error.start].count(b"\n") + 1, f"is not {encoding} here") from None
    return text


def _refusal(name: str, line: int, text: str) -> SettingsError:
    return SettingsError([Mistake(file=name, line=line, where="OPML", text=text)])
