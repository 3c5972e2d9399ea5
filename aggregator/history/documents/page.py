"""A saved web page as posts: parted by the elements that hold one post each, else by second-level headings with links.
Law: markup decides, never the look of a text; a page without such marks is one post.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.errors import UnreadableError
from aggregator.history.documents import marks
from aggregator.history.documents.article import post_of, single, text_of, title_of
from aggregator.history.documents.days import ReadDay, month_of_address
from aggregator.history.documents.headings import Heading, bare_period, heading_of
from aggregator.history.documents.post import Page, Post
from aggregator.history.documents.text import UNSURE_SPLIT
from aggregator.model import Problem, Slip, Split

MOST_POSTS, LONGEST_NAME, DEEPEST = 5_000, 120, 2_000
_NESTING = re.compile(
    r"<(/?)(?:div|span|section|article|main|aside|nav|table|ul|ol|dl|blockquote|form|font|b|i|em|strong|a|center|svg|g)"
    r"(?=[\s/>])",
    re.IGNORECASE,
)
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d{4,8}\)(https?://[^\s<>\"]{4,2000}?)\s*-->", re.IGNORECASE)
_SEPARATORS = re.compile(r"\s+[|»–—·:-]\s+|: ")


def read_page(html: str, slip: Slip, read: ReadDay) -> Page:
    """The posts of a decoded web page.

    Its own address is what the browser noted when it saved the page, else ``rel=canonical``. Problem
    ``page-not-split``: an archive page in which no posts can be told apart; kept as one entry.

    Raises:
        UnreadableError: kind ``malformed``; nothing can be made of it.
    """
    if _is_too_deep(html):
        raise UnreadableError("too-deep", "its markup is nested too deep to be read")
    tree = LexborHTMLParser(html)
    if tree.body is None:
        raise UnreadableError("malformed", "the page has no body")
    url = slip.url or _own_address(html, tree)
    base = _base(tree, url)
    page = Page(
        posts=(),
        form="html",
        site=_site(tree),
        heading=_heading(tree, url, read),
        url=url,
        language=_attribute(tree, "html", "lang"),
        base=base,
    )
    # Taking posts out changes the tree, hence a fresh one for the page as a whole.
    posts = () if slip.split is Split.NEVER else _posts(LexborHTMLParser(html), base, read)
    return _filled(page, posts, tree, slip.split, read)


def _is_too_deep(html: str) -> bool:
    """Parsers take quadratic time over nested elements. Only those count that do not end by themselves."""
    depth = 0
    for found in _NESTING.finditer(html):
        depth = max(depth - 1, 0) if found[1] else depth + 1
        if depth > DEEPEST:
            return True
    return False


def _filled(page: Page, posts: tuple[Post, ...], tree: LexborHTMLParser, split: Split, read: ReadDay) -> Page:
    """The page with its posts: those of a list, the one that an article page is about, or itself as one entry."""
    if page.heading is None and split is not Split.ALWAYS:
        chief = _chief(tree, posts, page.url, read)
        # Several equals under no heading are a front page: the posts are certain, what lists them is not.
        return replace(page, posts=(chief,)) if chief else replace(page, posts=posts, heading=Heading(kind="all"))
    if posts:
        return replace(page, posts=posts)
    problems: tuple[Problem, ...] = ()
    if split is not Split.NEVER:
        detail = "an archive page, but nothing in its markup tells its posts apart; kept as one entry, the page"
        problems = (Problem(kind=UNSURE_SPLIT, detail=detail),)
    whole = page.heading is not None
    return replace(page, posts=(single(tree, (), read),), whole=whole, problems=problems)


def _posts(tree: LexborHTMLParser, base: str | None, read: ReadDay) -> tuple[Post, ...]:
    for selector in marks.POSTS:
        found = _outermost([node for node in tree.css(selector) if node.tag != "body"])
        if len(found) > MOST_POSTS:
            raise UnreadableError("too-large", f"it holds {len(found)} posts; divide it")
        days = _days_above(tree, found, read)
        posts = [
            post
            for node in found
            if (post := post_of(node, base, read, days.get(node.mem_id))) and post.title and post.plain
        ]
        if posts:
            return tuple(posts)
    return _by_headings(tree, base, read)


def _chief(tree: LexborHTMLParser, posts: Sequence[Post], url: str | None, read: ReadDay) -> Post | None:
    """The post that a page is about, where it lists no posts but as further reading: the only one, that of its address,
    that of its first heading. ``None`` for a list of equals."""
    if len(posts) < 2:
        return single(tree, posts, read)
    node = tree.css_first("h1")
    title = title_of(node) if node else ""
    own = [post for post in posts if (post.url and post.url == url) or (title and post.title == title)]
    return single(tree, own[:1], read) if own else None


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """Those that stand in none of the others: a comment may be an article in an article."""
    ids = {node.mem_id for node in nodes}
    return [node for node in nodes if not _is_inside(node, ids)]


def _is_inside(node: LexborNode, ids: set[int]) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.mem_id in ids:
            return True
        parent = parent.parent
    return False


def _days_above(tree: LexborHTMLParser, posts: Sequence[LexborNode], read: ReadDay) -> dict[int, str]:
    """The last day header before each post, by the post's number; one walk over the page, and none where it has no such
    headers."""
    headers = {node.mem_id: text for node in tree.css(marks.DAYS_ABOVE) if read(text := text_of(node)) is not None}
    if not headers or tree.root is None:
        return {}
    wanted, found, day = {node.mem_id for node in posts}, dict[int, str](), ""
    for node in tree.root.traverse(include_text=False):
        day = headers.get(node.mem_id, day)
        if day and node.mem_id in wanted:
            found[node.mem_id] = day
    return found


def _by_headings(tree: LexborHTMLParser, base: str | None, read: ReadDay) -> tuple[Post, ...]:
    """Old themes: ``<h2><a href=permalink>title</a></h2>`` and the text up to the next one, all in one element."""
    titles = [node for node in tree.css("h2, h3") if node.css_first("a[href]") and text_of(node)]
    if len(titles) < 2:
        return ()
    name, parent = titles[0].tag, titles[0].parent
    own = [
        node for node in titles if node.tag == name and node.parent and parent and node.parent.mem_id == parent.mem_id
    ]
    if len(own) < 2:
        return ()
    posts: list[Post] = []
    for node in own:
        pieces, sibling = [node.html or ""], node.next
        while sibling is not None and not (sibling.tag == name and sibling.css_first("a[href]")):
            pieces.append(sibling.html or "")
            sibling = sibling.next
        alone = LexborHTMLParser(f"<article>{''.join(pieces)}</article>").css_first("article")
        post = post_of(alone, base, read) if alone else None
        if post is None or not post.plain:
            return ()
        posts.append(post)
    return tuple(posts)


def _heading(tree: LexborHTMLParser, url: str | None, read: ReadDay) -> Heading | None:
    """The archive heading of a page: in a heading outside its posts, in its title, or by its address alone."""
    for node in tree.css(marks.HEADINGS):
        line = text_of(node)
        if found := heading_of(line, read):
            return _with_period(found, node, read)
        bare = bare_period(line, read)
        if bare and bare.kind in ("month", "year"):
            return bare
    for piece in _SEPARATORS.split(_title(tree)):
        found = heading_of(piece, read) or bare_period(piece, read)
        if found and found.kind not in ("dated", "day"):
            return found
    return _by_address(url)


def _with_period(heading: Heading, node: LexborNode, read: ReadDay) -> Heading:
    if heading.kind != "dated":
        return heading
    beside = node.next
    while beside is not None and not text_of(beside):
        beside = beside.next
    period = bare_period(text_of(beside), read) if beside is not None else None
    return period or Heading(kind="all")


def _by_address(url: str | None) -> Heading | None:
    """``/2017/07/`` is a month page whatever its theme calls it; ``/2017/07/slug/`` is a post."""
    month = month_of_address(url)
    path = urlsplit(url).path.rstrip("/") if url and month else ""
    ends = path.endswith((f"/{month[5:]}", f"/{int(month[5:])}", "_archive.html")) if month else False
    return Heading(kind="all") if ends else None


def _own_address(html: str, tree: LexborHTMLParser) -> str | None:
    if found := _SAVED_FROM.search(html[:4_000]):
        return found[1]
    address = _attribute(tree, "link[rel=canonical]", "href") or _attribute(tree, "meta[property='og:url']", "content")
    return address if address and address.startswith(("http://", "https://")) else None


def _base(tree: LexborHTMLParser, url: str | None) -> str | None:
    own = _attribute(tree, "base[href]", "href")
    try:
        return urljoin(url or "", own) if own else url
    except ValueError:
        return url


def _site(tree: LexborHTMLParser) -> str | None:
    named = _attribute(tree, "meta[property='og:site_name']", "content")
    node = None if named else tree.css_first(".site-title, #site-title, #blog-title, .blog-title, #header h1 a")
    name = named or (text_of(node) if node else "")
    return " ".join(name.split())[:LONGEST_NAME] or None


def _title(tree: LexborHTMLParser) -> str:
    node = tree.css_first("head > title") or tree.css_first("title")
    return text_of(node)[:1_000] if node else ""


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str | None:
    node = tree.css_first(selector)
    return (node.attributes.get(name) or "").strip() or None if node else None
