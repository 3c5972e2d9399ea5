"""Both texts into settings: defaults, inheritance, and every kind of mistake with its line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import Mistake, SettingsError
from aggregator.model import Identity, Republish, Site, Source
from aggregator.settings import Polling, PushSettings, Server, Settings, read_settings

HOST, FEEDS = Path("/etc/agg/aggregator.toml"), Path("/etc/agg/feeds.toml")
ONE_FEED = '[ambleford]\nurl = "https://news.ambleford.gov.uk/feed/"\n'


def read(host: str = "", feeds: str | None = "") -> Settings:
    """Settings from two texts at fixed places."""
    return read_settings(host, HOST, feeds, FEEDS)


def mistakes(host: str = "", feeds: str | None = "") -> tuple[Mistake, ...]:
    """What is wrong with two texts."""
    with pytest.raises(SettingsError) as caught:
        read(host, feeds)
    return caught.value.mistakes


def only(host: str = "", feeds: str | None = "") -> Mistake:
    """The one mistake of two texts."""
    found = mistakes(host, feeds)
    assert len(found) == 1, found
    return found[0]


def test_defaults_are_those_promised() -> None:
    """Interfaces, Configuration: with nothing written every key has its promised default."""
    settings = read()
    assert settings.site == Site(
        title="Liverpool City Region news",
        url="http://127.0.0.1:8000/",
        language="en-GB",
        timezone="Europe/London",
        contact="https://example.org/about-our-bot",
    )
    assert settings.storage.path == Path("/etc/data")
    assert settings.storage.database == ""
    assert settings.server == Server(host="127.0.0.1", port=8000)
    assert settings.polling == Polling(
        concurrency=16,
        min_interval=timedelta(minutes=60),
        max_interval=timedelta(hours=24),
        host_spacing=timedelta(seconds=10),
        total_timeout=timedelta(seconds=60),
        max_body=10_000_000,
        allow_addresses=(),
        processes=0,
    )
    assert settings.feeds == ()
    assert (settings.file, settings.feeds_file) == (HOST, FEEDS)


def test_every_key_is_read() -> None:
    """Interfaces, Configuration: each key of both files arrives where it belongs."""
    host = """
[site]
title = "Ambleford"
url = "https://news.example.uk/all"
language = "cy"
timezone = "Europe/Dublin"
contact = "bot@example.uk"
[storage]
path = "/srv/agg"
database = ""
[server]
host = "::1"
port = 0
[polling]
concurrency = 3
min_interval = "1h30m"
max_interval = "7d"
host_spacing = "0s"
total_timeout = "5s"
max_body = "512KB"
allow_addresses = ["10.0.0.0/8", "news.internal:8080", "[fd00::1]:80", "127.0.0.1"]
processes = 2
retry_after_scope = "host"
[feeds]
file = "others.toml"
"""
    feeds = """
[a]
url = "https://a.example.uk/feed"
title = "A"
site = "https://a.example.uk/"
category = "council"
tags = ["one", "two words", "one"]
republish = "link"
language = "en"
timezone = "Europe/Paris"
enabled = false
min_interval = "2h"
priority = -3
licence = "OGL 3.0"
identity = "link"
fulltext = true
"""
    settings = read(host, feeds)
    assert settings.site.url == "https://news.example.uk/all/"
    assert settings.site.contact == "bot@example.uk"
    assert settings.storage.path == Path("/srv/agg")
    assert settings.server == Server(host="::1", port=0)
    assert settings.polling.max_body == 512_000
    assert settings.polling.allow_addresses[2] == "[fd00::1]:80"
    assert settings.feeds == (
        Source(
            id="a",  # type: ignore[arg-type]
            url="https://a.example.uk/feed",
            title="A",
            site="https://a.example.uk/",
            category="council",
            tags=("one", "two words"),
            republish=Republish.LINK,
            language="en",
            timezone="Europe/Paris",
            enabled=False,
            min_interval=timedelta(hours=2),
            max_interval=timedelta(days=7),
            priority=-3,
            licence="OGL 3.0",
            identity=Identity.LINK,
            fulltext=True,
        ),
    )


def test_feeds_inherit_from_host() -> None:
    """A feed takes zone and language from [site], intervals from [polling]."""
    host = '[site]\ntimezone = "Europe/Dublin"\nlanguage = "ga"\n[polling]\nmin_interval = "3h"\nmax_interval = "9h"\n'
    source = read(host, ONE_FEED).feeds[0]
    assert (source.timezone, source.language) == ("Europe/Dublin", "ga")
    assert (source.min_interval, source.max_interval) == (timedelta(hours=3), timedelta(hours=9))


def test_feed_may_be_polled_more_rarely_than_the_rest() -> None:
    """A feed's own min_interval above [polling] max_interval raises its max_interval, never lowers its wish."""
    source = read("", ONE_FEED + 'min_interval = "7d"\n').feeds[0]
    assert source.max_interval == source.min_interval == timedelta(days=7)


