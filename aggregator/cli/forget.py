"""``aggregator forget``."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.log import configure
from aggregator.cli.settings import settings_of
from aggregator.cli.show import plain, print_json
from aggregator.model.takedown import Ground, Takedown

if TYPE_CHECKING:
    from aggregator.service.takedowns import Bureau, Preview

SHOWN = 12
"""So many published files are named; --json has all."""
BEYOND = (
    "backups, exports and bundles made before: make a new backup, and destroy older ones where the law asks for it",
    "what subscribers, caches, mirrors and web archives have: feeds tell them that the entry is gone",
)


@click.command()
@click.argument("entry", required=False, metavar="[ID|URL]")
@click.option("--reason", help="Why, for the operators only; kept with the tombstone.")
@click.option(
    "--ground",
    type=click.Choice([str(each) for each in Ground]),
    default=str(Ground.OTHER),
    show_default=True,
    help="Why, as the public is told.",
)
@click.option("--copies", is_flag=True, help="Also every entry that is joined with it as a copy.")
@click.option("--hide-id", is_flag=True, help="Hash its public id, too: then readers are not told which entry is gone.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--resume", is_flag=True, help="Go on with takedowns that were interrupted; takes no entry.")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(
    config: Path | None,
    entry: str | None,
    reason: str | None,
    ground: str,
    copies: bool,
    hide_id: bool,
    dry_run: bool,
    yes: bool,
    resume: bool,
    as_json: bool,
) -> None:
    """Take one entry out of the archive for good, by its number, public id or address.

    Its text, title, versions, address, captures and published copies are removed. A tombstone stays: id, hashed keys,
    date and ground. It stops every way back in, is published as a deleted entry, and lets `verify` go on proving
    the archive. A whole capture goes with the entry, also where it lists others; these keep what was read from it.

    \b
      aggregator forget 1234 --dry-run
      aggregator forget https://…/story/ --reason "letter of 3 May" --ground personal-data

    A service may run meanwhile: it takes the entry out of its files. What was interrupted is gone on with by the next
    `forget`, `poll`, `publish` or `serve`. It cannot be undone.
    """
    from aggregator.service.takedowns import bureau

    _check_usage(entry, reason, resume=resume, dry_run=dry_run)
    configure()
    with bureau(settings_of(config)) as opened:
        if resume:
            _close(opened, (), (), as_json=as_json)
            return
        previews = opened.preview(_one(opened, entry or ""), copies=copies)
        if not as_json:
            click.echo("\n".join(plain(line) for each in previews for line in _lines(each)))
        if dry_run:
            _say_dry(previews, as_json=as_json)
            return
        _ask(yes=yes)
        done = opened.take_down([each.plan for each in previews], _decision(ground, reason or "", hide_id=hide_id))
        _close(opened, done, previews, as_json=as_json)


def _check_usage(entry: str | None, reason: str | None, *, resume: bool, dry_run: bool) -> None:
    if resume and entry:
        raise click.UsageError("--resume goes on with whatever was interrupted; leave the entry out")
    if not resume and not entry:
        raise click.UsageError("name an entry by its number, public id or address; `aggregator entries` lists them")
    if not resume and not dry_run and not reason:
        raise click.UsageError("--reason is needed: say why, for those who run this archive after you")


def _one(opened: Bureau, name: str) -> Any:
    found = opened.named(name)
    if len(found) > 1:
        numbers = ", ".join(map(str, found))
        raise click.UsageError(f"{len(found)} entries stand at this address: {numbers}; name one by its number")
    return found[0]


def _decision(ground: str, reason: str, *, hide_id: bool) -> Any:
    from aggregator.opening import SystemClock
    from aggregator.service.takedowns import Decision

    return Decision(at=SystemClock().now(), ground=Ground(ground), note=reason, who=_who(), hide_id=hide_id)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _ask(*, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here; give --yes, or --dry-run to look first")
    click.confirm("Remove all this for good?", abort=True, err=True)


def _lines(preview: Preview) -> Iterator[str]:
    made = preview.plan
    dossier, finding = made.dossier, made.finding
    yield f"entry {dossier.entry_id} of {dossier.feed_id}: {made.row.title or '(no title)'}"
    yield f"  address      {made.row.url or 'none'}"
    yield f"  versions     {len(dossier.versions)}"
    yield f"  captures     {len(finding.places)}, {len(made.captures)} of them whole bodies"
    yield (
        f"  published    {len(preview.published)} files: {_some(preview.published)}"
        if preview.published
        else ("  published    in no file")
    )
    if made.others:
        numbers = ", ".join(map(str, made.others))
        yield f"  left alone   entries {numbers}, joined with it, may hold the same words; --copies takes them too"
    for fault in finding.faults:
        yield f"  NOT SEARCHED {fault}; what stands behind that place is left"


def _some(names: Sequence[str]) -> str:
    more = f" … and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _say_dry(previews: Iterable[Preview], *, as_json: bool) -> None:
    if as_json:
        print_json({"dry_run": True, "entries": [_json(each) for each in previews], "beyond_reach": BEYOND})
    else:
        click.echo("dry run: nothing was removed")


def _close(opened: Bureau, done: Sequence[Takedown], previews: Sequence[Preview], *, as_json: bool) -> None:
    """Bring it to its end and say how it stands."""
    left = opened.go_on(lambda text: click.echo(text, err=True))
    numbers = [each.entry_id for each in done]
    if as_json:
        entries = [_json(each) for each in previews]
        waiting = [{"entry": each.entry_id, "stage": str(each.stage)} for each in left]
        print_json({"dry_run": False, "taken_down": numbers, "entries": entries, "waiting": waiting})
    elif left:
        stages = ", ".join(f"{each.entry_id} ({each.stage})" for each in left)
        click.echo(f"not finished yet: {stages}; the running service goes on with it, or `aggregator forget --resume`")
    else:
        click.echo(f"taken down: {', '.join(map(str, numbers))}" if numbers else "nothing is left undone")
    if numbers and not as_json:
        click.echo("beyond reach of this command:")
        for text in BEYOND:
            click.echo(f"  {text}")
    if left:
        raise click.exceptions.Exit(1)


def _json(preview: Preview) -> dict[str, object]:
    made = preview.plan
    return {
        "entry": made.dossier.entry_id,
        "feed": made.dossier.feed_id,
        "versions": len(made.dossier.versions),
        "captures": len(made.finding.places),
        "bodies": made.captures,
        "published": preview.published,
        "left_alone": made.others,
        "not_searched": made.finding.faults,
    }
