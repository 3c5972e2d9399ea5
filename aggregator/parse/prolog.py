"""What stands before and in the root tag: declarations, comments, DOCTYPE. Read by eye, so that nothing is expanded."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DECLARATION = re.compile(r"<\?.*?\?>|<!--.*?-->|\s+", re.DOTALL)
_ROOT = re.compile(r"""<(?:([\w.-]+):)?([A-Za-z_][\w.-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>""")
_NAMESPACE = re.compile(r"""(?:^|\s)xmlns(?::([\w.-]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_RSS_IN_RDF = re.compile(r"<(?:[\w.-]+:)?(?:channel|item)[\s>]")
_QUOTED = r""""[^"]*"|'[^']*'"""
_SUBSET = rf"""\[(?:<!--.*?-->|<\?.*?\?>|{_QUOTED}|<(?!!--|\?)|[^\]"'<])*+\]\s*"""
_DOCTYPE = re.compile(rf"""<!DOCTYPE(?:{_QUOTED}|[^\[>"'])*+(?:{_SUBSET})?>""", re.DOTALL | re.IGNORECASE)
_LONGEST_PROLOG = 100_000
_LONGEST_TAG = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prolog:
    """The root element (``prefix``, ``local``, ``namespace``, its tag's extent) and what its DOCTYPE says.

    ``start`` and ``end`` are offsets: ``text[end:]`` begins with the root tag, ``length`` characters long.
    """

    prefix: str = ""
    local: str = ""
    namespace: str = ""
    declared: frozenset[str] = frozenset()
    end: int = 0
    length: int = 0
    doctype: str = ""
    entities: bool = False
    has_rss: bool = False

    @property
    def name(self) -> str:
        """The root element as written."""
        return f"{self.prefix}:{self.local}" if self.prefix else self.local


def read_prolog(text: str) -> Prolog:
    """Look at the start of a text. An empty ``local`` means that there is no complete root tag."""
    position, doctype = 0, ""
    while position < min(len(text), _LONGEST_PROLOG):
        if found := _DECLARATION.match(text, position, position + _LONGEST_PROLOG):
            position = found.end()
        elif text[position : position + 9].upper() == "<!DOCTYPE":
            found = _DOCTYPE.match(text, position, position + _LONGEST_PROLOG)
            end = found.end() if found else position + _LONGEST_PROLOG
            doctype, position = text[position:end], end
        else:
            break
    root = _ROOT.match(text, position, position + _LONGEST_TAG)
    if root is None:
        return Prolog(end=position, doctype=doctype)
    spaces = {prefix or "": one or other for prefix, one, other in _NAMESPACE.findall(root[3])}
    return Prolog(
        prefix=root[1] or "",
        local=root[2],
        namespace=spaces.get(root[1] or "", ""),
        declared=frozenset(spaces),
        end=position,
        length=root.end() - position,
        doctype=doctype,
        entities="<!ENTITY" in doctype.upper(),
        has_rss=root[2] == "RDF" and _RSS_IN_RDF.search(text, position) is not None,
    )
