"""Everything that was decided about one entry, from its journal: facts for programs, lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aggregator.cli.show import dated, local
from aggregator.dedupe.keys import aliases_of_id, is_placed, link_alias
from aggregator.model import EntryRow, HeldEntry, JournalRow, Key, Precision
from aggregator.model.presence import Signal
from aggregator.normalise.urls import canonical
from aggregator.ports import Catalogue

KINDS = {
    "added": "stored first",
    "revised": "new version",
    "renamed": "came under another id",
    "key_added": "found under a further key",
    "refiled": "filed under a better date",
    "date_changed": "its source moved the date",
    "settled": "return to an earlier text announced",
    "released": "announced after being held",
    "volatile": "changes to and fro",
    "calm": "came to rest",
    "withdrawn": "withdrawn at its source",
    "returned": "listed by its source again",
    "forgotten": "taken down by us",
    "recalled": "version of the past kept",
    "observed": "a capture shows that it was there before",
}
_SIGNALS = {
    Signal.PAGE_GONE: "gone from its feed while older entries are listed, and its page is gone",
    Signal.DELETED_ENTRY: "its feed says that it was deleted",
    Signal.COMPLETE: "its feed lists all it has, and this no more",
}
_TOLD = {"reason", "poll"}
_BASES = {
    "manifest": "whoever brought the document stated it",
    "archive-heading": "the heading of its archive page states it",
    "archive-url": "the address of its archive page states it",
    "date-header": "it is stamped on the document",
    "time": "its page states it in <time> or in its head",
    "page-text": "it stands beside its title",
}


def entry_facts(name: str, catalogue: Catalogue) -> dict[str, Any]:
    """The story of one entry. Raises `UnknownEntryError`."""
    row = catalogue.entry(name)
    rows = catalogue.about(name)
    held = next((each for each in catalogue.held(row.feed_id) if each.entry_id == row.entry_id), None)
    lead = catalogue.entry(str(row.lead)) if row.lead is not None else None
    decisions = [_decision(each) for each in rows]
    keys = tuple(dict.fromkeys([*(d["facts"]["from"] for d in decisions if "from" in d["facts"]), row.key]))
    return {
        "entry": row.entry_id,
        "feed": row.feed_id,
        "title": row.title,
        "public_id": row.public_id,
        "outcome": str(row.outcome),
        "announced": row.emitted,
        "held": None if held is None else _held(held),
        "volatile_since": row.volatile_at,
        "withdrawn": None if row.withdrawn_at is None else {"at": row.withdrawn_at, "signal": row.withdrawn_by},
        "belongs_to": None if lead is None else {"entry": lead.entry_id, "feed": lead.feed_id, "title": lead.title},
        "date": _date(row),
        "keys": list(keys),
        "aliases": _aliases(row, keys),
        "decisions": decisions,
    }


def _decision(row: JournalRow) -> dict[str, Any]:
    """One journal row: rule, sentence, evidence, and the other facts it carries."""
    payload: dict[str, Any] = json.loads(row.payload)
    reason = payload.get("reason") or {}
    return {
        "seq": row.seq,
        "kind": row.kind,
        "at": row.at,
        "rule": reason.get("rule"),
        "because": reason.get("text"),
        "evidence": reason.get("evidence", {}),
        "facts": {name: value for name, value in payload.items() if name not in _TOLD},
    }


def _held(held: HeldEntry) -> dict[str, Any]:
    return {
        "kind": held.kind,
        "held_at": held.held_at,
        "announced_by_itself_at": held.release_at,
        "released_at": held.released_at,
    }


def _date(row: EntryRow) -> dict[str, Any]:
    if row.published_basis == "first-seen":
        because = "its source states no date that can be used, so the moment it was first seen stands for ever (P-37)"
    elif row.published_basis == "capture":
        because = "its source states no date that can be used, so the time of the capture stands for ever (B-08)"
    elif row.published_basis == "url":
        because = "its source states no date that can be used; its address does (P-37)"
    else:
        because = f"{_BASES.get(row.published_basis, f'its source states it in {row.published_basis}')}; "
        because += (
            "it is written once and never moves (P-38)" if row.emitted else "it moves only for a better one (P-38)"
        )
    return {
        "filed_under": row.published_at,
        "basis": row.published_basis,
        "as_stated": row.published_raw,
        "precision": str(row.precision),
        "first_seen": row.first_seen_at,
        "last_seen": row.last_seen_at,
        "first_observed": row.first_observed_at,
        "because": because,
    }


def _aliases(row: EntryRow, keys: Sequence[str]) -> list[str]:
    """The second-hand keys under which the entry would be known again (P-14)."""
    found = [alias for key in keys if key.startswith("guid:") for alias in aliases_of_id(key.removeprefix("guid:"))]
    link = canonical(row.url) if row.url and not is_placed(Key(row.key)) else None
    found += [link_alias(link)] if link else []
    return list(dict.fromkeys(f"{alias.kind} {alias.value}" for alias in found))


def entry_lines(facts: Mapping[str, Any], zone: str) -> Iterator[str]:
    """The same for people; times in this zone."""
    yield f"entry {facts['entry']} of {facts['feed']}: {facts['title'] or '(no title)'}"
    yield ""
    lead, date = facts["belongs_to"], facts["date"]
    yield f"filed as    {facts['outcome']}" + (f" of entry {lead['entry']} of {lead['feed']}" if lead else "")
    yield f"announced   {'yes' if facts['announced'] else 'no'}" + _waiting(facts["held"], zone)
    stated = f", stated as “{date['as_stated']}”" if date["as_stated"] else ""
    filed = dated(date["filed_under"], Precision(date["precision"]), zone)
    yield f"date        {filed}, precise to the {date['precision']}{stated}"
    yield f"            {date['because']}"
    yield f"seen        {local(date['first_seen'], zone)} to {local(date['last_seen'], zone)}"
    if date["first_observed"]:
        yield f"            a capture of {local(date['first_observed'], zone)} has it already"
    if gone := facts["withdrawn"]:
        yield f"withdrawn   {local(gone['at'], zone)}: {withdrawn_how(gone['signal'])}"
    if facts["volatile_since"]:
        since = local(facts["volatile_since"], zone)
        yield f"volatile    since {since}: numbers, dates and times alone make one version a day"
    for number, key in enumerate(facts["keys"]):
        yield f"{'known as' if not number else '':<12}{key}"
    for number, alias in enumerate(facts["aliases"]):
        yield f"{'alias' if not number else '':<12}{alias}"
    yield ""
    yield "decisions, oldest first"
    for decision in facts["decisions"]:
        yield from _told(decision, zone)


def withdrawn_how(signal: str | None) -> str:
    """How a withdrawal is known, in words."""
    return _SIGNALS.get(Signal(signal), "") if signal else ""


def _waiting(held: Mapping[str, Any] | None, zone: str) -> str:
    if held is None:
        return ""
    if held["released_at"]:
        return f"; was held as {held['kind']} until {local(held['released_at'], zone)}"
    by_itself: datetime | None = held["announced_by_itself_at"]
    until = f"until {local(by_itself, zone)}" if by_itself else "until `aggregator feeds release`"
    return f"; held as {held['kind']} {until}"


def _told(decision: Mapping[str, Any], zone: str) -> Iterator[str]:
    rule = f" [{decision['rule']}]" if decision["rule"] else ""
    came = decision["facts"].get("provenance")
    how = f", {came}" + _captured(decision["facts"], zone) if came else ""
    yield f"  {local(decision['at'], zone)}  {KINDS.get(decision['kind'], decision['kind'])}{how}{rule}"
    if decision["because"]:
        yield f"      {decision['because']}"
    for name, value in decision["evidence"].items():
        yield f"      {name}: {value}"


def _captured(facts: Mapping[str, Any], zone: str) -> str:
    """When the capture was made from which a version was read, where it was one."""
    at = facts.get("observed_at")
    return f" of {local(datetime.fromisoformat(at), zone)}" if at else ""
