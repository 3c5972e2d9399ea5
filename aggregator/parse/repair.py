"""Repairs of ill-formed XML that change no meaning: bare ampersands, HTML entities, undeclared prefixes (P-05)."""

from __future__ import annotations

import html.entities
import re

from aggregator.parse.namespaces import BY_PREFIX

_SECTION = r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)"
_BARE = re.compile(
    rf"({_SECTION})|&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)(?:([A-Za-z][A-Za-z0-9]{{1,31}});)?"
    r"|<(?![A-Za-z_:/!?])",
    re.DOTALL,
)
_TAG = re.compile(rf"({_SECTION})|<(/?)([A-Za-z_:][^\s/<>]*+)([^<>]*+)>", re.DOTALL)
_PREFIX = re.compile(r"""(?:^|\s)([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*\s*=""")
_RESERVED = {"xml", "xmlns"}
_MOST_PREFIXES = 100
_VOID = {"br", "img", "hr", "input", "meta", "p", "li", "wbr", "col", "area", "embed", "param", "source"}


def mend_text(text: str) -> str:
    """Give every named HTML entity its character, and escape ampersands and less-than signs that begin nothing."""
    return _BARE.sub(_mended, text)


def declare_prefixes(text: str, declared: frozenset[str], root_end: int) -> str:
    """Declare on the root tag every prefix that is used and not declared there.

    A well-known prefix gets its well-known namespace, any other one ``urn:undeclared:PREFIX``. ``root_end`` is the
    length of the root tag that the text begins with.
    """
    used: dict[str, None] = {}
    for section, _close, name, attributes in _TAG.findall(text):
        if section or len(used) > _MOST_PREFIXES:
            continue
        if ":" in name:
            used[name.partition(":")[0]] = None
        if ":" in attributes:
            used.update(dict.fromkeys(_PREFIX.findall(attributes)))
    missing = [name for name in used if name and name not in declared and name not in _RESERVED]
    added = "".join(f' xmlns:{name}="{BY_PREFIX.get(name, "urn:undeclared:" + name)}"' for name in missing)
    at = root_end - (2 if text[root_end - 2] == "/" else 1)
    return text[:at] + added + text[at:]


def loose_depth(text: str, deepest_allowed: int) -> int:
    """How deep the tags of an ill-formed text nest, counted until that is deeper than allowed.

    An end tag closes everything up to its start tag, if there is one; what HTML leaves unclosed does not count.
    """
    deepest = 0
    stack: list[str] = []
    open_now: dict[str, int] = {}
    for found in _TAG.finditer(text):
        section, close, name, rest = found.groups()
        if section or name.lower() in _VOID or rest.endswith("/"):
            continue
        if not close:
            stack.append(name)
            open_now[name] = open_now.get(name, 0) + 1
            deepest = max(deepest, len(stack))
            if deepest > deepest_allowed:
                return deepest
            continue
        while open_now.get(name):
            top = stack.pop()
            open_now[top] -= 1
            if top == name:
                break
    return deepest


def _mended(found: re.Match[str]) -> str:
    section, entity = found[1], found[2]
    if section:
        return section
    if found[0][0] == "<":
        return "&lt;"
    if entity is None:
        return "&amp;"
    meant = html.entities.html5.get(entity + ";")
    return meant if meant and meant not in "<>&\"'" else f"&amp;{entity};"
