"""Which of an entry's texts is the body and which the summary (P-42)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.model import RawBody, RawText
from aggregator.normalise.text import first_words, one_line, plain_text
from aggregator.normalise.titles import looks_like_markup

LONGEST_SUMMARY = 1_000
# Of two equally long texts the one meant as content is the body.
_MEANT_AS_BODY = ("content:encoded", "atom:content", "content_html", "content_text", "description")
_MEANT_AS_SUMMARY = ("atom:summary", "summary", "description", "media:description", "itunes:summary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The chosen texts: ``content`` raw, ``kind`` ``html`` or ``text``, ``plain`` its visible text, ``summary`` plain.

    ``text`` is the raw construct the content came from, for its language and base.
    """

    content: str = ""
    kind: str = "html"
    plain: str = ""
    summary: str = ""
    summary_generated: bool = False
    text: RawText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    body: RawBody
    plain: str


def choose_body(bodies: Sequence[RawBody]) -> Body:
    """The longest text by what is visible of it is the body; a shorter one that differs is the summary (P-42).

    A summary over 1,000 characters is cut there, and without one the first 300 characters of the body serve; both
    are marked as generated.
    """
    candidates = [_Candidate(body=body, plain=_visible(body.text)) for body in bodies if body.text.value.strip()]
    if not candidates:
        return Body()
    longest = max(candidates, key=_weight)
    others = [one.plain for one in sorted(candidates, key=_summary_rank) if one.plain not in {"", longest.plain}]
    summary = first_words(others[0], LONGEST_SUMMARY) if others else first_words(longest.plain)
    return Body(
        content=longest.body.text.value,
        kind=_kind(longest.body.text),
        plain=longest.plain,
        summary=summary,
        summary_generated=bool(summary) and (not others or summary != others[0]),
        text=longest.body.text,
    )


def _kind(text: RawText) -> str:
    if text.kind == "unknown":
        return "html" if looks_like_markup(text.value) or "&" in text.value else "text"
    return "text" if text.kind == "text" else "html"


def _visible(text: RawText) -> str:
    return one_line(text.value) if _kind(text) == "text" else plain_text(text.value)


def _weight(candidate: _Candidate) -> tuple[int, int, int]:
    """Visible length first; where that is equal (say, pictures only), what the element is for, then its raw length."""
    element = candidate.body.element
    rank = -_MEANT_AS_BODY.index(element) if element in _MEANT_AS_BODY else -len(_MEANT_AS_BODY)
    return len(candidate.plain), rank, len(candidate.body.text.value)


def _summary_rank(candidate: _Candidate) -> int:
    element = candidate.body.element
    return _MEANT_AS_SUMMARY.index(element) if element in _MEANT_AS_SUMMARY else len(_MEANT_AS_SUMMARY)
