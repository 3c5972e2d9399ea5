"""``aggregator verify``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TextIO

import click

from aggregator.cli.progress import progress
from aggregator.cli.settings import settings_of
from aggregator.cli.show import plain, print_json
from aggregator.history.fixity import Witness, witnesses_of
from aggregator.model import Fixity

_HEAD = re.compile(r"([1-9]\d{0,17}):([0-9a-f]{64})", re.ASCII)
NAMED = 20
"""So many bad records are printed; --json has more."""


class Head(click.ParamType[Witness]):
    """``SEQ:HASH`` as a witness noted it."""

    name = "SEQ:HASH"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Witness:
        """The witness, or a usage error."""
        found = _HEAD.fullmatch(value.strip())
        if not found:
            self.fail(
                "a head is the number of a journal row, a colon, and its hash of 64 hexadecimal digits", param, ctx
            )
        return Witness(seq=int(found[1]), hash=found[2], origin="the head given with --head")


@click.command()
@click.option("--head", "heads", type=Head(), multiple=True, help="A head of the journal that somebody noted earlier.")
@click.option(
    "--heads",
    "lists",
    type=click.File(encoding="utf-8", errors="replace"),
    multiple=True,
    help="A copy of /archive/heads.txt that somebody kept.",
)
@click.option(
    "--at",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Another storage folder, for example a copy; default [storage] path.",
)
@click.option("--thorough", is_flag=True, help="Also every index of the database; takes longer.")
@click.option("--deep", is_flag=True, help="Also render every published file again and compare; takes long.")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(
    config: Path | None,
    heads: tuple[Witness, ...],
    lists: tuple[TextIO, ...],
    folder: Path | None,
    thorough: bool,
    deep: bool,
    as_json: bool,
) -> None:
    """Check everything that is archived against what proves it; name the first bad record, count the others.

    Nothing is changed; a service may run meanwhile. Exit status 1 if anything is wrong. The head it prints proves the
    whole archive as it is now: whoever notes it can give it back with --head at any later time.
    """
    from aggregator.service.fixity import Anew, verify_archive
    from aggregator.wiring import agent_of

    settings = settings_of(config)
    storage = settings.storage.path if folder is None else folder
    anew = Anew(site=settings.site, agent=agent_of(settings), whole=deep)
    kept = [witness for each in lists for witness in _kept(each)]
    with progress("verifying") as bar:
        found = verify_archive(storage, (*heads, *kept), bar.begin, bar.advance, thorough=thorough, anew=anew)
    if as_json:
        print_json(_json(found))
    else:
        _print(found)
    if found.bad:
        raise click.exceptions.Exit(1)


def _kept(file: TextIO) -> tuple[Witness, ...]:
    found = witnesses_of(file.read(), f"the list of daily heads in {file.name}")
    if not found:
        raise click.UsageError(f"{file.name} holds no daily heads")
    return found


REMEDIES = {
    "published": "`aggregator publish --rebuild` writes published files anew; find out who changed them",
    "database": "`aggregator restore` a backup, or have what is missing made again by `aggregator migrate`",
    "captures": "put the file back from a backup; what is cut off at the end of the newest one may be lost",
}
"""What to do, by the table of the first bad record."""
OTHERWISE = "find out who changed it; `aggregator restore` brings back the archive of a backup that verifies"


def _print(found: Fixity) -> None:
    for part in found.parts:
        count = f"{part.records:,} records" if part.records else ""
        click.echo(f"{part.part:<16} {count:>20}  {f'{part.bad:,} bad' if part.bad else 'sound'}")
    for number, flaw in enumerate(found.flaws[:NAMED]):
        click.echo(plain(f"{'first bad record: ' if not number else ''}{flaw}"))
    if found.bad > NAMED:
        click.echo(f"and {found.bad - NAMED:,} more")
    if found.flaws:
        click.echo(f"what to do: {REMEDIES.get(found.flaws[0].table, OTHERWISE)}")
    elif not found.parts[-1].records:
        click.echo("published files were not rendered again to compare them: `aggregator publish` is due", err=True)
    click.echo(f"head {found.seq}:{found.hash}")


def _json(found: Fixity) -> dict[str, object]:
    first = found.flaws[0] if found.flaws else None
    return {
        "sound": not found.bad,
        "bad": found.bad,
        "first": first,
        "remedy": REMEDIES.get(first.table, OTHERWISE) if first else None,
        "flaws": found.flaws,
        "parts": found.parts,
        "head": {"seq": found.seq, "hash": found.hash},
    }