def test_contact_follows_public_address() -> None:
    """H-60: once the site has a public address, the default contact is the page it serves itself."""
    for contact in ("", 'contact = ""\n'):
        site = read(f'[site]\nurl = "https://news.example.uk"\n{contact}').site
        assert site.contact == "https://news.example.uk/about-our-bot"


def test_push_is_off_unless_hubs_can_call_back() -> None:
    """H-81: off by default; on with an https address, or with one that the operator owns."""
    assert read().push == PushSettings(enabled=False)
    on = "[push]\nenabled = true\n"
    assert read(f'{on}[site]\nurl = "https://news.example.uk/"\n').push.enabled
    own = '[polling]\nallow_addresses = ["127.0.0.0/8"]\n'
    assert read(f'{on}{own}[site]\nurl = "http://127.0.0.1:8000/"\n').push.enabled


HOST_MISTAKES = [
    ("[push]\nenabled = true", 2, "[push] enabled", "public https address", "enabled = false"),
    ("[push]\nenabled = 'yes'", 2, "[push] enabled", "true or false", None),
    ("[push]\nhub = 'x'", 2, "[push] hub", "not a known key", "enabled"),
    ("[site]\ntitel = 'x'", 2, "[site] titel", "not a known key", "“title”"),
    ("[sit]\n", 1, "[sit]", "not a known table", "“[site]”"),
    ("polling = 5", 1, "polling", "must be a table", "[polling]"),
    ("[site]\ntitle = ' '", 2, "[site] title", "1 to 200", None),
    ("[site]\ntitle = \"a\\nb\"", 2, "[site] title", "control", None),
    ("[site]\ntitle = \"a\\u202Eb\"", 2, "[site] title", "control", None),
    ("[site]\nurl = 'ftp://x.uk/'", 2, "[site] url", "http:// or https://", None),
    ("[site]\nurl = 'https://x.uk/?a=1'", 2, "[site] url", "query", "https://x.uk/"),
    ("[site]\nlanguage = 'en_GB'", 2, "[site] language", "en_GB", "en-GB"),
    ("[site]\ntimezone = 'Europe/Londn'", 2, "[site] timezone", "not a known time zone", "Europe/London"),
    ("[site]\ntimezone = '../../etc/passwd'", 2, "[site] timezone", "not a known time zone", "Europe/London"),
    ("[site]\ncontact = 'me (at) x'", 2, "[site] contact", "plain", None),
    ("[storage]\npath = ''", 2, "[storage] path", "empty", None),
    ("[storage]\npath = '~/x'", 2, "[storage] path", "~", "whole path"),
    ("[storage]\ndatabase = 'postgresql://h/d'", 2, "[storage] database",
     "only the embedded SQLite is supported by this version", None),
    ("[server]\nport = '8000'", 2, "[server] port", "whole number", None),
    ("[server]\nport = 70000", 2, "[server] port", "at most 65,535", None),
    ("[server]\nport = true", 2, "[server] port", "whole number", None),
    ("[server]\nhost = 'a b'", 2, "[server] host", "neither", None),
    ("[polling]\nconcurrency = 0", 2, "[polling] concurrency", "at least 1", None),
    ("[polling]\nprocesses = -1", 2, "[polling] processes", "at least 0", None),
    ("[polling]\nretry_after_scope = \"hosts\"", 2, "[polling] retry_after_scope", "", "host"),
    ("[polling]\nmin_interval = 60", 2, "[polling] min_interval", "duration in quotes", "1h30m"),
    ("[polling]\nmin_interval = '1 hour'", 2, "[polling] min_interval", "not a duration", "1h30m"),
    ("[polling]\ntotal_timeout = '2h'", 2, "[polling] total_timeout", "between", None),
    ("[polling]\nmax_body = 10", 2, "[polling] max_body", "size in quotes", "10MB"),
    ("[polling]\nmax_body = '10 megs'", 2, "[polling] max_body", "not a size", "10MB"),
    ("[polling]\nmin_interval = '25h'", 2, "[polling] min_interval", "shorter", None),
    ("[polling]\nmax_interval = '50m'", 2, "[polling] max_interval", "shorter", None),
    ("[polling]\nallow_addresses = 'x:1'", 2, "[polling] allow_addresses", "square brackets", None),
    ("[polling]\nallow_addresses = [\n'x:1',\n'y']", 4, "[polling] allow_addresses number 2", "neither", "10.0.0.0/8"),
    ("[polling]\nallow_addresses = ['10.1.0.0/8']", 2, "[polling] allow_addresses number 1", "start", "10.0.0.0/8"),
    ("[polling]\nallow_addresses = ['0.0.0.0/0']", 2, "[polling] allow_addresses number 1", "every address", None),
    ("[polling]\nallow_addresses = ['x:99999']", 2, "[polling] allow_addresses number 1", "neither", None),
    ("[feeds]\nfile = 3", 2, "[feeds] file", "text in quotes", None),
    ("[site]\ntitle = x", 2, "TOML", "Invalid value", "quotes"),
    ("[site]\ntitle = 'x'\n[site]\n", 3, "TOML", "stands here twice", None),
    ("a = 1\n\n# c\na = 2\n", 4, "TOML", "given twice", None),
    ("a = " + "[" * 5000, 1, "TOML", "nested too deeply", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "where", "says", "suggests"), HOST_MISTAKES)
