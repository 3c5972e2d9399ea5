"""Edits of the feeds file: comments stay, and it is replaced whole or not at all."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.errors import SettingsError, UnknownFeedError
from aggregator.settings import edit
from aggregator.settings.edit import add_feed, merge_outlines, remove_feed, set_enabled
from aggregator.settings.opml import Outline

LIST = """# Feeds of the Vale
# kept by Ada

# --- Councils ---

# the town itself
[ambleford]   # since 2019
url = "https://ambleford.gov.uk/feed"   # checked
title = "Ambleford"
tags = [
  "vale",  # all of it
]

# --- Papers ---

# weekly
[gazette]
url = "https://gazette.example.uk/rss"
enabled = true  # for now

[last]
url = "https://last.example.uk/rss"
# the end
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A feeds file with comments in every place."""
    file = tmp_path / "feeds.toml"
    file.write_text(LIST, encoding="utf-8")
    return file


def test_add_appends_and_keeps_the_rest(path: Path) -> None:
    """Adding a feed leaves every byte before it as it was."""
    add_feed(path, "new", "https://new.example.uk/", title='Say "hé\\"', category="paper", tags=("a", "b"), priority=2)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(LIST)
    assert tomllib.loads(text)["new"] == {
        "url": "https://new.example.uk/",
        "title": 'Say "hé\\"',
        "category": "paper",
        "tags": ["a", "b"],
        "priority": 2,
    }


def test_add_creates_a_missing_file(tmp_path: Path) -> None:
    """The first feed of a new installation makes the file."""
    add_feed(tmp_path / "config" / "feeds.toml", "a", "https://a.uk/")
    assert (tmp_path / "config" / "feeds.toml").read_text() == '[a]\nurl = "https://a.uk/"\n'


@pytest.mark.parametrize(
    ("feed_id", "url", "more"),
    [
        ("ambleford", "https://other.uk/", {}),
        ("twin", "http://ambleford.gov.uk/feed", {}),
        ("Bad Id", "https://other.uk/", {}),
        ("x]\n[y", "https://other.uk/", {}),
        ("x", "other.uk", {}),
        ("x", "https://other.uk/", {"colour": "red"}),
        ("x", "https://other.uk/", {"title": "a\nb"}),
    ],
)
def test_nothing_is_written_that_would_be_refused(path: Path, feed_id: str, url: str, more: dict[str, str]) -> None:
    """An edit whose result would not load leaves the file as it is."""
    with pytest.raises(SettingsError):
        add_feed(path, feed_id, url, **more)  # type: ignore[arg-type]
    assert path.read_text(encoding="utf-8") == LIST
    assert [file.name for file in path.parent.iterdir()] == ["feeds.toml"]


def test_broken_file_is_not_edited(path: Path) -> None:
    """A file with mistakes is reported, not made worse."""
    path.write_text('[a]\nurl = "https://a.uk/"\ncolour = "red"\n')
    with pytest.raises(SettingsError, match="colour"):
        set_enabled(path, "a", False)


@pytest.mark.parametrize(
    ("feed_id", "gone"),
    [
        ("ambleford", LIST[LIST.index("# the town") : LIST.index("# --- Papers")]),
        ("gazette", LIST[LIST.index("# weekly") : LIST.index("[last]")]),
        ("last", LIST[LIST.index("[last]") : LIST.index("# the end")]),
    ],
)
def test_remove_takes_the_table_and_its_own_comment(path: Path, feed_id: str, gone: str) -> None:
    """Removing a feed takes the comment above it, and leaves headings and other feeds byte for byte."""
    remove_feed(path, feed_id)
    assert path.read_text(encoding="utf-8") == LIST.replace(gone, "")


def test_remove_keeps_the_heading_of_the_file(path: Path) -> None:
    """A comment from the first line on belongs to the file, even directly above a table."""
    path.write_text('# Our feeds\n[a]\nurl = "https://a.uk/"\n\n[b]\nurl = "https://b.uk/"\n')
    remove_feed(path, "a")
    assert path.read_text() == '# Our feeds\n\n[b]\nurl = "https://b.uk/"\n'


def test_pause_and_resume(path: Path) -> None:
    """Pausing changes one value or adds one line, nothing else."""
    set_enabled(path, "gazette", False)
    assert path.read_text(encoding="utf-8") == LIST.replace("enabled = true  # for now", "enabled = false  # for now")
    set_enabled(path, "gazette", True)
    assert path.read_text(encoding="utf-8") == LIST
    set_enabled(path, "ambleford", False)
    assert path.read_text(encoding="utf-8") == LIST.replace("# since 2019\n", "# since 2019\nenabled = false\n")


def test_resuming_what_runs_writes_nothing(path: Path) -> None:
    """A feed that is enabled already leaves the file untouched."""
    before = path.stat().st_ino
    set_enabled(path, "ambleford", True)
    assert path.stat().st_ino == before


@pytest.mark.parametrize(
    "form", ['a = { url = "https://a.uk/" }\n', 'a.url = "https://a.uk/"\n', ' [ "a" ]\nurl = "https://a.uk/"\n']
)
def test_unusual_forms_of_a_table_can_be_edited(path: Path, form: str) -> None:
    """Inline, dotted and quoted tables are edited too."""
    path.write_text(form)
    set_enabled(path, "a", False)
    assert tomllib.loads(path.read_text()) == {"a": {"url": "https://a.uk/", "enabled": False}}
    remove_feed(path, "a")
    assert tomllib.loads(path.read_text()) == {}


def test_unknown_feed_names_the_nearest(path: Path) -> None:
    """A misspelt id is answered with the nearest one."""
    for act in (remove_feed, lambda file, name: set_enabled(file, name, True)):
        with pytest.raises(UnknownFeedError) as caught:
            act(path, "amblefrod")
        assert caught.value.nearest == "ambleford"


def test_mode_and_link_survive(tmp_path: Path, path: Path) -> None:
    """The file keeps its rights, and a link to it stays a link."""
    path.chmod(0o640)
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    add_feed(link, "new", "https://new.uk/")
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert "[new]" in path.read_text(encoding="utf-8")


def test_failed_write_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk in the middle of writing costs nothing: the file is replaced whole or not at all."""

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(edit.os, "fsync", full)
    with pytest.raises(Exception, match="No space left"):
        add_feed(path, "new", "https://new.uk/")
    assert path.read_text(encoding="utf-8") == LIST
    assert [file.name for file in path.parent.iterdir()] == ["feeds.toml"]


