"""``aggregator verify`` as an operator runs it, on an archive that the service itself has filled."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from aggregator.captures.folder import WarcFolder
from aggregator.captures.seal import seal
from aggregator.cli import main
from aggregator.model import FeedId
from aggregator.pipeline.publish import publish
from aggregator.publish.folder import Folder
from aggregator.publish.manifest import NOTE
from aggregator.settings import load_settings
from aggregator.store.sqlite import SqliteStore, open_store
from aggregator.wiring import agent_of
from tests.builders import NOW, added, candidate, record
from tests.captures.nouns import answered, capture, original
from tests.captures.test_folder import distinct
from tests.store.conftest import numbered
from tests.store.test_evidence import DAY, busy, by_hand


def captured(store: SqliteStore, folder: Path) -> None:
    """Two polls that brought bodies, one that brought nothing new, and one a day later."""
    writer = WarcFolder(folder, 10**9, "Aggregator/0", store.holdings.last)
    first = seal(capture(), None)
    silent = seal(capture(answered(b"", 304)), original(first.digest))
    for number, sealed in enumerate((first, silent, distinct(7)), 90):
        kept = writer.append(sealed)
        writer.flush()
        new = [] if sealed is silent else [added(candidate(number))]
        store.ledger.record(record(store.sources.get(FeedId("ashmere"))[1], *new, at=NOW + 9 * DAY, kept=kept))
    writer.close()
    store.ledger.record(record(store.sources.get(FeedId("ashmere"))[1], added(candidate(99)), at=NOW + 10 * DAY))


class Installation:
    """A configuration with a published archive."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "aggregator.toml"
        self.config.write_text('[storage]\npath = "data"\n')
        (folder / "feeds.toml").write_text("")
        self.data = folder / "data"
        store = open_store(self.data / "archive.db", "news.example", NOW, numbered())
        busy(store)
        captured(store, self.data / "captures")
        settings = load_settings(self.config)
        publish(store, Folder(self.data / "public"), settings.site, agent_of(settings))
        store.close()

    def run(self, *words: str) -> int:
        """The command's exit status."""
        return main(["--config", str(self.config), "verify", *words])

    def change(self, *statements: str) -> None:
        """Change the database by hand, and put the guards back."""
        with by_hand(self.data / "archive.db") as database:
            for statement in statements:
                database.execute(statement)


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """An installation with a sound archive."""
    return Installation(tmp_path)