def test_mistake_in_host_file(text: str, line: int, where: str, says: str, suggests: str | None) -> None:
    """Each kind of mistake of aggregator.toml is found alone, at its line, in plain words, with a remedy."""
    mistake = only(text)
    assert (mistake.file, mistake.line, mistake.where) == (str(HOST), line, where)
    assert says in mistake.text
    assert suggests is None or suggests in (mistake.suggestion or "")


FEED_MISTAKES = [
    ("title = 'x'", "[a]", "has no url", "url ="),
    ("url = 'www.x.gov.uk/feed'", "[a] url", "http", "https://www.x.gov.uk/feed"),
    ("url = 'feed://x.gov.uk/feed'", "[a] url", "http", "https://x.gov.uk/feed"),
    ("url = 'javascript:alert(1)'", "[a] url", "http", None),
    ("url = 'file:///etc/passwd'", "[a] url", "http", None),
    ("url = 'https:///feed'", "[a] url", "no host", None),
    ("url = 'https://me:secret@x.uk/feed'", "[a] url", "password", None),
    ("url = 'https://x.uk:port/feed'", "[a] url", "broken", None),
    ("url = 'https://[x/feed'", "[a] url", "broken", None),
    ("url = 'https://x.uk/a feed'", "[a] url", "spaces", "%20"),
    ("url = 'https://x.uk'\nsite = 'x.uk'", "[a] site", "http", "https://x.uk"),
    ("url = 'https://x.uk'\ncategory = 'Council News'", "[a] category", "a–z", "council-news"),
    ("url = 'https://x.uk'\ncategory = '../x'", "[a] category", "a–z", None),
    ("url = 'https://x.uk'\ntags = 'x'", "[a] tags", "square brackets", None),
    ("url = 'https://x.uk'\ntags = ['x', ' ']", "[a] tags number 2", "1 to 64", None),
    ("url = 'https://x.uk'\nrepublish = 'ful'", "[a] republish", "“summary”", "“full”"),
    ("url = 'https://x.uk'\nidentity = 5", "[a] identity", "“guid”", None),
    ("url = 'https://x.uk'\nenabled = 'no'", "[a] enabled", "true or false", None),
    ("url = 'https://x.uk'\npriority = 11", "[a] priority", "at most 10", None),
    ("url = 'https://x.uk'\ntimezone = 'GMT+25'", "[a] timezone", "time zone", None),
    ("url = 'https://x.uk'\nlanguage = 'english please'", "[a] language", "language tag", "en-GB"),
    ("url = 'https://x.uk'\nmin_interval = '14m'", "[a] min_interval", "below 15m", "allow_addresses"),
    ("url = 'https://x.uk'\nmax_interval = '1d'", "[a] max_interval", "not a known key", "min_interval"),
    ("url = 'https://x.uk'\nlicense = 'OGL'", "[a] license", "not a known key", "licence"),
    ("url = 'https://x.uk'\ntitle = \"\\u0000\"", "[a] title", "control", None),
]


