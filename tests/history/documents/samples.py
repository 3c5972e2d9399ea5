"""Saved pages in the forms that dead sites left behind; every word of them was written for these tests."""

from __future__ import annotations

from datetime import UTC, datetime

from aggregator.model import Document, ReadContext, Slip, Split
from aggregator.reading_saved import read_saved

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
NOWHERE = "http://saved.invalid/"

LETTER = (
    "A letter from the minister came on Monday. She thanks everyone in Fernleigh who rebuilt the children’s centre – "
    "and says that [the whole borough] can be proud, proud of it."
)
SECOND = (
    "For us, ‘good’ only means that there is more to do. The next step is the nursery at Mossgate, which opens in the "
    "spring with room for forty children, and I will write about it here."
)
MONTH_PAGE = f"""Cllr Thorne’s Notebook

Monthly Archives

July 2017

Fernleigh’s centre is praised in London

{LETTER}

{SECOND}

A big thank you to all of you."""

ARTICLE = """ date 2017-06-15 Families have been told that the children’s centre still needs a new roof.

However, an inspection found that its staff had turned the place round within a year.

Coun Ida Thorne said: “I am delighted. It shows what a small team can do.

“We shall build on it, and the roof will be mended before the winter.”"""

FOUNTAIN = (
    "The fountain in the market square runs again after eleven years. Engineers found that a single valve had failed, "
    "and that nobody had kept the drawings. The council has now scanned all it could find in the cellar of the hall."
)
BUSES = (
    "From Monday the number 19 bus goes round by Tarn Quay while the swing bridge is painted. The operator asks people "
    "to allow twenty minutes more. The last bus in the evening still goes over the bridge, before the painters begin."
)
POOL = (
    "The open-air pool closes for the year on Sunday. More than nine thousand people came, twice as many as last "
    "summer. Volunteers will clean it in October, and anybody who can hold a brush is welcome to join them for the day."
)


def saved(
    body: str | bytes, url: str | None = None, *, at: datetime = NOW, split: Split = Split.SURE, **said: str
) -> Document:
    """The document as the worker would read it."""
    slip = Slip(url=url, split=split, **said)
    data = body.encode() if isinstance(body, str) else body
    return read_saved(data, ReadContext(url=url or NOWHERE, fetched_at=at, slip=slip))


def kinds(document: Document) -> list[str]:
    """The problems that a person should look at, by kind."""
    return [problem.kind for problem in document.problems]