def test_a_clean_archive_passes(place: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 0, every part sound, and a head to note down, which is accepted later."""
    assert place.run() == 0
    told = capsys.readouterr().out
    assert told.count("sound") == len(told.splitlines()) - 1 == 6
    head = told.splitlines()[-1].removeprefix("head ")
    assert place.run("--head", head) == 0
    assert place.run("--heads", str(place.data / "public" / "archive" / "heads.txt")) == 0


SWAP = (
    "UPDATE journal SET seq = -6 WHERE seq = 6",
    "UPDATE journal SET seq = 6 WHERE seq = 8",
    "UPDATE journal SET seq = 8 WHERE seq = -6",
)


@pytest.mark.parametrize(
    ("statements", "first"),
    [
        (["UPDATE revisions SET title = 'forged' WHERE entry_id = 1 AND number = 1"], "revisions 1 version 1: "),
        (
            ["UPDATE entries SET published_at = '2020-01-01T00:00:00.000000Z' WHERE id = 1"],
            "entries 1: published_at",
        ),
        (["DELETE FROM journal WHERE seq = 9"], "journal 9: is missing"),
        (SWAP, "journal 6: "),
    ],
)
def test_what_was_changed_by_hand_is_named(
    place: Installation, statements: Sequence[str], first: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Change one row, drop one journal row, swap two: `verify` names each, and ends with status 1."""
    place.change(*statements)
    assert place.run() == 1
    assert f"first bad record: {first}" in capsys.readouterr().out
    assert place.run("--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["sound"] is False
    assert found["bad"] >= len(found["flaws"]) >= 1
    assert found["first"]["table"] == first.split(maxsplit=1)[0]


def test_a_flipped_byte_in_a_capture_is_named(place: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """Flip one byte in a capture, and `verify` names its file and the byte where its record begins."""
    file = next((place.data / "captures").glob("*.warc.gz"))
    sound = file.read_bytes()
    for at in (len(sound) // 3, len(sound) - 600):
        file.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        assert place.run() == 1
        assert (
            f"first bad record: captures {'1' if at < len(sound) // 2 else '2'} ({file.name}, byte"
            in capsys.readouterr().out
        )
    file.write_bytes(sound)
    assert place.run() == 0


def test_a_witness_of_another_past_is_heard(place: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """A head or a list of heads that somebody kept proves that the journal was rewritten."""
    assert place.run("--head", f"9:{'a' * 64}") == 1
    assert "first bad record: journal 9: the head given with --head noted another hash" in capsys.readouterr().out
    kept = place.data / "kept.txt"
    kept.write_text(f"2026-07-09 99 {'b' * 64}\n")
    assert place.run("--heads", str(kept)) == 1
    assert "journal 99: is missing: the list of daily heads in" in capsys.readouterr().out
    published = place.data / "public" / "archive" / "heads.txt"
    published.write_text(published.read_text().replace("2026-07-01 8 ", "2026-07-01 7 "))
    assert place.run() == 1
    assert "journal 7: the published list of daily heads noted another hash" in capsys.readouterr().out


def test_published_files_are_checked(place: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """A published file that differs is named; a folder thrown away is no loss, and a journal behind it is."""
    page = place.data / "public" / "index.html"
    page.write_bytes(page.read_bytes().replace(b"Notice 1", b"Notice 2"))
    assert place.run() == 1
    assert "first bad record: published index.html: holds other bytes" in capsys.readouterr().out
    place.change("DELETE FROM journal WHERE seq > 14")
    assert place.run("--json") == 1
    texts = " ".join(flaw["text"] for flaw in json.loads(capsys.readouterr().out)["flaws"])
    assert "the published list of daily heads noted it" in texts
    assert "the published folder noted it, but the journal ends with row 14" in texts
    shutil.rmtree(place.data / "public")
    assert place.run() == 1
    assert "journal" not in capsys.readouterr().out.split("first bad record: ")[1].split()[0]


def test_words_that_are_no_head_are_refused(place: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """Usage: status 2 with what a head looks like."""
    assert place.run("--head", "9:abc") == 2
    assert "64 hexadecimal digits" in capsys.readouterr().err
    empty = place.data / "empty.txt"
    empty.write_text("nothing\n")
    assert place.run("--heads", str(empty)) == 2
    assert "holds no daily heads" in capsys.readouterr().err


def test_another_folder_can_be_checked(place: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A copy elsewhere is checked without touching the configured one; where none is, that is said with the remedy."""
    (tmp_path / "copy").mkdir()
    assert place.run("--at", str(tmp_path / "copy")) == 1
    assert "there is no archive at" in capsys.readouterr().err
    with closing(open_store(tmp_path / "copy" / "archive.db", "a.example", NOW, numbered())):
        assert place.run("--at", str(tmp_path / "copy")) == 0
    assert f"head 0:{'0' * 64}" in capsys.readouterr().out


def test_a_file_changed_with_our_note_of_it_is_named(place: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """Who changes a published file and the digest of it is found out, as the archive gives another one."""
    public = place.data / "public"
    for name, extra in (("feed.atom", []), ("feeds/ashmere.rss", ["--deep"])):
        sound, note = (public / name).read_bytes(), (public / NOTE).read_text()
        assert place.run(*extra) == 0
        forged = sound.replace(b"Notice", b"Forged")
        assert forged != sound
        (public / name).write_bytes(forged)
        for copy in public.glob(f"{name}.*"):
            copy.unlink()
        (public / NOTE).write_text(f"{note}\n{name} {hashlib.sha256(forged).hexdigest()}\n")
        capsys.readouterr()
        assert place.run(*extra) == 1
        told = capsys.readouterr().out
        assert f"first bad record: published {name}: is not what the archive gives" in told
        assert "what to do: `aggregator publish --rebuild`" in told
        (public / name).write_bytes(sound)
        (public / NOTE).write_text(note)


def test_a_file_missing_with_our_note_of_it_is_named(place: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """A sealed document that is gone is missed, in the note or not; with --deep every file."""
    public = place.data / "public"
    sealed = next((public / "archive").rglob("01.atom")).relative_to(public).as_posix()
    for name, extra in ((sealed, []), ("2026/07/index.txt", ["--deep"])):
        sound, note = (public / name).read_bytes(), (public / NOTE).read_text()
        for path in public.glob(f"{name}*"):
            path.unlink()
        (public / NOTE).write_text(f"{note}\n{name} -\n")
        assert place.run(*extra) == 1
        assert f"published {name}: is missing, and should be there" in capsys.readouterr().out
        (public / name).write_bytes(sound)
        (public / NOTE).write_text(note)
    assert place.run("--deep") == 0


def test_an_archive_that_moved_on_is_not_compared(place: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is called forged that is only not published yet."""
    with closing(open_store(place.data / "archive.db", "news.example", NOW, numbered())) as store:
        state = store.sources.get(FeedId("ashmere"))[1]
        store.ledger.record(record(state, added(candidate(120)), at=NOW + 12 * DAY))
    assert place.run("--deep") == 0
    assert "`aggregator publish` is due" in capsys.readouterr().err
