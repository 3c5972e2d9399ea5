"""What was published of the entries of a source before, and still holds: only what came or changed is rendered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aggregator.model import Edition, File, Item, MonthPage
from aggregator.ports import Output
from aggregator.publish.atom import pieces_of_atom
from aggregator.publish.jsonfeed import pieces_of_json
from aggregator.publish.month_text import pieces_of_text
from aggregator.publish.months import is_alone, paths_of
from aggregator.publish.pieces import by_mark, mark, marks_in
from aggregator.publish.press import Press
from aggregator.publish.rows import escaped, pieces_of_page
from aggregator.publish.rss import pieces_of_rss


class Keeping:
    """The files of single sources as they were published last, rendered as they would be now; without an ``output``
    there are none, and everything is rendered.

    Files that are written together (`noting`) are noted with the marks of their entries. A file counts only while it
    holds the bytes it was noted with: nothing is cut out of a damaged one.
    """

    def __init__(self, output: Output | None, press: Press) -> None:
        self._output, self._press = output, press
        self._marks: dict[int, tuple[Item, str]] = {}

    def begin(self) -> None:
        """Another source; of the one before nothing is held any more."""
        self._press.told.clear()
        self._marks.clear()

    def feed(self, edition: Edition) -> None:
        """Look up what the feed of a source and its page told of these items."""
        if self._output is None:
            return
        bodies = self._bodies(
            self._output, {kind: f"{edition.path}.{kind}" for kind in ("atom", "rss", "json", "html")}
        )
        pieces: dict[str, Sequence[str]] = {"atom": pieces_of_atom(bodies["atom"]), "rss": pieces_of_rss(bodies["rss"])}
        pieces["json"] = pieces_of_json(bodies["json"])
        self._tell(edition.items, bodies["noted"], pieces, {"page": pieces_of_page(bodies["html"])})

    def month(self, page: MonthPage) -> None:
        """The same of a page of a month."""
        if self._output is None or page.card is None:
            return
        html, text, atom = paths_of(page.card, page.month, page.number)
        bodies = self._bodies(self._output, {"atom": atom, "html": html, "text": text})
        pieces: dict[str, Sequence[str]] = {"atom": pieces_of_atom(bodies["atom"])}
        by_id: dict[str, Mapping[str, str]] = {}
        if is_alone(page):
            pieces["text"] = pieces_of_text(bodies["text"], bodies["lengths"])
            by_id = {"month": pieces_of_page(bodies["html"])}
        self._tell(page.items, bodies["noted"], pieces, by_id)

    def noting(self, files: Sequence[File], items: Sequence[Item]) -> tuple[File, ...]:
        """The files of these items, to be written together: the Atom document is noted with their marks."""
        word = "".join(self._mark(item) for item in items)
        return tuple(replace(file, noted=word) if file.path.endswith(".atom") else file for file in files)

    def _bodies(self, output: Output, paths: Mapping[str, str]) -> dict[str, str]:
        """What is there, by kind, empty where there is nothing; with what was noted of Atom document and text."""
        found = {kind: output.kept(path) for kind, path in paths.items()}
        words = {"noted": "atom", "lengths": "text"}
        noted = {name: file.noted for name, kind in words.items() if (file := found.get(kind))}
        bodies = {kind: file.body.decode(errors="replace") if file else "" for kind, file in found.items()}
        return {"noted": "", "lengths": "", **bodies, **noted}

    def _tell(
        self,
        items: Sequence[Item],
        noted: str,
        pieces: Mapping[str, Sequence[str]],
        by_id: Mapping[str, Mapping[str, str]],
    ) -> None:
        """Give the press what was told of each item that is as it was when that was noted."""
        known = by_mark(marks_in(noted), pieces)
        for item in items:
            if (told := known.get(self._mark(item))) is None:
                continue
            name = escaped(item.public_id)
            told |= {kind: own[name] for kind, own in by_id.items() if name in own}
            before = self._press.told.get(id(item))
            self._press.told[id(item)] = (item, {**before[1], **told} if before else told)

    def _mark(self, item: Item) -> str:
        """The mark of an item: it is asked for by its feed and its month."""
        known = self._marks.get(id(item))
        if known is None or known[0] is not item:
            known = self._marks[id(item)] = item, mark(item)
        return known[1]
