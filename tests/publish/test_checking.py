"""The published folder read back: whatever was changed in it is named."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.model import Flaw, Published
from aggregator.publish.checking import PublishedCheck
from aggregator.publish.folder import Folder
from aggregator.publish.manifest import NOTE, SLACK, read_note
from tests.publish.test_folder import LONG, file


def flaws(root: Path, pause: Callable[[float], None] = lambda _: None) -> list[Flaw]:
    """What is wrong with the folder."""
    check = PublishedCheck(root, pause)
    return list(check.flaws(check.noted().items()))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with three published files."""
    made = Folder(tmp_path)
    made.write([file("feed.atom"), file("feeds/a.json"), file("small.txt", b"x")])
    made.remember(7, "x")
    return made


def test_what_was_published_is_sound(folder: Folder) -> None:
    """A clean folder passes, with every file in the note; so does one that does not exist."""
    assert sorted(PublishedCheck(folder.root).noted()) == ["feed.atom", "feeds/a.json", "small.txt"]
    assert flaws(folder.root) == []
    assert PublishedCheck(folder.root).state()[0] == 7
    assert flaws(folder.root / "nothing") == []
    assert PublishedCheck(folder.root / "nothing").state()[0] == 0


@pytest.mark.parametrize(
    ("change", "path", "text"),
    [
        (lambda root: (root / "feed.atom").write_bytes(LONG[:-1] + b"!"), "feed.atom", "other bytes"),
        (lambda root: (root / "small.txt").unlink(), "small.txt", "is missing"),
        (lambda root: (root / "feeds/a.json.gz").write_bytes(gzip.compress(b"no")), "feeds/a.json", "copy (.gz)"),
        (lambda root: (root / "feeds/a.json.gz").write_bytes(gzip.compress(bytes(9**8))), "feeds/a.json", "copy (.gz)"),
        (lambda root: (root / "feeds/a.json.br").write_bytes(b"no brotli"), "feeds/a.json", "copy (.br)"),
        (lambda root: (root / "feeds/a.json.zst").write_bytes(b""), "feeds/a.json", "copy (.zst)"),
        (lambda root: (root / "small.txt").unlink() or (root / "small.txt").mkdir(), "small.txt", "cannot be read"),
        (
            lambda root: (root / "small.txt").unlink() or (root / "small.txt").symlink_to("feed.atom"),
            "small.txt",
            "read",
        ),
    ],
)
def test_changed_files_are_named(folder: Folder, change: Callable[[Path], object], path: str, text: str) -> None:
    """A published file that differs is named, its compressed copies too, and links lead nowhere."""
    change(folder.root)
    found = flaws(folder.root)
    assert [(flaw.table, flaw.record) for flaw in found] == [("published", path)]
    assert text in found[0].text


def test_a_note_that_was_forged_leads_nowhere(folder: Folder) -> None:
    """Paths in the note are not trusted: nothing outside the folder is read."""
    (folder.root / NOTE).write_text(f"../../etc/passwd {'a' * 64}\n/etc/passwd {'b' * 64}\nno line\n")
    assert [flaw.text for flaw in flaws(folder.root)] == ["is a name that cannot be published"] * 2


def test_a_file_put_in_place_meanwhile_is_no_flaw(folder: Folder) -> None:
    """While the service publishes, the note is ahead of the file for a moment."""
    before = (folder.root / "feed.atom").read_bytes()
    folder.write([file("feed.atom", LONG + b"!")])
    after = (folder.root / "feed.atom").read_bytes()
    for path in folder.root.glob("feed.atom*"):
        path.unlink()
    (folder.root / "feed.atom").write_bytes(before)
    assert [flaw.record for flaw in flaws(folder.root)] == ["feed.atom"]
    assert flaws(folder.root, lambda _: (folder.root / "feed.atom").write_bytes(after) and None) == []


def test_removed_files_are_not_missed(folder: Folder) -> None:
    """What is no longer published leaves the note with its file."""
    folder.write([file("category/council.atom")])
    assert folder.remove_except("category", []) == ("category/council.atom",)
    assert "category/council.atom" not in PublishedCheck(folder.root).noted()
    assert flaws(folder.root) == []


def test_files_from_before_the_note_are_noted(folder: Folder) -> None:
    """An installation that published before there was a note gets a whole one with its next whole publish."""
    (folder.root / NOTE).unlink()
    again = Folder(folder.root)
    assert again.write([file("feed.atom"), file("feeds/a.json")]) == ()
    assert sorted(PublishedCheck(folder.root).noted()) == ["feed.atom", "feeds/a.json"]
    again.remember(8, "x")
    size = (folder.root / NOTE).stat().st_size
    again.write([file("feed.atom")])
    assert (folder.root / NOTE).stat().st_size == size


def test_a_line_cut_short_counts_for_nothing(folder: Folder) -> None:
    """A crash while noting leaves half a line; what was noted before stands."""
    with (folder.root / NOTE).open("ab") as note:
        note.write(b"feed.atom abc")
    assert flaws(folder.root) == []
    folder.write([file("feed.atom", LONG + b"?")])
    assert sorted(path for path in read_note(folder.root / NOTE)) == ["feed.atom", "feeds/a.json", "small.txt"]


def test_the_note_does_not_grow_for_ever(folder: Folder) -> None:
    """A file that changes all day is one line in the end."""
    with (folder.root / NOTE).open("ab") as note:
        note.write(b"".join(b"feed.atom %064d\n" % number for number in range(SLACK // 70)))
    folder.write([file("feed.atom", LONG + b"?")])
    folder.remember(9, "x")
    assert (folder.root / NOTE).stat().st_size < 500
    assert flaws(folder.root) == []


def test_words_survive_in_the_note(folder: Folder) -> None:
    """What is noted with a file is given back while it holds its bytes, also after the note was written anew."""
    folder.write([replace(file("feeds/b.atom"), noted="marks"), file("feeds/c.atom")])
    with (folder.root / NOTE).open("ab") as note:
        note.write(b"".join(b"feed.atom %064d\n" % number for number in range(SLACK // 70)))
    folder.remember(9, "x")
    assert (folder.root / NOTE).stat().st_size < 1000
    again = Folder(folder.root)
    assert again.kept("feeds/b.atom") == Published(body=LONG, noted="marks")
    assert again.kept("feeds/c.atom") == Published(body=LONG, noted="")
    assert again.kept("feeds/d.atom") is None
    again.remember(9, "x")
    (folder.root / "feeds" / "b.atom").write_bytes(LONG[1:])
    assert again.kept("feeds/b.atom") is None
    again.remove(["feeds/c.atom"])
    assert Folder(folder.root).kept("feeds/c.atom") is None


def test_a_note_that_is_all_of_use_is_not_written_anew(folder: Folder) -> None:
    """Of many files it is large from the start; each command would write it again."""
    with (folder.root / NOTE).open("ab") as note:
        note.write(b"".join(b"feeds/%d.atom %064d\n" % (number, number) for number in range(SLACK // 70)))
    again = Folder(folder.root)
    assert again.kept("feeds/1.atom") is None, "there is no such file"
    before = (folder.root / NOTE).stat().st_ino
    again.remember(9, "x")
    assert (folder.root / NOTE).stat().st_ino == before
