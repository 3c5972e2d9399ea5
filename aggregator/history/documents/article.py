"""One post in markup: its title, permalink, date, author and text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.history.documents import marks
from aggregator.history.documents.days import Civil, ReadDay
from aggregator.history.documents.post import Post
from aggregator.model import RawDate

MOST_TERMS, LONGEST_DATE, FEWEST_WORDS = 50, 60, 5
_FIRST_ELEMENTS = 4
_META = (
    "article:published_time",
    "og:article:published_time",
    "datePublished",
    "pubdate",
    "DC.date.issued",
    "dcterms.date",
)


def post_of(node: LexborNode, base: str | None, read: ReadDay, above: str | None = None) -> Post | None:
    """The post that an element holds; ``None`` where it has neither title nor text. The element loses its title and
    what is no text of it. ``above`` is the day header over it, for a post without a date of its own."""
    heading = _first(node, marks.TITLES)
    title = title_of(heading) if heading else ""
    url = _permalink(node, heading, base)
    dates, day = _dates(node, read)
    if above is not None and not dates:
        dates, day = (RawDate(element="page-text", text=above),), read(above)
    authors = _texts(node.css(marks.AUTHORS))
    categories = _texts(node.css(marks.CATEGORIES))
    if heading is not None:
        heading.decompose()
    body = _body(node)
    plain = text_of(body)
    if not title and not plain:
        return None
    return Post(
        title=title or None,
        body=_inner(body),
        plain=plain,
        kind="html",
        url=url,
        dates=dates,
        day=day,
        authors=authors,
        categories=categories,
    )


def single(tree: LexborHTMLParser, posts: Sequence[Post], read: ReadDay) -> Post:
    """The only post of a page: what its markup marks as one, else the main part of the page under its first heading.

    The address of the page is the post's; one that the post names within it is not looked at.
    """
    dates = tuple(
        RawDate(element="time", text=text[:LONGEST_DATE])
        for name in _META
        for node in tree.css(f"meta[property='{name}'], meta[name='{name}'], meta[itemprop='{name}']")
        if (text := (node.attributes.get("content") or "").strip())
    )
    if posts and len(posts[0].plain.split()) >= FEWEST_WORDS:
        post = posts[0]
        return Post(
            title=post.title,
            body=post.body,
            plain=post.plain,
            kind="html",
            dates=post.dates or dates,
            day=post.day,
            authors=post.authors,
            categories=post.categories,
        )
    root = tree.css_first(marks.MAIN) or tree.body
    assert root is not None
    heading = root.css_first("h1") or root.css_first("h2") or tree.css_first("h1")
    title = title_of(heading) if heading else ""
    own, day = _dates(root, read)
    if heading is not None:
        heading.decompose()
    _strip(root, marks.AROUND)
    _strip(root, marks.FURNITURE)
    return Post(title=title or None, body=_inner(root), plain=text_of(root), kind="html", dates=own or dates, day=day)


def text_of(node: LexborNode) -> str:
    """The visible text of an element on one line, words of different blocks apart."""
    return " ".join(node.text(separator=" ").split()) if node.tag != "-text" else " ".join((node.text() or "").split())


def title_of(node: LexborNode) -> str:
    """The words of a heading on one line; tags inside it part no words, but for a line break."""
    for rest in node.css("br"):
        rest.replace_with(" ")
    return " ".join(node.text().split())


def _first(node: LexborNode, selectors: Iterable[str]) -> LexborNode | None:
    return next((found for selector in selectors for found in node.css(selector) if text_of(found)), None)


def _permalink(node: LexborNode, heading: LexborNode | None, base: str | None) -> str | None:
    """The address in the title, else one that is marked as the post's own; fragments of the same page are none."""
    own = heading.css_first("a[href]") if heading else None
    if own is None and heading is not None and heading.parent is not None and heading.parent.tag == "a":
        own = heading.parent
    for link in (own, node.css_first(marks.PERMALINKS)):
        href = (link.attributes.get("href") or "").strip() if link else ""
        if not href or href.startswith("#"):
            continue
        try:
            address = urljoin(base or "", href)
            if urlsplit(address).scheme in ("http", "https"):
                return address
        except ValueError:
            continue
    return None


def _dates(node: LexborNode, read: ReadDay) -> tuple[tuple[RawDate, ...], Civil | None]:
    """The date of a post as its markup has it, else one that stands alone above its text."""
    for selector in marks.TIMES:
        for found in node.css(selector):
            named = (found.attributes.get(name) for name in ("datetime", "content", "title"))
            for text in (*(value.strip() for value in named if value), text_of(found)):
                day = read(text) if 0 < len(text) <= LONGEST_DATE else None
                if day is not None:
                    _drop_line(found, read)
                    return (RawDate(element="time", text=text),), day
    return _first_line(node, read)


def _first_line(node: LexborNode, read: ReadDay) -> tuple[tuple[RawDate, ...], Civil | None]:
    """A date that stands alone in one of the first elements of a post."""
    for found in islice(_children(node), _FIRST_ELEMENTS):
        text = text_of(found)
        day = read(text) if 0 < len(text) <= LONGEST_DATE else None
        if day is not None and found.tag != "-text":
            found.decompose()
            return (RawDate(element="page-text", text=text),), day
    return (), None


def _drop_line(found: LexborNode, read: ReadDay) -> None:
    """A date alone in its element is no word of the text."""
    if read(text_of(found)) is not None:
        found.decompose()


def _body(node: LexborNode) -> LexborNode:
    """The element with the text: one that is marked as such, else the whole post without what stands around it."""
    for selector in marks.BODIES:
        found = next((one for one in node.css(selector) if one.mem_id != node.mem_id and text_of(one)), None)
        if found is not None:
            _strip(found, marks.FURNITURE)
            return found
    _strip(node, "header, footer")
    _strip(node, marks.FURNITURE)
    return node


def _strip(node: LexborNode, selector: str) -> None:
    for found in node.css(selector):
        if found.mem_id != node.mem_id:
            found.decompose()


def _inner(node: LexborNode) -> str:
    """The markup inside an element."""
    return "".join(child.html or "" for child in _children(node)).strip()


def _children(node: LexborNode) -> Iterator[LexborNode]:
    """Elements and texts right inside an element, in order."""
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _texts(nodes: Iterable[LexborNode]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for node in nodes if (text := text_of(node))))[:MOST_TERMS]
