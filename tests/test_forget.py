"""`aggregator forget` with real commands, a real folder and real kills (R-14, R-39): no word of the entry is left."""

from __future__ import annotations

import gzip
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aggregator.captures.reader import CaptureReader
from aggregator.errors import StoreError
from aggregator.model.takedown import Ground, Stage
from aggregator.pipeline import forget as hall
from aggregator.service import takedowns
from aggregator.settings import find_config, load_settings
from tests.farm import ROOT, World, world

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
DECISION = takedowns.Decision(at=AT, ground=Ground.SAFETY, note="", who="ops")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    """A world that was polled a few times."""
    with world(tmp_path / "a") as made:
        for elapsed in (0.0, 30.0, 45.0):
            made.hand.elapsed = elapsed
            made.run("poll", "--all", status=None)
        yield made


def victim(place: World) -> dict[str, Any]:
    """An entry of its own: not joined with another, and with a title that no other bears."""
    rows = place.json("entries", "--limit", "500")
    titles = [row["title"] for row in rows]
    return next(
        row
        for row in rows
        if titles.count(row["title"]) == 1
        and row["outcome"] == "new"
        and len(row["content"]) > 80
        and row["url"]
        and not place.json("forget", str(row["id"]), "--dry-run")["entries"][0]["left_alone"]
    )


def words_left(place: World, *words: str) -> list[str]:
    """Files of the whole storage folder that hold one of the words; what is packed is unpacked, WAL and all."""
    wanted = [word.encode() for word in words]
    found = []
    for path in (each for each in sorted(place.data.rglob("*")) if each.is_file()):
        data = path.read_bytes()
        if path.suffix == ".gz":
            data += gzip.decompress(data)
        if any(word in data for word in wanted):
            found.append(str(path.relative_to(place.data)))
    return found


def distinct(row: dict[str, Any]) -> tuple[str, ...]:
    """Its title and a stretch of its text. Its address may be its public id, which the tombstone names."""
    return (row["title"], row["content"][-60:])


def settings_of(place: World) -> Any:
    return load_settings(find_config(place.config, {}))


def test_no_word_is_left_and_it_does_not_come_back(place: World) -> None:
    """Dry run changes nothing; then database, captures, published files and free pages are clean, and stay so."""
    row = victim(place)
    number, words = str(row["id"]), (*distinct(row), row["url"])
    seen = place.json("forget", number, "--dry-run")["entries"][0]
    assert seen["bodies"]
    assert "feed.atom" in seen["published"]
    assert len(words_left(place, *words)) > 5
    usage = place.run("forget", number, status=2)
    assert "--reason is needed" in usage.stderr
    assert (
        "nobody can be asked here"
        in place.run("forget", number, "--reason", "asked for", "--ground", "safety", status=2).stderr
    )
    done = place.run("forget", row["url"], "--ground", "safety", "--reason", "a letter", "--hide-id", "--yes")
    assert f"taken down: {number}" in done.stdout
    assert "backups, exports and bundles" in done.stdout
    assert words_left(place, *words) == []
    assert place.json("verify")["sound"]
    assert (
        "taken down on"
        in place.run("forget", number, "--reason", "asked for", "--ground", "safety", "--yes", status=None).stderr
    )
    place.hand.elapsed = 60.0
    place.run("poll", "--all", status=None)
    place.run("publish", "--rebuild")
    assert words_left(place, *words) == []
    assert place.json("verify")["sound"]


def test_backups_made_afterwards_hold_nothing_of_it(place: World, tmp_path: Path) -> None:
    """`backup`, `restore` and `replay` go on over the hole."""
    row = victim(place)
    place.run("forget", str(row["id"]), "--reason", "asked for", "--ground", "other", "--yes")
    backup = tmp_path / "after.tar.gz"
    place.run("backup", str(backup))
    place.run("restore", str(backup), "--to", str(tmp_path / "again"))
    assert not any(
        word.encode() in path.read_bytes()
        for word in distinct(row)
        for path in (tmp_path / "again").rglob("*")
        if path.is_file()
    )
    replayed = place.json("replay", status=None)
    assert distinct(row)[0] not in str(replayed)


def failing(*_: object, **__: object) -> Any:
    """A door that fails."""
    raise StoreError("the power was cut")


def cut_while_erasing(office: hall.Office) -> hall.Office:
    """The same doors, of which the captures fail."""

    class Broken:
        fault = None
        append = flush = erase = staticmethod(failing)

    return replace(office, captures=Broken())  # type: ignore[arg-type]


CUTS: dict[str, tuple[Stage, Callable[[pytest.MonkeyPatch], None]]] = {
    "captures": (
        Stage.REDACTED,
        lambda patch: patch.setattr(
            takedowns, "office_of", lambda *args, real=takedowns.office_of: cut_while_erasing(real(*args))
        ),
    ),
    "publishing": (Stage.ERASED, lambda patch: patch.setattr(takedowns, "publish", failing)),
    "compacting": (Stage.PUBLISHED, lambda patch: patch.setattr(takedowns.SqliteStore, "compact", failing)),
}


