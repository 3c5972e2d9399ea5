"""What is published after a takedown (R-14, R-39): nothing of the entry, and every other byte of sealed documents."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.model import EntryFilter, EntryId, FeedId
from aggregator.model.takedown import Ground, Stage, TakedownOrder
from aggregator.publish import atom, excising
from tests.wholeness import assert_whole, read, walk
from tests.year import SITE, START, Home, days, open_memory, open_sqlite

DAY = timedelta(days=1)
LAST = 60
ENTRY = {"atom": rb"<entry[ >].*?\n</entry>\n", "rss": rb"<item>\n.*?\n</item>\n"}


@pytest.fixture(params=[open_memory, open_sqlite], ids=["memory", "sqlite"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """Two months of an archive, published."""
    place = Home(tmp_path, opening=request.param)
    for _ in days(place, last=LAST):
        pass
    place.publish()
    return place


def forget(place: Home, number: int, **changes: Any) -> None:
    """Redact an entry in the store, as the first step of a takedown does."""
    order = TakedownOrder(
        entry_id=EntryId(number),
        at=START + (LAST + 1) * DAY,
        ground=Ground.COURT_ORDER,
        reason="",
        who="ops",
        tokens=frozenset(),
    )
    place.store.takedowns.forget(replace(order, **changes))


def row(place: Home, feed: str, position: int) -> Any:
    """An entry of a feed, counted from the oldest."""
    rows = place.store.catalogue.entries(EntryFilter(feed=FeedId(feed), limit=1000))
    return sorted(rows, key=lambda each: each.entry_id)[position]


def pieces(body: bytes, ending: str) -> list[bytes]:
    """The entries of a document, byte by byte."""
    return re.findall(ENTRY[ending], body, re.DOTALL)


def everywhere(place: Home, word: bytes) -> list[str]:
    """Published files, of every kind, that hold a word."""
    files = (path for path in place.output.root.rglob("*") if path.is_file() and path.suffix not in {".gz", ".br"})
    return sorted(path.name for path in files if word in path.read_bytes())


def test_only_the_entry_leaves_its_sealed_documents(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-39: also where entries are rendered in another way by now, every other entry keeps its bytes."""
    gone = row(home, "ashmere", 20)
    before = home.archived()
    holding = {name for name, body in before.items() if gone.public_id.encode() in body}
    assert len(holding) >= 4, "its own chain and that of all, two formats each"
    forget(home, gone.entry_id)
    newer: Callable[..., str] = atom.fragment
    monkeypatch.setattr(
        atom, "fragment", lambda item, press: newer(item, press).replace("<published>", "\n<published>")
    )
    home.publish()
    after = home.archived()
    assert before.keys() == after.keys()
    for name, body in before.items():
        if name not in holding:
            assert after[name] == body
            continue
        ending = name.rpartition(".")[2]
        left = [piece for piece in pieces(body, ending) if gone.public_id.encode() not in piece]
        assert pieces(after[name], ending) == left
        if ending == "atom":
            assert gone.public_id in read(home.output.root / name).gone
        else:
            assert gone.public_id.encode() not in after[name]
    assert gone.public_id in read(home.output.root / "feed.atom").gone
    assert everywhere(home, gone.title.encode()) == []
    home.store.takedowns.advance(gone.entry_id, Stage.DONE)
    home.publish(rebuild=True)
    assert home.archived() == after, "and so it stays"
    assert_whole(home.store.chains, home.output.root, SITE, home.store.archive.touched(0).seq)


def test_a_hidden_id_leaves_too(home: Home) -> None:
    """The tombstone names a hash, and the entry is found in sealed documents all the same."""
    gone = row(home, "ashmere", 20)
    forget(home, gone.entry_id, hide_id=True)
    home.publish()
    assert everywhere(home, gone.public_id.encode()) == []
    assert everywhere(home, gone.title.encode()) == []
    assert any(name.startswith("sha256:") for name in read(home.output.root / "feed.atom").gone)


def test_a_copy_leaves_the_documents_of_its_lead(home: Home) -> None:
    """R-39, D-21: the lead is told anew without it; what stands beside the lead keeps its bytes."""
    gone = row(home, "cold-ash", 2)
    lead = home.store.catalogue.entry(str(gone.lead))
    before = home.archived()
    named = {name for name, body in before.items() if gone.url.encode() in body}
    assert named
    forget(home, gone.entry_id)
    home.publish()
    assert everywhere(home, gone.url.encode()) == []
    for name, body in home.archived().items():
        ending = name.rpartition(".")[2]
        was, now = pieces(before[name], ending), pieces(body, ending)
        changed = [piece for piece, other in zip(was, now, strict=True) if piece != other]
        assert len(changed) == (name in named)
        assert all(lead.public_id.encode() in piece for piece in changed)


def test_the_page_in_its_place(home: Home) -> None:
    """W-09: says when and why; rendered again with everything else."""
    gone = row(home, "bramford", 1)
    forget(home, gone.entry_id)
    home.publish()
    page = home.output.root / f"gone/entries/{gone.entry_id}.html"
    text = page.read_text()
    assert "a court ordered so" in text
    assert "7 March 2026" in text
    home.store.takedowns.advance(gone.entry_id, Stage.DONE)
    page.unlink()
    home.publish(rebuild=True)
    assert page.read_text() == text


def test_clients_from_any_past_state_agree(home: Home) -> None:
    """R-32, R-39: whoever reads the chain afterwards holds all that is left, and is told what is not."""
    gone = [row(home, "ashmere", position) for position in (3, 50, -1)]
    before = {name: {i for each in walk(name, home.output.root, SITE) for i in each.entries} for name in ("feed",)}
    for each in gone:
        forget(home, each.entry_id)
        home.publish()
    sealed, current = walk("feed", home.output.root, SITE), read(home.output.root / "feed.atom")
    held = set(current.entries).union(*(each.entries for each in sealed))
    told = set(current.gone).union(*(each.gone for each in sealed))
    ids = {each.public_id for each in gone}
    assert ids <= told
    assert not ids & held
    assert before["feed"] - ids <= held
    assert ids <= current.gone, "the open segment tells those who have all sealed documents already"


def test_a_document_of_an_unknown_kind_is_rendered_anew(home: Home) -> None:
    """Nothing is risked: what cannot be taken apart is not left as it was."""
    segment = home.store.chains.segments("feed", 0, 1)[0]
    kept = home.store.chains.kept(segment)
    odd = replace(kept, atom=kept.atom.replace(b"</entry>", b"</entry >"))
    assert excising.excised(odd, kept, ()) == kept
