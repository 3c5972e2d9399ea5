"""The language of a text and how it is known (P-43): what is stated nearest wins, guessing comes last."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from aggregator.normalise.english import is_plainly_english

if TYPE_CHECKING:
    from lingua import LanguageDetector

LONGEST_TAG = 64
FEWEST_WORDS, LEAST_SURE, SAMPLE = 40, 0.9, 400
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,6}")
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "mis"})
_BY_NAME = {"english": "en", "welsh": "cy", "cymraeg": "cy"}
# The languages of British councils and their neighbours: each costs about 2 MB once it is needed. A text in any other
# language of the Latin alphabet may be taken for one of these; other scripts are known by their letters.
_DETECTED = "en cy ga fr de nl es pt it pl ro ar bg bn fa gu pa ru uk ur zh"
_GRAVE, _ACUTE = frozenset("àèìòù"), frozenset("áéíóú")


def language_tag(text: str | None) -> str | None:
    """A BCP 47 tag with the usual case (``en-GB``, ``cy``), ``None`` for what is not one or names no language.

    A list (``Content-Language: en, cy``) names no single language either.
    """
    plain = (text or "").strip()
    return _tag(plain) if 0 < len(plain) <= LONGEST_TAG else None


@lru_cache(maxsize=256)
def _tag(text: str) -> str | None:
    plain = text.replace("_", "-")
    plain = _BY_NAME.get(plain.lower(), plain)
    if not _TAG.fullmatch(plain) or plain[:3].lower() in _NO_LANGUAGE:
        return None
    head, *rest = plain.split("-")
    return "-".join([head.lower(), *map(_subtag, rest)])


def detected_language(text: str) -> str | None:
    """The language of a plain text of at least 40 words if it is sure to 90 percent at its start and end (P-43).

    Both ends must agree, since a bilingual notice in Welsh and English has no single language.
    """
    if len(text.split(None, FEWEST_WORDS)) < FEWEST_WORDS:
        return None
    start, end = text[:SAMPLE], text[-SAMPLE:]
    if is_plainly_english(start, end):
        return "en"
    found = _spoken(start)
    return found if found is None or start == end or found == _spoken(end) else None


def _spoken(sample: str) -> str | None:
    """The language of one sample; where that is plain by itself, the models are asked for the other one only."""
    return "en" if is_plainly_english(sample, sample) else _detected(sample)


def _subtag(part: str) -> str:
    if len(part) == 4 and part.isalpha():
        return part.title()
    return part.upper() if len(part) == 2 else part.lower()


def _detected(sample: str) -> str | None:
    best = _detector().compute_language_confidence_values(sample)[:1]
    if not best or best[0].value < LEAST_SURE:
        return None
    code = best[0].language.iso_code_639_1.name.lower()
    return _gaelic(sample.lower()) if code == "ga" else code


def _gaelic(sample: str) -> str:
    """Scottish Gaelic is taken for Irish, but its accents lean the other way."""
    graves = sum(char in _GRAVE for char in sample)
    return "gd" if graves > sum(char in _ACUTE for char in sample) else "ga"


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    """Loaded on first need only: most feeds say their language, and the models cost 20 MB and a tenth of a second."""
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = (getattr(IsoCode639_1, code.upper()) for code in _DETECTED.split())
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()
