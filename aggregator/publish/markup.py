"""Text for XML: only characters that XML 1.0 allows, each escaped once, in one place."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


def legal(value: str) -> str:
    """The text without the characters that no XML 1.0 document may hold, not even escaped (XML 1.0, 2.2)."""
    return value if value.isprintable() else _ILLEGAL.sub("", value)


def text(value: str) -> str:
    """Character data. ``>`` is escaped too, so that ``]]>`` cannot arise; a carriage return survives parsing."""
    if value.isprintable():  # and so without a carriage return
        return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    value = _ILLEGAL.sub("", value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return value.replace("\r", "&#13;")


def hexadecimal(value: str) -> str:
    """Character data with ``&`` and ``<`` as hexadecimal references, as the RSS profile advises for titles (R-20)."""
    value = legal(value).replace("&", "&#x26;").replace("<", "&#x3C;").replace(">", "&#x3E;")
    return value.replace("\r", "&#13;")


def quoted(value: str) -> str:
    """An attribute value for double quotes; white space in it survives attribute normalisation (XML 1.0, 3.3.3)."""
    if value.isprintable():
        return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    value = text(value).replace('"', "&quot;")
    return value.replace("\t", "&#9;").replace("\n", "&#10;")


def empty(name: str, attributes: Mapping[str, str | None]) -> str:
    """An element without content; attributes that are ``None`` are left out."""
    return f"<{name}{_attributes(attributes)}/>"


def element(name: str, value: str, attributes: Mapping[str, str | None] | None = None) -> str:
    """An element around plain text."""
    if attributes:
        return f"<{name}{_attributes(attributes)}>{text(value)}</{name}>"
    return f"<{name}>{text(value)}</{name}>"


def optional(name: str, value: str | None) -> str:
    """An element around plain text, or nothing where there is no text."""
    return element(name, value) if value and value.strip() else ""


def language(value: str | None) -> str | None:
    """A language tag that is well formed (RFC 5646, 2.1, loosely), else ``None``."""
    return value if value and _LANGUAGE.fullmatch(value) else None


def _attributes(attributes: Mapping[str, str | None]) -> str:
    return "".join(f' {name}="{quoted(value)}"' for name, value in attributes.items() if value is not None)
