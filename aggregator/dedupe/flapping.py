"""Texts that change to and fro (D-23): counters, clocks, two servers that disagree. Law: what is more than numbers,
dates and times is stored at once, and what is not waits a day at most: nothing that stands is lost.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from aggregator.dedupe.canonical import read
from aggregator.dedupe.links import target
from aggregator.model import Entry, Flux, Head, Reason, RevisionHash, Text

MANY = 6
"""More versions than this within `SPAN` are too many."""
SPAN = timedelta(hours=24)
ONCE = timedelta(hours=24)
"""Numbers alone make one version in so long."""
CALM = timedelta(days=7)
"""A volatile entry whose text stood for so long is not volatile any more."""

_UNITS = "(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)"
_MOMENT = re.compile(
    rf"""(?<!\w) (?:
      [(\[#£$€+-]* \d+ (?:[.,:/'t-]\d+)* \s? (?:st|nd|rd|th|am|pm|z|%|k|m|bn)?
    | jan(?:uary)? | feb(?:ruary)? | mar(?:ch)? | apr(?:il)? | may | june? | july? | aug(?:ust)? | sept?(?:ember)?
    | oct(?:ober)? | nov(?:ember)? | dec(?:ember)?
    | (?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?
    | am | pm | a\.m\. | p\.m\. | gmt | bst | utc | noon | midday | midnight
    | today | yesterday | tomorrow | now | just | moments? | ago | {_UNITS}
    | (?:an? | one) (?=\s+{_UNITS}(?!\w))
    ) (?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)
_MASK = "\x00"
_RUN = re.compile(f"{_MASK}(?:[\\s,.:/–-]*{_MASK})+")


def flux(head: Head, revision: RevisionHash, now: datetime, *, moments: bool) -> Flux | None:
    """Whether an entry becomes volatile with this further version, or comes to rest; ``None`` where neither.

    ``head.recent`` are its latest versions, newest first; ``moments`` says what the new one differs in.
    """
    differ = "only numbers, dates or times" if moments else "more than numbers, dates and times"
    if head.volatile_at is None:
        why = _unrest(head, revision, now)
        evidence = {"the versions differ in": differ}
        return Flux(volatile=True, reason=Reason(rule="D-23", text=why, evidence=evidence)) if why else None
    if head.recent and now - head.recent[0].seen_at >= CALM:
        text = "Its text stood for a week; every version is stored at once again."
        return Flux(volatile=False, reason=Reason(rule="D-23", text=text))
    return None


def _unrest(head: Head, revision: RevisionHash, now: datetime) -> str:
    """Why the text counts as restless; empty where it does not."""
    hashes = [past.revision_hash for past in head.recent[:3]]
    if len(hashes) == 3 and hashes[0] == hashes[2] and hashes[1] == revision:
        return "Its text goes to and fro between two versions; numbers, dates and times alone now make one a day."
    if len(head.recent) > MANY and now - head.recent[MANY - 1].seen_at < SPAN:
        return f"More than {MANY} versions in 24 hours; numbers, dates and times alone now make one a day."
    return ""


def wait_until(head: Head, now: datetime) -> datetime | None:
    """Until when a version that differs in numbers only must wait; ``None`` where it is due."""
    if not head.recent:
        return None
    due = head.recent[0].seen_at + ONCE
    return due if now < due else None


def only_moments(old: Text, new: Entry) -> bool:
    """Whether two versions differ in their visible words, and in nothing there but numbers, dates and times."""
    before, after = read(old.content, old.content_kind), read(new.content, new.content_kind)
    if tuple(map(target, before.links)) != tuple(map(target, after.links)):
        return False
    texts = _form(old.title, before.text), _form(new.title, after.text)
    return texts[0] != texts[1] and masked(texts[0]) == masked(texts[1])


def masked(text: str) -> str:
    """The text with every run of numbers, dates and times put out of sight."""
    return _RUN.sub(_MASK, _MOMENT.sub(_MASK, text))


def _form(title: str, text: str) -> str:
    return "\n".join(unicodedata.normalize("NFC", " ".join(part.split())) for part in (title, text))