@pytest.mark.parametrize("resume", [("forget", "--resume"), ("publish",), ("poll",)], ids=" ".join)
@pytest.mark.parametrize("cut", CUTS)
def test_cut_at_each_stage_and_gone_on_with(
    place: World, cut: str, resume: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-39: whatever stops it, the takedown is recorded, and the next process that may write ends it."""
    row = victim(place)
    stage, break_it = CUTS[cut]
    with monkeypatch.context() as patch:
        break_it(patch)
        with takedowns.bureau(settings_of(place)) as opened:
            (preview,) = opened.preview(row["id"], copies=False)
            opened.take_down([preview.plan], DECISION)
            with pytest.raises(StoreError, match="power was cut"):
                opened.go_on(print)
    with takedowns.bureau(settings_of(place)) as opened:
        assert [each.stage for each in opened._store.takedowns.unfinished()] == [stage]
    place.run(*resume, status=None)
    assert words_left(place, *distinct(row)) == []
    assert place.json("verify")["sound"]


def test_killed_at_random_points(place: World) -> None:
    """SIGKILL while the real command works; nothing is half done in the end, whatever had been reached."""
    rows = [victim(place)]
    for number in range(6):
        command = place.command("forget", str(rows[0]["id"]), "--reason", "asked for", "--ground", "safety", "--yes")
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.3 + 0.12 * number)
        process.kill()
        process.wait(20)
    place.run("forget", str(rows[0]["id"]), "--reason", "asked for", "--ground", "safety", "--yes", status=None)
    place.run("forget", "--resume")
    assert words_left(place, *distinct(rows[0])) == []
    assert place.json("verify")["sound"]


def test_while_a_service_runs(place: World) -> None:
    """The service takes the entry out of its files; the command waits for it."""
    row = victim(place)
    service = subprocess.Popen(place.command("serve"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        for line in iter(service.stderr.readline, b""):  # type: ignore[union-attr]
            if b"front page" in line:
                break
        done = place.run("forget", str(row["id"]), "--reason", "asked for", "--ground", "safety", "--yes")
        assert "a service works on this archive" in done.stderr
        assert f"taken down: {row['id']}" in done.stdout
    finally:
        service.terminate()
        with suppress(subprocess.TimeoutExpired):
            service.communicate(timeout=30)
    assert words_left(place, *distinct(row)) == []
    assert place.json("verify")["sound"]


def test_the_captures_are_notes_now(place: World) -> None:
    """The capture that listed it is a note; others are as they were."""
    row = victim(place)
    bodies = place.json("forget", str(row["id"]), "--dry-run")["entries"][0]["bodies"]
    place.run("forget", str(row["id"]), "--reason", "asked for", "--ground", "safety", "--yes")
    reader = CaptureReader(place.data / "captures")
    notes = [
        each.record.field("Aggregator-Erased")
        for file in reader.files()
        for each in reader.records(file)
        if each.record.field("Aggregator-Erased")
    ]
    assert len(notes) >= len(bodies)
    assert all(str(note).endswith("safety") for note in notes)


@pytest.mark.parametrize(
    "known", [("--url", "https://knowsmere.example/ida-thorne-at-the-baths/"), ()], ids=["url", "file"]
)
def test_an_imported_page_leaves_with_its_name(place: World, tmp_path: Path, known: tuple[str, ...]) -> None:
    """The address and the file name of a saved page go with it, and do not come back with the next import."""
    page = tmp_path / "ida-thorne-at-the-baths.html"
    words = "Ida Thorne was seen at the swimming baths on Sunday, said a witness of the scene. " * 6
    title = "<h1>Ida Thorne seen at the baths</h1>"
    page.write_text(f"<title>Ida Thorne</title><article>{title}<p>15 June 2017</p><p>{words}</p></article>")
    order = ("import", str(page), "--source", "committees", *known)
    place.run(*order)
    (row,) = place.json("entries", "--query", "Thorne")
    assert words_left(place, "Thorne", "ida-thorne")
    place.run("forget", str(row["id"]), "--reason", "asked for", "--ground", "personal-data", "--yes", "--hide-id")
    assert words_left(place, "Thorne", "ida-thorne") == []
    assert place.json("verify")["sound"]
    place.run(*order)
    assert place.json("entries", "--query", "Thorne") == []
    assert words_left(place, "Thorne", "ida-thorne") == []
    assert place.json("verify")["sound"]


def test_copies_are_named_and_go_only_if_wanted(place: World) -> None:
    """D-21: what other feeds hold of it stays unless the operator says so."""
    rows = place.json("entries", "--limit", "500")
    copy = next(row for row in rows if row["lead"] is not None)
    lead = next(row for row in rows if row["id"] == copy["lead"])
    (seen,) = place.json("forget", str(lead["id"]), "--dry-run")["entries"]
    assert copy["id"] in seen["left_alone"]
    both = place.json("forget", str(lead["id"]), "--dry-run", "--copies")["entries"]
    numbers = {each["entry"] for each in both}
    assert {lead["id"], copy["id"]} <= numbers
    place.run(
        "forget", str(lead["id"]), "--reason", "asked for", "--ground", "copyright", "--copies", "--hide-id", "--yes"
    )
    after = {row["id"] for row in place.json("entries", "--limit", "500") if row["taken_down_at"]}
    assert numbers <= after
    gone = [row for row in rows if row["id"] in numbers]
    assert words_left(place, *(row["url"] for row in gone if row["url"])) == []
    assert place.json("verify")["sound"]