def test_merge_adds_new_outlines_once(path: Path) -> None:
    """OPML import: new addresses are added, known ones named, unusable ones refused with the reason."""
    outlines = [
        Outline(url="http://AMBLEFORD.gov.uk/feed", title="Same again"),
        Outline(url="https://b.uk/rss", title="Gazette", site="not an address", category="paper", tags=("vale",)),
        Outline(url="https://b.uk/rss#twice"),
        Outline(url="javascript:alert(1)", title="No"),
        Outline(url="https://c.uk/rss", title="Old\nname", language="en_GB"),
    ]
    merged = merge_outlines(path, outlines, taken=["old-name"])
    assert merged.added == ("gazette-2", "old-name-2")
    assert [name for name, _ in merged.known] == ["ambleford", "gazette-2"]
    assert [outline.title for _, outline in merged.refused] == ["No"]
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert data["gazette-2"] == {"url": "https://b.uk/rss", "title": "Gazette", "category": "paper", "tags": ["vale"]}
    assert data["old-name-2"] == {"url": "https://c.uk/rss", "title": "Old name"}
    assert path.read_text(encoding="utf-8").startswith(LIST)


def test_merge_of_known_feeds_writes_nothing(path: Path) -> None:
    """Importing one's own list changes nothing."""
    before = path.stat().st_ino
    assert merge_outlines(path, [Outline(url="https://last.example.uk/rss")]).added == ()
    assert path.stat().st_ino == before


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=30), st.sampled_from(["ambleford", "gazette", "last"]))
def test_add_then_remove_is_no_change(path: Path, title: str, victim: str) -> None:
    """Law: any title comes back as one line, and adding then removing a feed restores the file."""
    path.write_text(LIST, encoding="utf-8")
    merged = merge_outlines(path, [Outline(url="https://n.uk/", title=title)])
    assert tomllib.loads(path.read_text(encoding="utf-8"))[merged.added[0]]["url"] == "https://n.uk/"
    remove_feed(path, merged.added[0])
    assert path.read_text(encoding="utf-8") == LIST
    remove_feed(path, victim)
    assert victim not in tomllib.loads(path.read_text(encoding="utf-8"))
