"""English-looking sentences and HTML paragraphs from a seed: the same seed gives the same words on every machine."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random

_LISTS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Words:
    """A pool of ready paragraphs, so that tens of thousands of entries are put together quickly."""

    paragraphs: tuple[str, ...]

    @classmethod
    def grown(cls, seed: int, count: int = 3_000) -> Words:
        """The pool of a seed."""
        rng = Random(f"paragraphs:{seed}")
        return cls(tuple(_paragraph(rng) for _ in range(count)))


def sentence(rng: Random) -> str:
    """One sentence of 8 to 25 words."""
    when = rng.choice(_LISTS["when"]).format(n=rng.randint(2, 900), m=rng.randint(2, 40), y=rng.randint(1987, 2026))
    middle = f"{_any(rng, 'who')} {_any(rng, 'did')} {_any(rng, 'what')} {_any(rng, 'where')}"
    tail = f", and {_any(rng, 'who').lower()} {_any(rng, 'did')} {_any(rng, 'what')}" if rng.random() < 0.3 else ""
    return f"{middle} {when}{tail}."


def headline(rng: Random) -> str:
    """A title; one in twenty has an ampersand."""
    extra = " & more" if rng.random() < 0.05 else ""
    return f"{_any(rng, 'who')} {_any(rng, 'did')} {_any(rng, 'what')} {_any(rng, 'where')}{extra}"


def person(rng: Random) -> str:
    """A name."""
    return f"{_any(rng, 'first')} {_any(rng, 'names')}"


def tags(rng: Random) -> tuple[str, ...]:
    """One to four different categories."""
    return tuple(rng.sample(_LISTS["tags"], rng.randint(1, 4)))


def _any(rng: Random, name: str) -> str:
    return rng.choice(_LISTS[name])


def _paragraph(rng: Random) -> str:
    lines = [sentence(rng) for _ in range(rng.randint(2, 5))]
    kind = rng.random()
    if kind < 0.6:
        return f"<p>{' '.join(_linked(rng, line) for line in lines)}</p>"
    if kind < 0.7:
        number = rng.randint(1_000, 99_999)
        source = f"https://media.example/uploads/{rng.randint(2012, 2026)}/{number}"
        return (
            f'<figure class="wp-block-image"><img decoding="async" width="1024" height="683" alt="{_any(rng, "what")}" '
            f'src="{source}-1024x683.jpg" srcset="{source}-1024x683.jpg 1024w, {source}-300x200.jpg 300w" />'
            f"<figcaption>{lines[0]}</figcaption></figure>"
        )
    if kind < 0.85:
        return "<ul>\n" + "\n".join(f"<li>{line}</li>" for line in lines) + "\n</ul>"
    if kind < 0.95:
        return f"<blockquote><p>&#8220;{' '.join(lines)}&#8221; said {person(rng)}.</p></blockquote>"
    return f"<h2>{lines[0]}</h2>\n<p><strong>{lines[-1]}</strong> {' '.join(lines[1:-1])}</p>"


def _linked(rng: Random, line: str) -> str:
    if rng.random() < 0.7:
        return line
    start, _, end = line.partition(" the ")
    address = f"https://www.{_any(rng, 'names').lower()}.example/{rng.randint(2012, 2026)}/?p={rng.randint(1, 99_999)}"
    return f'{start} <a href="{address}" rel="noopener">the {end}</a>' if end else f"<em>{line}</em>"
