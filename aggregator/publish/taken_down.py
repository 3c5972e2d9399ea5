"""What stands in place of an entry that we took down: when and why, and nothing of the entry (W-09, R-39)."""

from __future__ import annotations

from datetime import UTC

from aggregator.model import File
from aggregator.model.takedown import Ground, Takedown
from aggregator.publish.dates import civil_day
from aggregator.publish.pages import fill
from aggregator.publish.press import Press

GONE = "gone"
"""The folder of these pages: the server answers an address whose file lies in here with 410."""

_WORDS = {
    Ground.PERSONAL_DATA: "it contained personal data",
    Ground.COURT_ORDER: "a court ordered so",
    Ground.DEFAMATION: "somebody's good name was at stake",
    Ground.COPYRIGHT: "whoever holds the copyright asked us to",
    Ground.SAFETY: "somebody's safety was at stake",
    Ground.OTHER: "there was a good reason that is in none of our classes",
}


def render_taken_down(takedown: Takedown, press: Press) -> File:
    """``gone/entries/{number}.html``, answered for ``/entries/{number}/``."""
    day = civil_day(takedown.at.astimezone(UTC).date())
    body = fill("taken-down.html", press.site, day=day, ground=str(takedown.ground), words=_WORDS[takedown.ground])
    return File(path=f"{GONE}/entries/{takedown.entry_id}.html", body=body, changed_at=takedown.at)
