"""``aggregator history``."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import click

from aggregator.cli.settings import settings_of
from aggregator.cli.show import local, plain, plain_body, print_json, stamp
from aggregator.model import Difference, Piece, Provenance, Revision
from aggregator.pipeline.compare import compare

SOURCES = {
    Provenance.LIVE: "",
    Provenance.PUSH: "brought by its hub",
    Provenance.RFC5005: "from the feed's own archive",
    Provenance.PAGED: "from a further page of the feed",
    Provenance.WP_REST: "from WordPress",
    Provenance.WP_PAGED: "from a further page of the feed",
    Provenance.BLOGGER: "from Blogger",
    Provenance.WAYBACK: "from a web archive",
    Provenance.IMPORT: "imported",
}
"""How a version came to be known, in words."""


@click.command()
@click.argument("entry")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(config: Path | None, entry: str, as_json: bool) -> None:
    """Every version of an entry, oldest first, each with its words compared with the one before.

    A version brought as history stands where its capture belongs, not where it was stored.

    Removed words stand in [-brackets-], added ones in {+braces+}; on a terminal they are coloured too. Links, attached
    files and authors that changed follow below the text.
    """
    from aggregator.opening import open_catalogue

    settings = settings_of(config)
    with open_catalogue(settings) as catalogue:
        row, revisions = catalogue.entry(entry), catalogue.revisions(entry)
    diffs = [None, *(compare(old, new) for old, new in pairwise(revisions))]
    if as_json:
        print_json([_json(revision, diff) for revision, diff in zip(revisions, diffs, strict=True)])
        return
    if row.volatile_at:
        since = local(row.volatile_at, settings.site.timezone)
        click.echo(f"volatile since {since}: numbers, dates and times alone make one version a day (D-23)\n")
    for revision, diff in zip(revisions, diffs, strict=True):
        click.echo(_heading(revision, settings.site.timezone))
        click.echo(_compared(diff) if diff else plain_lines(_text(revision)))
        click.echo("")


def _text(revision: Revision) -> str:
    return f"{revision.title}\n\n{plain_body(revision.content, revision.content_kind)}"


def plain_lines(text: str) -> str:
    """Several lines, each without characters that steer a terminal."""
    return "\n".join(plain(line) for line in text.split("\n"))


def _heading(revision: Revision, zone: str) -> str:
    marks = ["significant" if revision.significant else "minor"]
    marks += [f"same as version {revision.reverts_to}"] if revision.reverts_to else []
    marks += [] if revision.displayed else ["kept, not shown"]
    if revision.number == 1:
        marks = ["stored first"] if revision.provenance.past else ["first seen"]
    at = revision.observed_at or revision.seen_at
    came = SOURCES[revision.provenance]
    marks += [came] if came else []
    marks += [f"stored {local(revision.seen_at, zone)}"] if revision.observed_at else []
    return plain(f"── version {revision.number}, {local(at, zone)} ({', '.join(marks)}): {revision.reason}")


_GAP = Piece(kind="same", text="\n\n")


def _compared(diff: Difference) -> str:
    lines = [_coloured((*diff.title, _GAP, *diff.text))]
    for swap in diff.swaps:
        pieces = [Piece(kind="removed", text=each) for each in swap.removed]
        pieces += [Piece(kind="added", text=each) for each in swap.added]
        lines += [f"{swap.name}: {_coloured((piece,))}" for piece in pieces]
    return "\n".join(lines)


def _coloured(diff: tuple[Piece, ...]) -> str:
    colour = sys.stdout.isatty()
    marks = {"same": ("", "", None), "removed": ("[-", "-]", "red"), "added": ("{+", "+}", "green")}
    parts = []
    for piece in diff:
        start, end, ink = marks[piece.kind]
        body = piece.text.strip()
        if not body:
            # Space alone is told by the space that came, not by marks around nothing.
            parts.append("" if piece.kind == "removed" else piece.text)
            continue
        lead, tail = piece.text.split(body)
        text = plain_lines(f"{start}{body}{end}")
        parts.append(lead + (click.style(text, fg=ink) if colour and ink else text) + tail)
    return "".join(parts)


def _json(revision: Revision, diff: Difference | None) -> dict[str, object]:
    return {
        "number": revision.number,
        "seen_at": stamp(revision.seen_at),
        "title": revision.title,
        "content": revision.content,
        "url": revision.url,
        "content_hash": revision.content_hash,
        "revision_hash": revision.revision_hash,
        "significant": revision.significant,
        "displayed": revision.displayed,
        "reverts_to": revision.reverts_to,
        "reason": revision.reason,
        "provenance": str(revision.provenance),
        "observed_at": stamp(revision.observed_at),
        "diff": [{"kind": piece.kind, "text": piece.text} for piece in (*diff.title, _GAP, *diff.text)] if diff else [],
        "swaps": [{"what": swap.name, "removed": swap.removed, "added": swap.added} for swap in diff.swaps]
        if diff
        else [],
    }
