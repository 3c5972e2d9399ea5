"""An archive changed by hand: every column that is proved, every row, and a file damaged on disk."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils.utils import sqlite3

from aggregator.errors import StoreError
from aggregator.model import CaptureKind, EntryId, FeedId, Fixity, Hold, Outcome, Provenance, Reason, Recalled, Renamed
from aggregator.pipeline.verify import verify
from aggregator.store.evidence import version_line
from aggregator.store.sqlite import SqliteEvidence, SqliteStore, open_store
from tests.builders import HOUR, NOW, added, candidate, copy_of, query, revised, seen
from tests.store.conftest import Store, checked, numbered
from tests.store.test_captures import kept
from tests.store.test_contract import fill

DAY = timedelta(days=1)
UNPROVED = {
    "entries": {"id", "last_seen_at", "last_poll_id"},
    "revisions": {"entry_id", "number"},
    "events": {"seq", "entry_id", "size", "batch"},
    "captures": {"id", "removed_at"},
}
"""Columns that name the row, and those that say nothing of the past: when an entry was last looked at, how large a
published document gets."""


def busy(store: Store) -> None:
    """Everything that can happen to entries, once."""
    one, other, third = candidate(1), candidate(1, "the library stays shut"), candidate(3)
    fill(store, added(one), added(candidate(2), emitted=False, hold=Hold(kind="back-catalogue")), added(third))
    fill(store, copy_of(candidate(4, feed="bramford"), EntryId(1)), feed="bramford", at=NOW + HOUR)
    head = store.ledger.heads(query(one)).by_key[one.key]
    fill(store, revised(head, other, NOW + HOUR, date_changed=True), at=NOW + HOUR)
    back = store.ledger.heads(query(one)).by_key[one.key]
    fill(store, revised(back, one, back.updated_at, significant=False, reverts_to=1), at=NOW + DAY)
    fill(store, seen(store.ledger.heads(query(one)).by_key[one.key], one, settled=True), at=NOW + 2 * DAY)
    cut = candidate(3, "")
    head = store.ledger.heads(query(third)).by_key[third.key]
    fill(store, revised(head, cut, NOW + 2 * DAY, displayed=False, significant=False), at=NOW + 2 * DAY)
    why = Reason(rule="B-08", text="captured", evidence={})
    past = {"provenance": Provenance.WAYBACK, "observed_at": NOW.replace(year=2019)}
    fill(store, Recalled(head=head, candidate=candidate(3, "an old text"), reason=why), at=NOW + 3 * DAY, **past)
    fill(store, added(candidate(6), emitted=True, announced=False), at=NOW + 3 * DAY, **past)
    moved = candidate(33)
    head = store.ledger.heads(query(third)).by_key[third.key]
    fill(store, Renamed(then=seen(head, moved), reason=why), at=NOW + 3 * DAY)
    fill(store, copy_of(candidate(7), EntryId(4), outcome=Outcome.REPEAT), at=NOW + 3 * DAY)
    fill(store, added(candidate(8), outcome=Outcome.REPOST, first=EntryId(1)), at=NOW + 4 * DAY)
    store.ledger.release(FeedId("ashmere"), NOW + 4 * DAY)


def bodies(store: Store) -> None:
    """Two distinct bodies, and one of them again."""
    for number, name in enumerate("aab"):
        capture = kept(name, 90 * number, CaptureKind.WHOLE if number != 1 else CaptureKind.IDENTICAL)
        fill(store, at=NOW + 5 * DAY, kept=capture)


def test_a_busy_archive_proves_itself(store: Store) -> None:
    """A clean archive passes, whatever has happened in it, and every row of it was looked at."""
    busy(store)
    bodies(store)
    found = checked(store)
    assert (found.flaws, found.bad) == ((), 0)
    kinds = {row.kind for row in store.catalogue.journal(0, 999) if row.entry_id}
    assert kinds == {"added", "revised", "settled", "recalled", "observed", "renamed", "released", "date_changed"}
    tip = store.catalogue.journal(0, 999)[-1]
    assert (found.seq, found.hash) == (tip.seq, tip.hash)
    records = {part.part: part.records for part in found.parts}
    assert records["journal"] == tip.seq
    assert records["entries"] > 7 + 5 + 5, "entries, versions and events"


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A busy archive on disk, closed."""
    path = tmp_path_factory.mktemp("master") / "archive.db"
    store = open_store(path, "news.example", NOW, numbered())
    busy(store)
    bodies(store)
    store.close()
    return path


