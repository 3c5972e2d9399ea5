"""Ties the formats together: editions and sources in, all published files out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from aggregator.model import Edition, File, SourceCard
from aggregator.publish.atom import render_atom
from aggregator.publish.jsonfeed import render_json
from aggregator.publish.opml import render_opml
from aggregator.publish.pages import render_fixtures, render_front, render_source
from aggregator.publish.press import Press
from aggregator.publish.rss import render_rss

RENDERER_VERSION = "11"
"""Goes up with every change of this room that alters a published byte, so that everything is rendered again."""


def rendering(press: Press) -> str:
    """A digest of everything but the archive that published files depend on; the sanitiser's version is not in it."""
    facts = [RENDERER_VERSION, press.version, press.agent, list(press.hubs), asdict(press.site)]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def render(editions: Sequence[Edition], cards: Sequence[SourceCard], press: Press) -> tuple[File, ...]:
    """The three formats of each edition and, for each edition of a source among the cards, its page."""
    by_path = {f"feeds/{card.id}": card for card in cards}
    rendered: list[File] = []
    for edition in editions:
        rendered += (render_atom(edition, press), render_rss(edition, press), *render_json(edition, press))
        if card := by_path.get(edition.path):
            rendered.append(render_source(edition, card, press, edition.updated))
    return tuple(rendered)


def render_site(edition: Edition, cards: Sequence[SourceCard], press: Press, changed_at: datetime) -> tuple[File, ...]:
    """Front page of the combined edition, source list and what belongs to them.

    ``changed_at`` is when the archive or a source's state changed last, aware and UTC.
    """
    return (
        render_front(edition, cards, press, changed_at),
        render_opml(cards, press.site, changed_at),
        *render_fixtures(changed_at),
    )
