"""Titles where none is stated: from the address, else from the first words; and the slug of a title. What is made here
is marked as such and goes into no hash."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

LONGEST, SHORTEST_SENTENCE = 90, 3
_IDS = re.compile(r"(?:-\d)?-\d{5,}$|^\d{4,}[.-]|-\d+-\d{5,}$|^(?:art|story|news)?-?\d+$", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:s?html?|php|aspx?|jsp|cfm|stm|txt|ece)$", re.IGNORECASE)
_LOST_APOSTROPHE = re.compile(r"(?<=[a-z]{2}) s(?= |$)")
_DIRECTORIES = frozenset(["amp", "feed", "index", "default", "home", "news", "page", "story", "view"])
_SENTENCE = re.compile(r"(?<=[.!?])[’'”\"]?\s")
_NOT_SLUG = re.compile(r"[^\w]+|_+")
_QUOTES = re.compile("[’'‘`´]")
LONGEST_SLUG = 100


def title_from_address(url: str | None) -> str | None:
    """The words of the last part of an address, without numbers that are ids: ``…/park-opens-1-8598311`` is “Park
    opens”. ``None`` where it has no two words."""
    try:
        path = urlsplit(url or "").path
    except ValueError:
        return None
    for part in reversed([unquote(piece) for piece in path.split("/") if piece]):
        if part.lower() in _DIRECTORIES:
            continue
        words = " ".join(_IDS.sub("", _IDS.sub("", _ENDING.sub("", part))).replace("_", "-").split("-")).split()
        if sum(any(char.isalpha() for char in word) for word in words) < 2:
            return None
        text = _LOST_APOSTROPHE.sub("’s", " ".join(words))
        return text[0].upper() + text[1:]
    return None


def title_from_words(text: str) -> str:
    """The first sentence where it is short, else the first words, marked ``…``; one line of at most 90 characters."""
    line = " ".join(text.split())
    sentence = _SENTENCE.split(line, maxsplit=1)[0].strip()
    if len(sentence) <= LONGEST and len(sentence.split()) >= SHORTEST_SENTENCE:
        return sentence.rstrip(".") if not sentence.endswith("...") else sentence
    if len(line) <= LONGEST:
        return line
    cut = line[: LONGEST + 1].rfind(" ")
    return (line[:cut] if cut > 0 else line[:LONGEST]).rstrip(" ,;:–-") + "…"


def slug(title: str) -> str:
    """A title as a part of an address: letters and digits of any script, joined by hyphens; at most 100 characters."""
    plain = _QUOTES.sub("", title.casefold())
    return "-".join(piece for piece in _NOT_SLUG.split(plain) if piece)[:LONGEST_SLUG].strip("-") or "untitled"
