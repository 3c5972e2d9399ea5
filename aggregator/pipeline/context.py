"""What a body is read with: the address it came from, the zone and language of its source."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from aggregator.model import Modified, ReadContext, Source


def read_context(source: Source, answer: Modified, fetched_at: datetime) -> ReadContext:
    """The context of one answer of one source; ``fetched_at`` is aware and UTC."""
    return ReadContext(
        url=answer.url,
        fetched_at=fetched_at,
        content_type=answer.content_type,
        content_language=answer.content_language,
        content_location=answer.content_location,
        timezone=source.timezone,
        language=source.language,
        site_url=source.site,
        names=names(source),
    )


def names(source: Source) -> tuple[str, ...]:
    """What the source calls itself besides the title in its own document (D-02): configured title and hosts.

    Only configuration goes in, nothing learned, so that replaying a body gives the same hashes (D-22).
    """
    found = (source.title, host(source.url), host(source.site))
    return tuple(dict.fromkeys(name for name in found if name))


def host(url: str | None) -> str | None:
    """The host name of an address without ``www.``; ``None`` where there is none."""
    try:
        name = urlsplit(url or "").hostname
    except ValueError:
        return None
    return name.removeprefix("www.") if name else None
