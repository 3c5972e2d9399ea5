"""Evidence bundles, verified by the program in them under a bare Python, in a folder far from ours."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from aggregator.backup.bag import MANIFEST, TAGS
from aggregator.cli import main
from aggregator.history.bundle import Contents, standalone
from aggregator.model import FeedId
from aggregator.proving import canonical, link, row_digest
from aggregator.store.memory import MemoryStore
from aggregator.store.sqlite import open_store
from tests.builders import NOW, added, candidate, record
from tests.cli.test_verify import Installation
from tests.store.conftest import numbered
from tests.store.test_evidence import DAY, busy
from tests.store.test_takedowns import order

DAMAGE = "NOT PROVED: "


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with an archive of several days."""
    return Installation(tmp_path_factory.mktemp("host"))


@pytest.fixture(scope="module")
def master(place: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle about four entries, of which one came in an answer that is kept."""
    target = tmp_path_factory.mktemp("bundles") / "evidence"
    assert export(place, "--bundle", str(target), "1", "3", "5", "8") == 0
    return target


@pytest.fixture
def bundle(master: Path, tmp_path: Path) -> Path:
    """A copy that may be spoilt."""
    return Path(shutil.copytree(master, tmp_path / "copy"))


def export(place: Installation, *words: str) -> int:
    """The command's exit status."""
    return main(["--config", str(place.config), "export", *words])


def verify(bundle: Path, *words: object) -> tuple[int, str]:
    """What the program in the bundle says, under a Python that knows nothing of ours."""
    command = [sys.executable, "-I", "-S", str(bundle / "verify.py"), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", env={}, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def published(place: Installation) -> Path:
    """The list of daily heads as a witness kept it."""
    return place.data / "public" / "archive" / "heads.txt"


def resealed(bundle: Path) -> None:
    """The manifests made anew, as whoever forges a bundle would."""
    for manifest, folder in ((MANIFEST, bundle / "data"), (TAGS, bundle)):
        files = sorted(path for path in (folder.rglob("*") if folder != bundle else folder.iterdir()) if path.is_file())
        lines = [
            f"{hashlib.sha512(path.read_bytes()).hexdigest()}  {path.relative_to(bundle).as_posix()}\n"
            for path in files
            if path.name != TAGS
        ]
        (bundle / manifest).write_text("".join(lines))


def test_a_bundle_verifies_without_us(place: Installation, master: Path) -> None:
    """b19: entry, versions, answers and chain verify on a machine without the service."""
    status, told = verify(master)
    assert status == 0
    assert "entry 1, first received 2026-07-01T09:00:00.000000Z, 3 versions" in told
    assert "1 answers of publishers are as they were received; 1 of them brought these versions first" in told
    assert "PROVED, if these heads are those" in told
    status, told = verify(master, "--heads", published(place))
    assert (status, "PROVED, and all" in told) == (0, True)


def test_a_bundle_is_a_bag(master: Path) -> None:
    """RFC 8493: declaration, payload and tag manifests with SHA-512, Payload-Oxum; nothing of the payload unlisted."""
    assert (master / "bagit.txt").read_bytes() == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    listed = {line.split("  ", 1)[1]: line[:128] for line in (master / MANIFEST).read_text().splitlines()}
    found = {path.relative_to(master).as_posix(): path for path in (master / "data").rglob("*") if path.is_file()}
    assert listed == {name: hashlib.sha512(path.read_bytes()).hexdigest() for name, path in found.items()}
    tags = {line.split("  ", 1)[1] for line in (master / TAGS).read_text().splitlines()}
    assert tags == {"README.txt", "bag-info.txt", "bagit.txt", MANIFEST, "verify.py"}
    info = (master / "bag-info.txt").read_text()
    assert f"Payload-Oxum: {sum(path.stat().st_size for path in found.values())}.{len(found)}\n" in info


def test_the_words_are_for_people(place: Installation, master: Path) -> None:
    """Every version can be read without a program, as plain text; the README names the list of heads to compare."""
    assert "the library stays shut" in (master / "data/entries/1/version-2.txt").read_text()
    assert "http://127.0.0.1:8000/archive/heads.txt" in (master / "README.txt").read_text()
    assert not list(master.rglob("*.html"))


def test_a_zip_holds_the_same(place: Installation, master: Path, tmp_path: Path) -> None:
    """One file to send: it unpacks to one folder, which verifies."""
    assert export(place, "--bundle", str(tmp_path / "evidence.zip"), "1", "3", "5", "8") == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evidence.zip"]
    with zipfile.ZipFile(tmp_path / "evidence.zip") as packed:
        packed.extractall(tmp_path / "out")
    assert verify(tmp_path / "out" / "evidence")[0] == 0
    same = "data/journal", "data/entries"
    for name in same:
        for path in (master / name).rglob("*.json*"):
            assert (tmp_path / "out" / "evidence" / path.relative_to(master)).read_bytes() == path.read_bytes()


def test_a_range_of_dates(place: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An entry or a date range, of one feed where wanted; what finds nothing says so."""
    assert export(place, "--bundle", str(tmp_path / "all"), "--since", "2026-01-01", "--json") == 0
    assert json.loads(capsys.readouterr().out)["entries"] == list(range(1, 11))
    assert verify(tmp_path / "all")[0] == 0
    assert export(place, "--bundle", str(tmp_path / "one"), "--feed", "bramford") == 0
    assert [path.name for path in (tmp_path / "one/data/entries").iterdir()] == ["4"]
    assert export(place, "--bundle", str(tmp_path / "none"), "--until", "2001-01-01") == 1
    assert "no entry was found" in capsys.readouterr().err
    assert export(place, "--bundle", str(tmp_path / "none"), "99") == 1
    assert export(place, "--bundle", str(tmp_path / "one"), "1") == 1
    assert "nothing is ever overwritten" in capsys.readouterr().err
    assert export(place, str(tmp_path / "none"), "1") == 2
    assert export(place, "--bundle", str(tmp_path / "none")) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all", "one"]


def change(path: Path, old: str, new: str) -> None:
    """Change a file of the bundle."""
    text = path.read_bytes()
    assert old.encode() in text, old
    path.write_bytes(text.replace(old.encode(), new.encode()))


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (
            lambda b: change(b / "data/entries/1/version-2.json", "stays shut", "opens late"),
            "version 2 of entry 1 is not",
        ),
        (lambda b: change(b / "data/entries/1/version-2.txt", "stays shut", "opens late"), "the words of version 2"),
        (lambda b: change(b / "data/entries/1/entry.json", "2026-07-01T09:00", "2020-07-01T09:00"), "another time"),
        (lambda b: _rows(b, lambda rows: rows[:3] + rows[4:]), "is missing"),
        (lambda b: _rows(b, lambda rows: rows[:-1]), "breaks off"),
        (lambda b: _rows(b, lambda rows: [rows[0].replace("2026-07-01", "2020-07-01"), *rows[1:]]), "does not follow"),
        (lambda b: (b / "data/heads.txt").write_text(""), "is not the head of"),
        (lambda b: _flip(b / "data/captures/bodies.warc.gz"), "answer 1 is not the one"),
    ],
)
def test_a_forged_bundle_is_doubted(bundle: Path, spoil: Callable[[Path], object], word: str) -> None:
    """Whatever is changed is seen by its SHA-512; where those are made anew, by the chain."""
    spoil(bundle)
    status, told = verify(bundle)
    assert (status, told.splitlines()[-1].startswith(DAMAGE)) == (1, True)
    assert "was changed since" in told
    resealed(bundle)
    status, told = verify(bundle)
    assert word in told
    assert (status, told.splitlines()[-1].startswith(DAMAGE)) == (1, True)


def _rows(bundle: Path, change: Callable[[list[str]], list[str]]) -> None:
    file = max((bundle / "data/journal").iterdir(), key=lambda path: path.stat().st_size)
    file.write_text("".join(change(file.read_text().splitlines(keepends=True))))


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_files_added_or_taken_away_are_doubted(bundle: Path) -> None:
    """RFC 8493: a bag is complete, or it is none."""
    (bundle / "data" / "more.txt").write_text("x")
    assert "data/more.txt was added" in verify(bundle)[1]
    (bundle / "data" / "more.txt").unlink()
    (bundle / "data" / "heads.txt").unlink()
    status, told = verify(bundle)
    assert (status, DAMAGE in told) == (1, True)


def test_only_a_witness_stops_who_computes_everything_anew(place: Installation, bundle: Path) -> None:
    """A bundle forged down to the last hash proves itself; a list of heads that somebody kept does not."""
    version = bundle / "data/entries/1/version-1.json"
    change(version, "opens again on Monday", "never opens again")
    change(version.with_suffix(".txt"), "opens again on Monday", "never opens again")
    proof = json.loads((bundle / "data/proof.json").read_text())
    digest = row_digest(json.loads(version.read_text()))
    for segment in proof["segments"]:
        file, before, rows = bundle / "data" / segment["file"], segment["before"], []
        for line in file.read_text().splitlines():
            row = json.loads(line)
            facts = json.loads(row["payload"])
            if row["entry_id"] == 1 and facts.get("revision") == 1 and "digest" in facts:
                row["payload"] = canonical(facts | {"digest": digest})
            before = link(before, *(row[name] for name in ("seq", "kind", "feed_id", "entry_id", "at", "payload")))
            rows.append(row | {"hash": before})
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        if segment["head"]:
            change(bundle / "data/heads.txt", segment["head"][2], before)
            segment["head"][2] = before
    (bundle / "data/proof.json").write_text(json.dumps(proof))
    resealed(bundle)
    assert verify(bundle)[0] == 0
    status, told = verify(bundle, "--heads", published(place))
    assert (status, f"{DAMAGE}the list in" in told) == (1, True)


@pytest.mark.parametrize("name", ["../outside.json", "/etc/passwd", "entries/../../x", "C:/x", "a\\b"])
def test_no_name_in_a_bundle_leads_out_of_it(bundle: Path, name: str) -> None:
    """Bad input: a bundle from a stranger reads nothing else on the machine."""
    change(bundle / "data/proof.json", "entries/1/version-1.json", name.replace("\\", "\\\\"))
    resealed(bundle)
    status, told = verify(bundle)
    assert (status, "a file is said to be at" in told or "No such file" in told) == (1, True)


def test_what_comes_from_the_bundle_does_not_steer_the_terminal(bundle: Path) -> None:
    """Bad input: titles are text."""
    change(bundle / "data/entries/1/entry.json", '"title": "', '"title": "\\u001b[2J')
    resealed(bundle)
    status, told = verify(bundle)
    assert "\x1b" not in told
    assert "?[2J" in told
    assert status == 0


def test_rows_without_a_head_say_so(place: Installation, tmp_path: Path) -> None:
    """A bundle made before its day was over names the tip; a witness cannot confirm it yet, and that is said."""
    assert export(place, "--bundle", str(tmp_path / "young"), "10") == 0
    status, told = verify(tmp_path / "young")
    assert (status, "A part is not covered by a daily head yet" in told) == (0, True)
    status, told = verify(tmp_path / "young", "--heads", published(place))
    assert (status, "ask for a newer bundle" in told) == (1, True)


def test_neighbours_that_were_taken_down_do_not_break_the_proof(tmp_path: Path) -> None:
    """R-39: rows redacted since stand in the chain by what their takedown says; who redacts more is found out."""
    (tmp_path / "host").mkdir()
    place = Installation(tmp_path / "host")
    with closing(open_store(place.data / "archive.db", "news.example", NOW, numbered())) as store:
        store.takedowns.forget(order(2, at=NOW + 11 * DAY))
        store.ledger.record(record(store.sources.get(FeedId("ashmere"))[1], added(candidate(98)), at=NOW + 12 * DAY))
    assert place.run("--at", str(place.data)) == 0
    bundle = tmp_path / "bundle"
    assert export(place, "--bundle", str(bundle), "1") == 0
    status, told = verify(bundle)
    assert (status, "of them tell of entries that were taken down since" in told) == (0, True), told
    assert not [path for path in bundle.rglob("*.json*") if "Notice 2 of" in path.read_text()]
    assert export(place, "--bundle", str(tmp_path / "gone"), "2") == 1
    file = min((bundle / "data/journal").iterdir(), key=lambda path: int(path.name.split("-")[0]))
    for name, new in (("redacted", "redaxted"), ("added", "adder")):
        spoilt = Path(shutil.copytree(bundle, tmp_path / name))
        change(spoilt / file.relative_to(bundle), name, new)
        resealed(spoilt)
        assert "does not follow from the one before it" in verify(spoilt)[1]


def test_both_stores_make_the_same_bundle(tmp_path: Path) -> None:
    """A bundle holds rows as they are stored, whatever store that is; an answer that is gone is named as such."""
    made = []
    for store in (MemoryStore("a", NOW, numbered()), open_store(tmp_path / "archive.db", "a", NOW, numbered())):
        busy(store)
        for answer in (b"records", None):
            with closing(store.exhibits()) as exhibits:
                pieces = Contents(exhibits, lambda _, answer=answer: answer).pieces([1, 4, 5])  # type: ignore[misc]
                made.append({name: b"".join(parts) for name, parts in pieces})
        store.close()
    assert made[0] == made[2]
    assert made[1] == made[3]
    assert {name.split("/")[0] for name in made[0]} == {"entries", "feeds", "journal", "heads.txt", "proof.json"}


def test_the_stand_alone_program_computes_as_we_do() -> None:
    """Its few lines of hashing are its own, so that it needs nothing of ours; they give the same."""
    row = {"seq": 5, "kind": "added", "feed_id": "ä", "entry_id": None, "at": "x", "payload": '{"a":"\u2028"}'}
    assert standalone.link("a" * 64, row) == link("a" * 64, 5, "added", "ä", None, "x", '{"a":"\u2028"}')
    assert standalone.canonical(row) == canonical(row)
