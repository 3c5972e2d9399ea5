"""A saved page as posts, whichever form it had, and as the raw document that normalising reads like any feed."""

from __future__ import annotations

from dataclasses import dataclass, field

from aggregator.history.documents.days import Civil, ReadDay, archive_address, month_of_address
from aggregator.history.documents.headings import Heading
from aggregator.history.documents.titles import slug, title_from_address, title_from_words
from aggregator.model import (
    Category,
    Link,
    Person,
    Problem,
    RawBody,
    RawDate,
    RawDocument,
    RawEntry,
    RawFeed,
    RawText,
    Slip,
)

FROM_ADDRESS, FROM_WORDS, FROM_PAGE = "address", "first-words", "page"
"""Where a title comes from that the publisher did not state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post of a page. ``title`` is as written, ``None`` where there is none; ``plain`` is the text of ``body``,
    whose ``kind`` is ``text`` or ``html``; ``url`` its permalink; ``dates`` those that stand with it."""

    title: str | None
    body: str
    plain: str
    kind: str = "text"
    url: str | None = None
    dates: tuple[RawDate, ...] = ()
    day: Civil | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A saved page. ``heading`` is set where it is an archive page; ``whole`` where it could not be parted: its only
    post is the page. ``form`` is ``text`` or ``html``; ``url`` what it says of its own address."""

    posts: tuple[Post, ...]
    form: str
    site: str | None = None
    heading: Heading | None = None
    whole: bool = False
    url: str | None = None
    language: str | None = None
    base: str | None = None
    problems: tuple[Problem, ...] = field(default=())


def to_raw(page: Page, slip: Slip, read: ReadDay) -> RawDocument:
    """The page as a document of entries. What the slip says outranks the page; a date goes only as far as it is known.

    Problems that need a person's eye: ``month-mismatch``, ``date-outside-month``, besides those of the page.
    """
    url = slip.url or page.url
    problems = (*page.problems, *_mismatches(page, url, read))
    alone = len(page.posts) == 1
    return RawDocument(
        feed=RawFeed(
            version=page.form,
            title=RawText(value=page.site, kind="text") if page.site else None,
            language=slip.language or page.language,
            base=page.base,
        ),
        entries=tuple(_entry(post, page, url, slip if alone else Slip()) for post in page.posts),
        problems=problems,
        partial=True,
    )


def _entry(post: Post, page: Page, url: str | None, slip: Slip) -> RawEntry:
    title, basis = _title(post, page, url, slip)
    listed = page.heading is not None
    permalink = post.url or (None if listed else url)
    return RawEntry(
        title=RawText(value=title, kind="text"),
        title_basis=basis,
        anchor=None if permalink else _anchor(url, title, whole=page.whole),
        links=(Link(href=permalink or url or ""),) if permalink or url else (),
        bodies=(RawBody(element=page.form, text=RawText(value=post.body, kind=post.kind)),),
        dates=_dates(post, page, url, slip),
        authors=tuple(Person(name=name) for name in ((slip.author,) if slip.author else post.authors)),
        categories=tuple(Category(term=term) for term in post.categories),
    )


def _title(post: Post, page: Page, url: str | None, slip: Slip) -> tuple[str, str]:
    """The title and what it was made from: nothing where somebody stated it."""
    stated = slip.title or (None if page.whole else post.title)
    if stated:
        return stated, ""
    if page.whole:
        named = page.heading.name if page.heading else ""
        return ", ".join(part for part in (page.site, named) if part) or "Untitled page", FROM_PAGE
    made = title_from_address(post.url or (None if page.heading else url))
    return (made, FROM_ADDRESS) if made else (title_from_words(post.plain) or "Untitled", FROM_WORDS)


def _anchor(url: str | None, title: str, *, whole: bool) -> str:
    """Where a post without a permalink was found: the archive's address and the slug of its title."""
    return f"{archive_address(url) if url else ''}#{'' if whole else slug(title)}"


def _dates(post: Post, page: Page, url: str | None, slip: Slip) -> tuple[RawDate, ...]:
    found = [RawDate(element="manifest", text=slip.date)] if slip.date else []
    found += post.dates
    heading = page.heading
    if heading and heading.period is not None:
        found.append(RawDate(element="archive-heading", text=heading.name))
    month = month_of_address(post.url) or month_of_address(url)
    if month is not None and not (heading and heading.period):
        found.append(RawDate(element="archive-url", text=month))
    return tuple(found)


def _mismatches(page: Page, url: str | None, read: ReadDay) -> tuple[Problem, ...]:
    """Where heading, address and the dates of posts contradict each other: the page's own words stand, a person is
    told."""
    found: list[Problem] = []
    period = page.heading.period if page.heading else None
    if page.heading is None or period is None:
        return ()
    stated = read(month_of_address(url) or "")
    if stated is not None and stated.month != period.month:
        detail = f"the heading says {page.heading.name}, the address {url} another month; filed by the heading"
        found.append(Problem(kind="month-mismatch", detail=detail))
    for position, post in enumerate(page.posts):
        if post.day is not None and post.day.month != period.month:
            detail = f"“{post.title or 'untitled'}” is dated {post.day.day}, the heading says {page.heading.name}"
            found.append(Problem(kind="date-outside-month", detail=detail, position=position))
    return tuple(found)
