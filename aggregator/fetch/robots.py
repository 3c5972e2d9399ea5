"""robots.txt as RFC 9309 has it: the groups that concern us, the longest rule that fits. Pure.

Law: what cannot be read forbids nothing, and a group that names us goes before the one for everybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlsplit

LARGEST = 500 * 1024
"""Bytes that are read; a cut last line is left out."""
MOST_RULES = 5_000
EVERYBODY = "*"

_TOKEN = re.compile(r"[A-Za-z_-]+|\*")
_KEPT = "/?:@!$&'()*+,;=-._~%[]"
_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """The rules for one product: patterns with whether they allow. ``named`` tells whether a group names it, ``silent``
    that the server failed to say anything, which allows nothing until it is asked again."""

    rules: tuple[tuple[str, bool], ...] = ()
    named: bool = False
    silent: bool = False

    def allows(self, url: str) -> bool:
        """Whether this address may be asked; robots.txt itself always may."""
        path = _path(url)
        if path == "/robots.txt":
            return True
        fitting = [(len(pattern), allow) for pattern, allow in self.rules if _fits(pattern, path)]
        return max(fitting)[1] if fitting else True


NOTHING_SAID = Robots()
EVERYTHING_CLOSED = Robots(rules=(("/", False),), silent=True)
"""What a server that fails (5xx, or nobody there) is taken to say."""


def read_robots(body: bytes, product: str) -> Robots:
    """The rules for ``product`` (a token, any case): its own groups together, else those for everybody."""
    cut = body[:LARGEST]
    text = cut.decode("utf-8-sig", "replace")
    if len(body) > LARGEST:
        text = text.rpartition("\n")[0]
    groups: dict[str, list[tuple[str, bool]]] = {}
    agents: list[str] = []
    ruled = True
    for line in re.split(r"\r\n|\r|\n", text):
        key, _, value = line.partition("#")[0].partition(":")
        name, value = key.strip().lower(), value.strip()
        if name == "user-agent":
            agents = [] if ruled else agents
            ruled = False
            agents.append(_agent(value))
            groups.setdefault(agents[-1], [])
        elif name in ("allow", "disallow"):
            ruled = True
            for agent in agents:
                if value and len(groups[agent]) < MOST_RULES:
                    groups[agent].append((_normal(value), name == "allow"))
    own = product.lower()
    return Robots(rules=tuple(groups.get(own, groups.get(EVERYBODY, []))), named=own in groups)


def robots_url(url: str) -> str:
    """Where the rules for an address are: at the root of the same scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/robots.txt"


def _agent(value: str) -> str:
    found = _TOKEN.match(value)
    return found[0].lower() if found else ""


def _path(url: str) -> str:
    parts = urlsplit(url)
    return _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _normal(text: str) -> str:
    """Percent-encoding made comparable: what need not be encoded is not, all else is, in capitals."""
    escaped = _BROKEN.sub("%25", text)
    parts = re.split(r"(%[0-9A-Fa-f]{2})", escaped)
    return "".join(_octet(part) if index % 2 else quote(part, safe=_KEPT) for index, part in enumerate(parts))


def _octet(escape: str) -> str:
    plain = unquote_to_bytes(escape).decode("latin-1")
    return plain if re.fullmatch(r"[A-Za-z0-9._~-]", plain) else escape.upper()


def _fits(pattern: str, path: str) -> bool:
    """Whether a pattern with ``*`` and a final ``$`` fits the beginning of the path; linear, without a regex."""
    anchored = pattern.endswith("$")
    pieces = (pattern[:-1] if anchored else pattern).split("*")
    if not path.startswith(pieces[0]):
        return False
    at = len(pieces[0])
    for piece in pieces[1:-1]:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if len(pieces) == 1:
        return not anchored or at == len(path)
    last = pieces[-1]
    if anchored:
        return len(path) - len(last) >= at and path.endswith(last)
    return path.find(last, at) >= 0
