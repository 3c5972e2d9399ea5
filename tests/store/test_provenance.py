"""Where versions came from, and what archives older than that keep."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aggregator.model import FeedId, Provenance, Reason, Recalled
from aggregator.proving import LATER, canonical, sha256
from aggregator.store.rows import revision_digest, revision_of, revision_row
from aggregator.store.sqlite import SqliteStore, open_store
from tests.builders import HOUR, NOW, added, candidate, query, revised
from tests.store.conftest import Store, numbered
from tests.store.test_contract import fill

CAPTURED = NOW.replace(year=2019)
COLUMNS = {
    "revisions": ("provenance", "observed_at"),
    "polls": ("provenance",),
    "entries": ("versions", "first_observed_at"),
}


def test_a_recalled_version_is_found_among_the_others(store: Store) -> None:
    """B-09: its hash is known from then on, and so is every other one but the current."""
    one, old = candidate(1), candidate(1, "an older text")
    fill(store, added(one))
    why = Reason(rule="B-08", text="not among its versions")
    head = store.ledger.heads(query(one)).by_key[one.key]
    past = {"provenance": Provenance.WAYBACK, "observed_at": CAPTURED, "outcome": "backfilled"}
    fill(store, Recalled(head=head, candidate=old, reason=why), **past)
    head = store.ledger.heads(query(old)).by_key[one.key]
    assert (head.revision, head.revision_hash) == (1, one.fingerprint.revision)
    assert head.older == {old.fingerprint.revision: 2}
    new = candidate(1, "a later text")
    fill(store, revised(head, new, NOW + HOUR))
    head = store.ledger.heads(query(one, old, new)).by_key[one.key]
    assert head.revision == 3
    assert head.older == {one.fingerprint.revision: 1, old.fingerprint.revision: 2}
    assert [each.number for each in store.catalogue.revisions("1")] == [2, 1, 3]
    assert store.catalogue.entry("1").first_observed_at == CAPTURED


def test_the_proof_of_a_row_without_provenance_is_the_old_one(store: Store) -> None:
    """D-20: columns that came later change no digest of a row that has nothing in them."""
    fill(store, added(candidate(1)))
    payload = store.catalogue.journal(0, 9)[-1].payload
    assert "provenance" not in payload
    if not isinstance(store, SqliteStore):
        return
    with store.database.reading() as reader:
        row = revision_of(reader.execute("SELECT * FROM revisions").fetchone())
    old = {name: value for name, value in revision_row(row).items() if name not in LATER}
    assert revision_digest(row) == sha256(canonical(old))
    assert revision_digest(replace(row, provenance=Provenance.IMPORT)) != revision_digest(row)


def test_an_older_archive_is_taken_up_as_it_is(sqlite: SqliteStore, tmp_path: Path) -> None:
    """Entries keep the number of their versions, and their versions came by polls."""
    one = candidate(1)
    fill(sqlite, added(one), added(candidate(2)))
    fill(sqlite, revised(sqlite.ledger.heads(query(one)).by_key[one.key], candidate(1, "other words")))
    before = sqlite.catalogue.entry("1"), sqlite.catalogue.revisions("1"), sqlite.catalogue.polls(FeedId("ashmere"), 9)
    with sqlite.database.transaction() as writer:
        for table, columns in COLUMNS.items():
            for column in columns:
                writer.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        writer.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '%_provenance'")
    sqlite.close()
    store = open_store(tmp_path / "archive.db", "news.example", NOW, numbered())
    assert [name.partition("_")[2] for name in store.migrated.applied] == ["provenance"]
    after = store.catalogue.entry("1"), store.catalogue.revisions("1"), store.catalogue.polls(FeedId("ashmere"), 9)
    assert after == before
    assert after[0].revisions == 2
    store.close()
