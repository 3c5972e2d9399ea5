"""Gates for single values: each takes what TOML gave and returns what the house uses, or says what is wrong. Pure."""

from __future__ import annotations

import difflib
import ipaddress
import re
import zoneinfo
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from aggregator.settings.durations import read_duration, read_size
from aggregator.settings.slug import is_slug, slug

Words = TypeVar("Words", bound=StrEnum)
_SPACE = re.compile(r"[\s\\]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?", re.ASCII)
_HOST_PORT = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9_.-]+)):(?P<port>\d{1,5})", re.ASCII)


class WrongValueError(ValueError):
    """What is wrong with a value, and the remedy where one is known."""

    def __init__(self, text: str, suggestion: str | None = None) -> None:
        self.suggestion = suggestion
        super().__init__(text)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The nearest known word, if any is near."""
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The nearest known word as a suggestion."""
    near = nearest(word, known)
    return f"did you mean “{near}”?" if near else None


def duration(value: object) -> timedelta:
    """A duration, from text only: a bare number would hide its unit."""
    remedy = "write for example “90s”, “15m”, “1h30m” or “7d”"
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise WrongValueError("must be a duration in quotes", remedy)
    try:
        return read_duration(value)
    except ValueError as error:
        raise WrongValueError(str(error), remedy) from None


def size(value: object) -> int:
    """A size in bytes, from text only."""
    remedy = "write for example “512KB” or “10MB”"
    if not isinstance(value, str):
        raise WrongValueError("must be a size in quotes", remedy)
    try:
        return read_size(value)
    except ValueError as error:
        raise WrongValueError(str(error), remedy) from None


def word_of(kind: type[Words], value: object) -> Words:
    """One of a few words."""
    known = [str(word) for word in kind]
    if isinstance(value, str) and value in known:
        return kind(value)
    remedy = did_you_mean(value, known) if isinstance(value, str) else None
    raise WrongValueError("must be one of " + ", ".join(f"“{word}”" for word in known), remedy)


def web_address(value: str) -> str:
    """An absolute http or https address with a host and without a password."""
    parts = _split(value)
    if parts.scheme not in {"http", "https"}:
        scheme, _, rest = value.partition("://")
        bare = rest if scheme.lower() in {"feed", "feeds", "rss", "itpc"} else value.lstrip("/")
        plausible = "." in bare.split("/")[0] and ":" not in bare.split("/")[0]
        raise WrongValueError("must begin with http:// or https://", f"write “https://{bare}”" if plausible else None)
    if not parts.hostname:
        raise WrongValueError("has no host", "write for example “https://www.example.gov.uk/feed/”")
    if "@" in parts.netloc:
        raise WrongValueError("must not carry a user name or password", "leave out everything before the @")
    return value


def _split(value: str) -> SplitResult:
    if _SPACE.search(value):
        raise WrongValueError("must not contain spaces or backslashes", "write %20 for a space")
    if len(value) > 2_000:
        raise WrongValueError("is longer than 2,000 characters")
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise WrongValueError("is not a web address: its host or port is broken") from None
    return parts


def site_address(value: str) -> str:
    """The public address of the site: ends in a slash, without query."""
    parts = _split(web_address(value))
    if parts.query or parts.fragment or "?" in value or "#" in value:
        raise WrongValueError("must not have a query or fragment", f"write “{re.split('[?#]', value)[0]}”")
    return value if value.endswith("/") else value + "/"


def contact(value: str) -> str:
    """A page or mailbox for publishers; it stands in the User-Agent (H-60), so only plain characters pass.
    Empty stands for the page that the site serves itself."""
    if not value:
        return value
    if not value.isascii() or any(c in value for c in '()<>"\\ ;'):
        raise WrongValueError(
            "must be plain, without spaces, brackets, quotes or semicolons: it is sent to every publisher"
        )
    if re.fullmatch(r"(?:mailto:)?[^@/:]+@[^@/:]+\.[^@/:]+", value):
        return value
    return web_address(value)


def language(value: str) -> str:
    """A language tag in the form of BCP 47; whether it is registered is not checked."""
    if not _LANGUAGE.fullmatch(value):
        fixed = value.replace("_", "-")
        raise WrongValueError(
            f"“{value}” is not a language tag",
            f"write “{fixed}”" if _LANGUAGE.fullmatch(fixed) else "write for example “en-GB” or “cy”",
        )
    return value


def zone(value: str) -> str:
    """A zone of the IANA database."""
    try:
        zoneinfo.ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        near = did_you_mean(value, sorted(zoneinfo.available_timezones()))
        raise WrongValueError(
            f"“{value}” is not a known time zone", near or "write for example “Europe/London”"
        ) from None
    return value


def category(value: str) -> str:
    """A category: part of an address and a file name, so a slug; empty for none."""
    if value and not is_slug(value):
        remedy = f"write “{slug(value)}”" if slug(value) else "write for example “council”"
        raise WrongValueError("may hold only a–z, 0–9 and hyphens, at most 64 characters", remedy)
    return value


def tag(value: str) -> str:
    """A tag: free words, but short and not blank."""
    if not value.strip() or value != value.strip() or len(value) > 64:
        raise WrongValueError("must be 1 to 64 characters without spaces around them")
    return value


def host(value: str) -> str:
    """An address or name to listen on."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        if not _HOST.fullmatch(value):
            raise WrongValueError(
                f"“{value}” is neither an address nor a name", "write “127.0.0.1” or “0.0.0.0”"
            ) from None
    return value


def exemption(value: str) -> str:
    """A network (CIDR), or one host with its port, that polling may reach although it is private."""
    match = _HOST_PORT.fullmatch(value)
    if match and 0 < int(match["port"]) < 65_536:
        return value
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise WrongValueError(
            f"“{value}” is neither a network nor a host with a port", "write “10.0.0.0/8” or “news.internal:8080”"
        ) from None
    if not network.prefixlen:
        raise WrongValueError(f"“{value}” would open every address", "name the networks that are yours")
    if "/" in value and str(ipaddress.ip_interface(value).ip) != str(network.network_address):
        raise WrongValueError(f"“{value}” is not the start of its network", f"write “{network}”")
    return value
