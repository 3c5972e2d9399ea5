"""The pages for people: the latest entries, one source, our bot. Plain HTML and one style sheet, no script (W-01)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from aggregator.model import Edition, FeedStatus, File, Site, SourceCard
from aggregator.publish import links, month_views, views
from aggregator.publish.edition import newest
from aggregator.publish.markup import language, legal
from aggregator.publish.press import Press
from aggregator.publish.rows import rows

LATEST = 60
"""Entries on a page."""

_TEMPLATES = Environment(
    loader=PackageLoader("aggregator.publish"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_TEMPLATES.globals["rows"] = rows


def render_front(edition: Edition, cards: Sequence[SourceCard], press: Press, changed_at: datetime) -> File:
    """``index.html``: the latest entries of the combined edition, all feeds, every source with its state.

    ``changed_at`` is when anything of that changed last, aware and UTC.
    """
    listed = [card for card in cards if card.status is not FeedStatus.REMOVED]
    body = fill(
        "index.html",
        press.site,
        feeds=views.feeds(edition.path, press.site),
        alternates=_alternates(edition, press.site),
        days=views.days(newest(edition.items, LATEST), press),
        groups=views.groups(cards, press.site),
        count=len(listed),
        categories=[
            (name, views.feeds(f"category/{name}", press.site))
            for name in sorted({card.category for card in listed} - {""})
        ],
        edits=views.feeds("edits", press.site),
        withdrawn=views.feeds("withdrawn", press.site),
        opml=links.local(press.site, links.OPML),
    )
    return File(path="index.html", body=body, changed_at=changed_at)


def render_source(edition: Edition, card: SourceCard, press: Press, changed_at: datetime) -> File:
    """``feeds/{id}.html``: one source, served as ``/feeds/{id}/``."""
    body = fill(
        "source.html",
        press.site,
        feeds=views.feeds(edition.path, press.site),
        alternates=_alternates(edition, press.site),
        days=views.days(newest(edition.items, LATEST), press, told="page"),
        source=views.source(card, press.site),
        years=month_views.years(card, card.shelves, press.site),
        shown=min(len(edition.items), LATEST),
    )
    return File(path=f"{edition.path}.html", body=body, changed_at=changed_at)


def render_about(press: Press, changed_at: datetime, week: str = "") -> File:
    """``about-our-bot.html``: who asks for the feeds, how often, and how to be left alone (H-60); ``week`` sums up in a
    sentence how we behaved (H-73)."""
    contact = press.site.contact.strip()
    address = links.web(contact) or (f"mailto:{contact}" if "@" in contact and " " not in contact else None)
    agent = press.agent or f"aggregator/{press.version}"
    body = fill(links.ABOUT, press.site, agent=legal(agent), contact=contact, contact_url=address, week=week)
    return File(path=links.ABOUT, body=body, changed_at=changed_at)


def render_fixtures(changed_at: datetime) -> tuple[File, ...]:
    """What never changes between releases: style sheet, icon, ``robots.txt`` with everything open (R-64)."""
    folder = files("aggregator.publish") / "templates"
    fixed = [
        File(path=name, body=(folder / name).read_bytes(), changed_at=changed_at) for name in (links.STYLE, links.ICON)
    ]
    return (*fixed, File(path="robots.txt", body=b"User-agent: *\nDisallow:\n", changed_at=changed_at))


def fill(template: str, site: Site, **values: object) -> bytes:
    """A page as UTF-8; characters that no document may hold are dropped at the end, wherever they came from."""
    page = _TEMPLATES.get_template(template).render(
        site=site,
        lang=language(site.language) or "en",
        home=links.local(site, ""),
        style=links.local(site, links.STYLE),
        icon=links.local(site, links.ICON),
        about=links.local(site, links.ABOUT),
        heads=links.local(site, links.HEADS),
        archive=links.local(site, links.ARCHIVE),
        politeness=links.local(site, links.POLITENESS),
        zone_note=views.zone_note(site),
        **values,
    )
    return legal(page).encode()


def _alternates(edition: Edition, site: Site) -> list[tuple[str, str, str]]:
    """Media type, title and address of the three formats, for the head of the page (R-62)."""
    return [
        (media_type, f"{edition.title} ({links.NAMES[ending]})", links.feed(site, edition, ending))
        for ending, media_type in links.TYPES.items()
    ]
