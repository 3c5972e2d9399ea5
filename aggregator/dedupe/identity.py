"""Which key of an entry is to be trusted (P-10 to P-18). Law: no observed time in any key; the same document gives the
same keys, whatever is known of its feed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from aggregator.dedupe.dates import USABLE
from aggregator.dedupe.keys import PLACE, aliases_of_id, link_alias, plain_link, spell
from aggregator.model import Alias, Candidate, Document, Entry, FeedState, Fingerprint, Identity, Key, Source

_ITEMS_NOT_VERSIONS = 3
_Listed = tuple[Entry, Fingerprint, str]
"""An entry with its fingerprint and its plain link, empty where it has none."""


def mode(source: Source, state: FeedState) -> Identity:
    """GUID or LINK: what the operator fixed, else what the feed has taught us (P-16)."""
    return state.identity if source.identity is Identity.AUTO else source.identity


def identify(document: Document, identity: Identity) -> tuple[Candidate, ...]:
    """Every entry of a document once, with its key and aliases; oldest first, ties in the order of the feed's habit.

    ``identity`` is the mode of the feed (`mode`); AUTO counts as GUID. Duplicates inside the document are resolved by
    P-18: the latest ``updated`` stays, else the first.
    """
    pairs = zip(document.entries, document.fingerprints, strict=True)
    listed = tuple((entry, fingerprint, plain_link(entry.link)) for entry, fingerprint in pairs)
    census = _census(listed)
    chosen: dict[Key, Candidate] = {}
    for entry, fingerprint, link in listed:
        key = _key(entry, fingerprint, link, census, identity)
        known = chosen.get(key)
        if known is None or _updated(entry) > _updated(known.entry):
            chosen[key] = Candidate(entry=entry, fingerprint=fingerprint, key=key, aliases=_aliases(entry, key))
    return _oldest_first(chosen.values())


SPARE = ("guid+link:", "text:")
"""How every key that `spare_keys` gives begins."""


def spare_keys(candidate: Candidate) -> tuple[Key, ...]:
    """Other keys under which a known entry may stand whose publisher reuses ids or addresses (P-16, P-17)."""
    entry, key = candidate.entry, candidate.key
    link = plain_link(entry.link)
    if key.startswith("guid:") and link:
        return (spell("guid+link", entry.raw_id or "", link),)
    if key.startswith("link:") and not entry.raw_id:
        return (spell("text", candidate.fingerprint.lead),)
    return ()


@dataclass(frozen=True)
class _Census:
    """What the entries of one document share. The values are the distinct leads found under each key."""

    unusable: frozenset[str]
    by_id_and_link: dict[tuple[str, str], set[str]]
    by_link: dict[str, set[str]]


def _census(listed: Sequence[_Listed]) -> _Census:
    by_id: dict[str, list[_Listed]] = defaultdict(list)
    by_both: dict[tuple[str, str], set[str]] = defaultdict(set)
    by_link: dict[str, set[str]] = defaultdict(set)
    for each in listed:
        entry, fingerprint, link = each
        by_link[link].add(fingerprint.lead)
        if entry.raw_id:
            by_id[entry.raw_id].append(each)
            by_both[entry.raw_id, link].add(fingerprint.lead)
    unusable = frozenset(raw_id for raw_id, group in by_id.items() if len(group) > 1 and _is_unusable(group))
    return _Census(unusable=unusable, by_id_and_link=by_both, by_link=by_link)


def _is_unusable(group: Sequence[_Listed]) -> bool:
    """P-16: one id on entries with different title and link. Where links are missing the text stands for them, and
    three different titles are items, whatever their links: nobody lists three versions of one entry."""
    titles = {fingerprint.title for _, fingerprint, _ in group}
    places = {link or fingerprint.content for _, fingerprint, link in group}
    return len(titles) > 1 and (len(places) > 1 or len(titles) >= _ITEMS_NOT_VERSIONS)


def _key(entry: Entry, fingerprint: Fingerprint, link: str, census: _Census, identity: Identity) -> Key:
    """The first key that can be trusted: id, id and link, id and text; without id link, then text. Of a saved page it
    is the place in it, where the page gives no permalink; without the page's address, the text as well."""
    if entry.anchor is not None:
        return spell(PLACE, entry.anchor, *((fingerprint.lead,) if entry.anchor.startswith("#") else ()))
    raw_id = entry.raw_id
    if raw_id and identity is not Identity.LINK:
        if raw_id not in census.unusable:
            return spell("guid", raw_id)
        if link and len(census.by_id_and_link[raw_id, link]) == 1:
            return spell("guid+link", raw_id, link)
        return spell("guid+text", raw_id, fingerprint.content)
    if link and len(census.by_link[link]) == 1:
        return spell("link", link)
    if raw_id and not link and raw_id not in census.unusable:
        return spell("guid", raw_id)
    return spell("text", fingerprint.lead)


def _aliases(entry: Entry, key: Key) -> tuple[Alias, ...]:
    """P-14. Ids that are not trusted lend no aliases: they would tie strangers together, and grow without end."""
    found = aliases_of_id(entry.raw_id) if entry.raw_id and key.startswith("guid:") else ()
    return (*found, link_alias(entry.link)) if entry.link else found


def _updated(entry: Entry) -> float:
    instant = entry.updated.instant if entry.updated else None
    return instant.timestamp() if instant else -inf


def _oldest_first(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """By stated date; entries without one count as just published. Feeds list the newest first, so among equals the
    later in the document is the older, unless the dates of this document run the other way."""
    in_document = sorted(candidates, key=lambda candidate: candidate.entry.position)
    dated = [when for candidate in in_document if (when := _stated(candidate)) != inf]
    if not dated or dated[0] >= dated[-1]:
        in_document.reverse()
    return tuple(sorted(in_document, key=_stated))


def _stated(candidate: Candidate) -> float:
    stamp = candidate.entry.published
    return stamp.instant.timestamp() if stamp.instant and stamp.status in USABLE else inf