@pytest.mark.parametrize(("text", "where", "says", "suggests"), FEED_MISTAKES)
def test_mistake_in_feeds_file(text: str, where: str, says: str, suggests: str | None) -> None:
    """Each kind of mistake of feeds.toml is found alone, at its line, with a remedy."""
    mistake = only("", f"# feeds\n\n[a]\n{text}\n")
    expected = 3 if where == "[a]" else 4 + text.count("\n")
    assert (mistake.file, mistake.line, mistake.where) == (str(FEEDS), expected, where)
    assert says in mistake.text
    assert suggests is None or suggests in (mistake.suggestion or "")


@pytest.mark.parametrize("name", ["Knowsley", "a_b", "-a", '"a/b"', '".."', '"é"', "a" * 65, '""'])
def test_feed_id_must_be_safe_in_paths(name: str) -> None:
    """A feed id goes into addresses and file names, so it is a slug."""
    mistake = only("", f'[{name}]\nurl = "https://x.uk/"\n')
    assert mistake.line == 1
    assert "feed id" in mistake.text


def test_key_outside_a_table_is_named() -> None:
    """A key above the first table is no feed."""
    assert only("", 'title = "x"\n').text == "must be a table"


@pytest.mark.parametrize(
    "twin", ["https://X.uk/f", "http://x.uk/f", "https://x.uk:443/f", "https://x.uk/f#top", "https://x.uk./f"]
)
def test_same_address_twice(twin: str) -> None:
    """One address under two ids is a mistake that names both."""
    mistake = only("", f'[a]\nurl = "https://x.uk/f"\n[b]\nurl = "{twin}"\n')
    assert mistake.line == 4
    assert "[b]" in mistake.text
    assert "[a] (line 2)" in mistake.text


@pytest.mark.parametrize("other", ["https://x.uk/F", "https://x.uk/f?a", "https://x.uk:8443/f", "https://y.uk/f"])
def test_different_addresses_are_no_twins(other: str) -> None:
    """Path, query and port tell feeds apart."""
    assert len(read("", f'[a]\nurl = "https://x.uk/f"\n[b]\nurl = "{other}"\n').feeds) == 2


def test_missing_feeds_file_has_a_remedy() -> None:
    """A missing feeds file is a mistake that says what to do."""
    mistake = only("", None)
    assert (mistake.file, mistake.line, mistake.text) == (str(FEEDS), 0, "does not exist")
    assert "create it" in (mistake.suggestion or "")


