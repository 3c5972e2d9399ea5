"""The keys of both files with their types and defaults: the promise to operators, as pydantic models."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from aggregator.model import Identity, Republish, RetryScope
from aggregator.settings import gates

DEFAULT_CONTACT = "https://example.org/about-our-bot"


def _between(least: timedelta, most: timedelta, words: str) -> Callable[[timedelta], timedelta]:
    def check(value: timedelta) -> timedelta:
        if not least <= value <= most:
            raise gates.WrongValueError(f"must be between {words}")
        return value

    return check


def _path(value: str) -> str:
    if not value.strip():
        raise gates.WrongValueError("must not be empty")
    if value.startswith("~"):
        raise gates.WrongValueError("“~” is not replaced by your home folder", "write the whole path")
    return value


def _title(value: str) -> str:
    if not value.strip() or len(value) > 200:
        raise gates.WrongValueError("must be 1 to 200 characters")
    return value


def _embedded(value: str) -> str:
    if value:
        raise gates.WrongValueError(
            "only the embedded SQLite is supported by this version", "write “” or leave the line out"
        )
    return value


def _archive(value: str) -> str:
    return gates.site_address(value) if value else ""


Title = Annotated[str, AfterValidator(_title)]
Address = Annotated[str, AfterValidator(gates.web_address)]
Language = Annotated[str, AfterValidator(gates.language)]
Zone = Annotated[str, AfterValidator(gates.zone)]
_Duration = BeforeValidator(gates.duration)
_YEAR = timedelta(days=366)
Interval = Annotated[timedelta, _Duration, AfterValidator(_between(timedelta(seconds=1), _YEAR, "1s and 366d"))]
Spacing = Annotated[timedelta, _Duration, AfterValidator(_between(timedelta(), timedelta(hours=1), "0s and 1h"))]
Timeout = Annotated[
    timedelta, _Duration, AfterValidator(_between(timedelta(seconds=1), timedelta(minutes=10), "1s and 10m"))
]
FileSize = Annotated[int, BeforeValidator(gates.size), Field(ge=1_000_000, le=100_000_000_000)]
Size = Annotated[int, BeforeValidator(gates.size), Field(ge=1_000, le=1_000_000_000)]


class Shape(BaseModel):
    """A table: no unknown keys, no silent conversion."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SiteShape(Shape):
    """``[site]``."""

    title: Title = "Liverpool City Region news"
    url: Annotated[str, AfterValidator(gates.site_address)] = "http://127.0.0.1:8000/"
    language: Language = "en-GB"
    timezone: Zone = "Europe/London"
    contact: Annotated[str, AfterValidator(gates.contact)] = DEFAULT_CONTACT


class StorageShape(Shape):
    """``[storage]``."""

    path: Annotated[str, AfterValidator(_path)] = "../data"
    database: Annotated[str, AfterValidator(_embedded)] = ""
    captures: bool = True
    captures_max_file: FileSize = 1_000_000_000


class ServerShape(Shape):
    """``[server]``."""

    host: Annotated[str, AfterValidator(gates.host)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000


class PollingShape(Shape):
    """``[polling]``."""

    concurrency: Annotated[int, Field(ge=1, le=1_000)] = 16
    min_interval: Interval = timedelta(hours=1)
    max_interval: Interval = timedelta(hours=24)
    host_spacing: Spacing = timedelta(seconds=10)
    total_timeout: Timeout = timedelta(seconds=60)
    max_body: Size = 10_000_000
    allow_addresses: list[Annotated[str, AfterValidator(gates.exemption)]] = []
    processes: Annotated[int, Field(ge=0, le=256)] = 0
    retry_after_scope: Annotated[RetryScope, BeforeValidator(partial(gates.word_of, RetryScope))] = RetryScope.AUTO


class PushShape(Shape):
    """``[push]``."""

    enabled: bool = False


class BackfillShape(Shape):
    """``[backfill]``."""

    web_archive: Annotated[str, AfterValidator(_archive)] = "https://web.archive.org/"
    spacing: Spacing = timedelta(seconds=30)
    daily: Annotated[int, Field(ge=1, le=100_000)] = 500


class FeedsShape(Shape):
    """``[feeds]``: where the operators' file is."""

    file: Annotated[str, AfterValidator(_path)] = "feeds.toml"


class FeedShape(Shape):
    """One table of ``feeds.toml``. ``None`` takes the default of the site or of ``[polling]``."""

    url: Address = ""
    title: Title | None = None
    site: Address | None = None
    category: Annotated[str, AfterValidator(gates.category)] = ""
    tags: list[Annotated[str, AfterValidator(gates.tag)]] = []
    republish: Annotated[Republish, BeforeValidator(partial(gates.word_of, Republish))] = Republish.SUMMARY
    language: Language | None = None
    timezone: Zone | None = None
    enabled: bool = True
    min_interval: Interval | None = None
    priority: Annotated[int, Field(ge=-10, le=10)] = 0
    licence: Title | None = None
    identity: Annotated[Identity, BeforeValidator(partial(gates.word_of, Identity))] = Identity.AUTO
    fulltext: bool = False