@contextmanager
def by_hand(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as somebody with a plain SQLite shell changes it, who takes the guards away and puts them back."""
    with closing(sqlite3.connect(path)) as database:
        triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        yield database
        for _, statement in triggers:
            database.execute(statement)
        database.commit()


def after(master: Path, folder: Path, *statements: str) -> Fixity:
    """What is found in a copy of the archive after these statements."""
    path = folder / "archive.db"
    shutil.copy(master, path)
    with by_hand(path) as database:
        for statement in statements:
            database.execute(statement)
    return look(path)


def look(path: Path) -> Fixity:
    """What is found in the file."""
    with closing(SqliteEvidence(path)) as evidence:
        return verify(evidence, (), lambda _: None)


@pytest.mark.parametrize(
    ("table", "row", "record"),
    [
        ("entries", "id = 1", "1"),
        ("revisions", "entry_id = 3 AND number = 2", "3 version 2"),
        ("captures", "id = 2", "2"),
    ],
)
def test_every_proved_column_is_checked(master: Path, tmp_path: Path, table: str, row: str, record: str) -> None:
    """Change one row, whichever column, and `verify` names that row first."""
    with closing(sqlite3.connect(master)) as database:
        about = database.execute(f"PRAGMA table_info({table})").fetchall()
    names = [(name, kind) for _, name, kind, *_ in about if name not in UNPROVED[table]]
    assert len(names) > 10
    for name, kind in names:
        change = f"coalesce({name}, 0) + 1" if kind == "INTEGER" else f"coalesce({name}, '') || 'x'"
        found = after(
            master, tmp_path, "PRAGMA foreign_keys = OFF", f"UPDATE {table} SET {name} = {change} WHERE {row}"
        )
        assert [(flaw.table, flaw.record) for flaw in found.flaws[:1]] == [(table, record)], name
        if table != "revisions":
            assert name in found.flaws[0].text


@pytest.mark.parametrize("name", ["kind", "feed_id", "revision", "updated_at", "at"])
def test_publish_events_are_checked(master: Path, tmp_path: Path, name: str) -> None:
    """R-02: what was published when, and with which version, is proved by the journal."""
    change = "revision + 1" if name == "revision" else f"{name} || 'x'"
    found = after(master, tmp_path, "PRAGMA foreign_keys = OFF", f"UPDATE events SET {name} = {change} WHERE seq = 8")
    assert [(flaw.table, flaw.record) for flaw in found.flaws[:1]] == [("events", "8")]


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE journal SET payload = payload || ' ' WHERE seq = 5", "journal 5"),
        ("DELETE FROM journal WHERE seq = 7", "journal 7: is missing"),
        ("DELETE FROM journal WHERE seq BETWEEN 7 AND 9", "journal 7: to 9 are missing"),
        (
            "UPDATE journal SET seq = -6 WHERE seq = 6; UPDATE journal SET seq = 6 WHERE seq = 8; "
            "UPDATE journal SET seq = 8 WHERE seq = -6",
            "journal 6",
        ),
        ("DELETE FROM revisions WHERE entry_id = 3 AND number = 2", "revisions 3 version 2: is missing"),
        ("DELETE FROM entries WHERE id = 3", "entries 3: is missing"),
        ("DELETE FROM entries WHERE id = (SELECT max(id) FROM entries)", "entries 7: is missing"),
        ("DELETE FROM events WHERE seq = 8", "events 8: is missing"),
        ("UPDATE events SET seq = 9 WHERE seq = 8", "events 9: is no publish event"),
        ("UPDATE identities SET entry_id = 2 WHERE entry_id = 1", "identities 1"),
        ("DELETE FROM identities WHERE entry_id = 3 AND key LIKE '%/3'", "identities all"),
        ("DELETE FROM days WHERE first_seq > 1", "days"),
        ("DELETE FROM captures WHERE id = 1", "captures 1: is missing"),
        ("DELETE FROM captures", "captures 1: is missing"),
        ("UPDATE captures SET id = 9 WHERE id = 2", "captures 2: is missing"),
        (
            "UPDATE revisions SET number = 9 WHERE entry_id = 1 AND number = 1",
            "revisions 1 version 9: stands in no",
        ),
    ],
)
def test_the_first_bad_record_is_named(master: Path, tmp_path: Path, statement: str, first: str) -> None:
    """Rows changed, dropped, swapped or added by hand are named, and the guards put back prove nothing."""
    found = after(master, tmp_path, "PRAGMA foreign_keys = OFF", *statement.split(";"))
    assert str(found.flaws[0]).startswith(first)
    assert found.bad >= len(found.flaws) >= 1


@pytest.mark.parametrize(
    ("statement", "record"),
    [
        ("DROP TRIGGER journal_keep_update", "journal_keep_update"),
        ("DROP INDEX revisions_by_hash", "revisions_by_hash"),
        ("CREATE TRIGGER mine AFTER INSERT ON entries BEGIN SELECT 1; END", "mine"),
    ],
)
def test_guards_taken_away_are_missed(master: Path, tmp_path: Path, statement: str, record: str) -> None:
    """D-20: without its guards the history can be rewritten unnoticed by this program."""
    path = tmp_path / "archive.db"
    shutil.copy(master, path)
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()
    found = look(path)
    assert [(flaw.table, flaw.record) for flaw in found.flaws] == [("database", record)]


def test_rows_that_cannot_be_read_are_named(master: Path, tmp_path: Path) -> None:
    """Bad input: what is no UTF-8 or no JSON any more spoils one row, and what comes after it is still checked."""
    found = after(
        master,
        tmp_path,
        "UPDATE revisions SET content = CAST(x'c3c3c3' AS TEXT) WHERE entry_id = 2",
        "UPDATE revisions SET details = 'no json' WHERE entry_id = 3 AND number = 1",
        "UPDATE revisions SET title = 'forged' WHERE entry_id = 7",
    )
    assert [flaw.record for flaw in found.flaws if flaw.table == "revisions"] == [
        "2 version 1",
        "3 version 1",
        "7 version 1",
    ]


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2])
def test_a_truncated_database_is_told_of(master: Path, tmp_path: Path, share: float) -> None:
    """Bad input: a file cut short gives a plain word, whether it can still be opened or not."""
    path = tmp_path / "archive.db"
    whole = master.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share) // 4096 * 4096])
    try:
        found = look(path)
    except StoreError as fault:
        assert "damaged" in str(fault) or "not an archive" in str(fault)
    else:
        assert found.bad
        assert any("damaged" in flaw.text or flaw.table == "database" for flaw in found.flaws)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.none(), min_size=5, max_size=5), st.booleans())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sqlite_makes_the_same_proof(proofs: SqliteStore, words: list[str | None], past: bool) -> None:
    """D-20: the digest that SQLite helps to make is that of the row, whatever characters are in it."""
    title, content, url, base, reason = words
    facts = (title or "", content or "", url, base, reason or "", "wayback" if past else "live", url if past else None)
    with proofs.database.transaction() as writer:
        writer.execute("DROP TRIGGER IF EXISTS revisions_keep_update")
        names = ("title", "content", "url", "base", "reason", "provenance", "observed_at")
        writer.execute(f"UPDATE revisions SET {', '.join(f'{name} = ?' for name in names)}", facts)
    with proofs.database.reading() as reader:
        expected = [version_line(dict(row)) for row in reader.execute("SELECT * FROM revisions")]
    with closing(proofs.evidence()) as evidence:
        assert list(evidence.revisions()) == expected


@pytest.fixture
def proofs(sqlite: SqliteStore) -> SqliteStore:
    """An archive with one entry."""
    fill(sqlite, added(candidate(1)))
    return sqlite


def test_an_index_is_checked_on_demand(master: Path, tmp_path: Path) -> None:
    """Bad input: a byte flipped in an index hides a row from look-ups; only the thorough check walks every index."""
    path, whole = tmp_path / "archive.db", master.read_bytes()
    word = candidate(7).fingerprint.content.encode()
    places = [match.start() for match in re.finditer(word, whole)]
    texts = []
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        if not look(path).bad:
            with closing(SqliteEvidence(path)) as evidence:
                texts += [flaw.text for flaw in verify(evidence, (), lambda _: None, thorough=True).flaws[:1]]
    assert len(texts) >= 1
    assert all("missing from index" in text for text in texts)


def test_a_damaged_first_row_hides_nothing(master: Path, tmp_path: Path) -> None:
    """Bad input: an entry whose first journal row makes no sense is named once, and the check goes on."""
    found = after(
        master,
        tmp_path,
        "UPDATE journal SET payload = replace(payload, '\"revision\":', '\"revisian\":') WHERE seq = 2",
        "UPDATE revisions SET title = 'forged' WHERE entry_id = 7",
    )
    assert [flaw.table for flaw in found.flaws] == ["journal", "journal", "revisions", "entries"]


def test_flipped_bytes_never_pass_for_words(master: Path, tmp_path: Path) -> None:
    """One byte flipped anywhere in the words of a version or in a journal row is found."""
    path, whole = tmp_path / "archive.db", bytearray(master.read_bytes())
    words = [b"the library stays shut", b"an old text", b'"outcome":"new"', b"renamed"]
    for word in words:
        place = whole.rindex(word) + 3
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert look(path).bad, word


def test_only_own_archives_are_checked(tmp_path: Path) -> None:
    """What is no archive of this version is refused with the remedy."""
    path = tmp_path / "archive.db"
    path.write_bytes(b"")
    with pytest.raises(StoreError, match="not an archive"):
        SqliteEvidence(path)
    path.write_text("no database " * 500)
    with pytest.raises(StoreError, match="not a database"):
        SqliteEvidence(path)
    path.unlink()
    with pytest.raises(StoreError, match="cannot be opened"):
        SqliteEvidence(path)
    store = open_store(path, "news.example", NOW, numbered())
    with store.database.transaction() as writer:
        writer.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0005_days'")
    with pytest.raises(StoreError, match="aggregator migrate"):
        SqliteEvidence(path)
    with store.database.transaction() as writer:
        writer.execute("INSERT INTO _sqlite_migrations VALUES (99, 'aggregator', 'm9999_future', '2030-01-01')")
    with pytest.raises(StoreError, match="newer version"):
        SqliteEvidence(path)
    store.close()


def test_one_moment_is_checked_while_others_write(sqlite: SqliteStore) -> None:
    """What is written while the archive is checked is neither seen nor held up."""
    busy(sqlite)
    with closing(sqlite.evidence()) as evidence:
        tip = len(sqlite.catalogue.journal(0, 999))
        fill(sqlite, added(candidate(50)), at=NOW + 9 * DAY)
        found = verify(evidence, (), lambda _: None)
    assert (found.flaws, found.seq) == ((), tip)
    assert checked(sqlite).seq == tip + 1


def test_a_copy_that_cannot_be_written_is_checked(master: Path) -> None:
    """Works on a read-only copy, also for somebody who may only read, and leaves nothing beside it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(master, folder / "archive.db")
        (folder / "archive.db").chmod(0o444)
        folder.chmod(0o555)
        child = os.fork()
        if not child:
            if os.geteuid() == 0:
                os.setuid(65534)  # the superuser may write everywhere
            os._exit(0 if look(folder / "archive.db").flaws == () else 1)
        assert os.waitpid(child, 0)[1] == 0
        folder.chmod(0o755)
        assert [path.name for path in folder.iterdir()] == ["archive.db"]