def test_low_default_interval_is_one_mistake_in_the_host_file() -> None:
    """H-29: a low [polling] min_interval is reported once, not for every feed that inherits it."""
    feeds = "".join(f'[f{n}]\nurl = "https://x{n}.uk/"\n' for n in range(5)) + 'min_interval = "1h"\n'
    mistake = only('[polling]\nmin_interval = "5m"', feeds)
    assert (mistake.where, mistake.line) == ("[polling] min_interval", 2)
    assert "[f0] and 3 more" in mistake.text


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("127.0.0.0/8", "http://127.0.0.1:9000/f"),
        ("127.0.0.0/8", "http://localhost:9000/f"),
        ("::1/128", "http://[::1]/f"),
        ("localhost:9000", "http://LOCALHOST:9000/f"),
        ("news.internal:443", "https://news.internal/f"),
        ("[fd00::1]:80", "http://[fd00::1]/f"),
    ],
)
def test_own_addresses_may_be_polled_often(allowed: str, url: str) -> None:
    """H-29: the floor of 15 minutes does not hold where the operator owns the address."""
    host = f'[polling]\nmin_interval = "1s"\nallow_addresses = ["{allowed}"]\n'
    assert read(host, f'[a]\nurl = "{url}"\n').feeds[0].min_interval == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("127.0.0.0/8", "http://10.0.0.1/f"),
        ("127.0.0.0/8", "http://127.0.0.1.example.uk/f"),
        ("localhost:9000", "http://localhost:9001/f"),
        ("news.internal:443", "http://news.internal/f"),
        ("news.internal:443", "https://evil-news.internal/f"),
    ],
)
def test_other_addresses_keep_the_floor(allowed: str, url: str) -> None:
    """H-29: an exemption covers its own host and port only."""
    host = f'[polling]\nallow_addresses = ["{allowed}"]\n'
    assert only(host, f'[a]\nurl = "{url}"\nmin_interval = "1m"\n').where == "[a] min_interval"


def test_quarter_of_an_hour_is_polite_enough() -> None:
    """H-29: 15 minutes is the floor itself."""
    assert read("", ONE_FEED + 'min_interval = "15m"\n').feeds[0].min_interval == timedelta(minutes=15)


def test_all_mistakes_of_both_files_at_once() -> None:
    """Every mistake of both files is reported in one go, by file and line."""
    host = """[polling]
min_intervall = "60m"
max_body = \"\"\"
10
MB\"\"\"
allow_addresses = [
  "10.0.0.0/8", # ours ] "
  'nonsense',
]
max_interval = "5m"

[server]
port = "x"
"""
    feeds = """# heading [not-a-table]
[a]
url = "ftp://x"
min_interval = "1m"
'tags' = [
  "fine",
  7,
]
[b]
c.d = 5
"republish" = "all"
"""
    found = [(Path(mistake.file).name, mistake.line, mistake.where) for mistake in mistakes(host, feeds)]
    assert found == [
        ("aggregator.toml", 2, "[polling] min_intervall"),
        ("aggregator.toml", 3, "[polling] max_body"),
        ("aggregator.toml", 3, "[polling] max_body"),
        ("aggregator.toml", 8, "[polling] allow_addresses number 2"),
        ("aggregator.toml", 10, "[polling] max_interval"),
        ("aggregator.toml", 13, "[server] port"),
        ("feeds.toml", 3, "[a] url"),
        ("feeds.toml", 7, "[a] tags number 2"),
        ("feeds.toml", 9, "[b]"),
        ("feeds.toml", 10, "[b] c"),
        ("feeds.toml", 11, "[b] republish"),
    ]


def test_broken_host_file_does_not_hide_feed_mistakes() -> None:
    """A syntax error in one file leaves the other checked, without mistakes that only follow from the first."""
    found = mistakes("[polling\n", '[a]\nurl = "http://127.0.0.1/"\nmin_interval = "1s"\n[b]\nurl = 5\n')
    assert [(mistake.line, mistake.where) for mistake in found] == [(1, "TOML"), (5, "[b] url")]


def test_mistakes_are_safe_to_print() -> None:
    """Hostile input: control characters in keys are shown, not sent to the terminal."""
    found = mistakes('"\\u001b[31m" = 1\n')
    assert found
    assert not any("\x1b" in str(mistake) for mistake in found)
    assert any("\\x1b" in mistake.where for mistake in found)
