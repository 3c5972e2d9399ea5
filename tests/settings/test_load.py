"""The door to the two files, and the configuration that ships."""

from __future__ import annotations

import csv
import os
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import SettingsError
from aggregator.model import Republish
from aggregator.settings import find_config, load_settings, read_settings
from aggregator.settings.rules import same_address

ROOT = Path(__file__).parents[2]
SUGGESTIONS = ROOT.parent / "shared" / "data" / "feeds-liverpool-city-region.tsv"


def test_config_is_found_in_order() -> None:
    """Interfaces, Commands: --config, then $AGGREGATOR_CONFIG, then config/aggregator.toml."""
    environ = {"AGGREGATOR_CONFIG": "/etc/x.toml"}
    assert find_config(Path("mine.toml"), environ) == Path("mine.toml")
    assert find_config(None, environ) == Path("/etc/x.toml")
    assert find_config(None, {"AGGREGATOR_CONFIG": ""}) == find_config(None, {}) == Path("config/aggregator.toml")


def test_paths_are_relative_to_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative paths are relative to the file they stand in, wherever the command is run."""
    (tmp_path / "conf").mkdir()
    (tmp_path / "lists").mkdir()
    (tmp_path / "conf" / "a.toml").write_text('[feeds]\nfile = "../lists/f.toml"\n[storage]\npath = "here"\n')
    (tmp_path / "lists" / "f.toml").write_text('[a]\nurl = "https://x.uk/"\n')
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("conf/a.toml"))
    assert settings.storage.path == tmp_path / "conf" / "here"
    assert settings.feeds_file == tmp_path / "lists" / "f.toml"
    assert settings.file == tmp_path / "conf" / "a.toml"
    assert [source.id for source in settings.feeds] == ["a"]


def test_default_host_file_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything has a default: without aggregator.toml only feeds.toml is needed."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "feeds.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    assert load_settings(find_config(None, {})).storage.path == tmp_path / "data"


def test_named_host_file_must_exist(tmp_path: Path) -> None:
    """A file that somebody named and that is not there is a mistake, not a reason for defaults."""
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings(tmp_path / "nowhere.toml")


def test_missing_feeds_file_is_reported_with_the_rest(tmp_path: Path) -> None:
    """A missing feeds file does not hide the mistakes of the host's file."""
    (tmp_path / "a.toml").write_text("[server]\nport = -1\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "a.toml")
    assert [mistake.where for mistake in caught.value.mistakes] == ["[server] port", "the file"]


def test_wrong_encoding_is_a_mistake_with_its_line(tmp_path: Path) -> None:
    """A file that is not UTF-8 is refused at the line where it stops being so, beside the host's mistakes."""
    (tmp_path / "a.toml").write_text("[server]\nport = -1\n")
    (tmp_path / "feeds.toml").write_bytes(b'[a]\ntitle = "Caf\xe9"\n')
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "a.toml")
    assert [mistake.line for mistake in caught.value.mistakes] == [2, 2]
    assert "UTF-8" in caught.value.mistakes[1].text


def test_folder_instead_of_file_is_a_mistake(tmp_path: Path) -> None:
    """What cannot be read is a mistake of the user, not an accident of ours."""
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path)


def test_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    """Editors on Windows write a byte-order mark."""
    (tmp_path / "a.toml").write_bytes(b'\xef\xbb\xbf[site]\r\ntitle = "X"\r\n')
    (tmp_path / "feeds.toml").write_bytes(b"")
    assert load_settings(tmp_path / "a.toml").site.title == "X"


def test_shipped_configuration_is_sound() -> None:
    """The files in config/ load, say the defaults, and republish nothing in full."""
    settings = load_settings(ROOT / "config" / "aggregator.toml")
    bare = read_settings("", settings.file, "", settings.feeds_file)
    assert (settings.site, settings.storage, settings.server, settings.polling) == (
        bare.site,
        bare.storage,
        bare.server,
        bare.polling,
    )
    assert settings.storage.path == ROOT / "data"
    assert not [source for source in settings.feeds if source.republish is Republish.FULL]
    assert all(source.min_interval >= timedelta(hours=1) for source in settings.feeds)
    assert all(source.title and source.category and source.tags for source in settings.feeds)
    assert 30 < sum(source.enabled for source in settings.feeds) < len(settings.feeds)


def test_shipped_comments_show_the_true_defaults() -> None:
    """Uncommenting every line of the shipped aggregator.toml changes nothing."""
    text = (ROOT / "config" / "aggregator.toml").read_text(encoding="utf-8")
    keys = [line.removeprefix("# ") if " = " in line else line for line in text.splitlines()]
    spelt = read_settings("\n".join(keys), Path("/c/a.toml"), "", Path("/c/feeds.toml"))
    assert spelt == read_settings("", Path("/c/a.toml"), "", Path("/c/feeds.toml"))
    assert sum(" = " in line for line in keys) == 19


def test_shipped_list_covers_the_suggestions() -> None:
    """Every suggested address of the region is in the list; weak and dead ones are switched off."""
    if not SUGGESTIONS.exists():
        pytest.skip("the suggestions are not here")
    with SUGGESTIONS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    by_address = {same_address(s.url): s for s in load_settings(ROOT / "config" / "aggregator.toml").feeds}
    assert len(by_address) == len(rows)
    for row in rows:
        weak = row["evidence"].startswith(("pattern-low", "dead"))
        assert not (weak and by_address[same_address(row["url"])].enabled)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file_is_a_mistake(tmp_path: Path) -> None:
    """Wrong rights are said in plain words."""
    (tmp_path / "a.toml").write_text("")
    (tmp_path / "a.toml").chmod(0)
    with pytest.raises(SettingsError, match="permission denied"):
        load_settings(tmp_path / "a.toml")
