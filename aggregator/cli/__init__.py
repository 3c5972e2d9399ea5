"""The command line: it translates, prints and sets exit codes, nothing else.

Exit status: 0 well, 1 something the user can mend, 2 usage, 3 our fault, 130 interrupted.
"""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from aggregator.cli.log import FORM, our_fault
from aggregator.errors import AggregatorError
from aggregator.version import __version__

COMMANDS = {
    "serve": ("serve", "Poll, publish and serve, until SIGTERM: the main job."),
    "poll": ("poll", "Poll the due feeds once, publish, print a summary, end."),
    "publish": ("publish", "Render what changed since last time."),
    "parse": ("parse", "Read one document; nothing is stored."),
    "try": ("attempt", "Ask a live address and show what would be stored."),
    "check": ("check", "Validate the configuration; every mistake at once."),
    "feeds": ("feeds", "The feed list: list, show, add, remove, pause, resume."),
    "opml": ("opml", "Exchange the feed list with other readers."),
    "entries": ("entries", "List stored entries."),
    "entry": ("entry", "Show one entry."),
    "explain": ("explain", "Why an entry was merged, revised, dated as it was; why a feed is asked when it is."),
    "history": ("history", "Every version of an entry, with what changed."),
    "verify": ("verify", "Check the whole archive; name the first bad record."),
    "backfill": ("backfill", "Fetch older entries from the publisher or a web archive; never announced."),
    "import": ("imports", "Bring saved pages, texts, feeds and web archives into the archive."),
    "forget": ("forget", "Take an entry out of the archive for good; a tombstone stays."),
    "backup": ("backup", "The whole archive in one file, while the service runs."),
    "export": ("export", "The whole archive as plain files."),
    "restore": ("restore", "Bring an archive back; checked before it is moved in."),
    "simulate": ("simulate", "Polling policies against each other, under a virtual clock."),
    "replay": ("replay", "Today's parser over all captures: what would differ."),
    "migrate": ("migrate", "Bring the database to this version's schema."),
}
INTERRUPTED, OUR_FAULT = 130, 3
RARELY = (50_000, 20, 20)
"""When to look for cycles: there are few, as nouns are trees, and each look walks what a thousand feeds hold."""


class Commands(click.Group):
    """Loads a command's module when it is asked for, so that ``--help`` and small commands start fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a working day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or ``None``."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"aggregator.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command for a mistyped one."""
        if args[0] not in COMMANDS and (near := get_close_matches(args[0], COMMANDS, 1)):
            ctx.fail(f"no command “{args[0]}”; did you mean “{near[0]}”?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line a command, without loading any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="aggregator")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The host's configuration; default $AGGREGATOR_CONFIG, then config/aggregator.toml.",
)
@click.option(
    "--log",
    "log_format",
    type=click.Choice(["auto", "json", "text"]),
    default="auto",
    show_default=True,
    help="Form of the messages on stderr; auto is text on a terminal, JSON elsewhere.",
)
@click.pass_context
def root(ctx: click.Context, config: Path | None, log_format: str) -> None:
    """Poll council and local-news feeds, keep every version for ever, republish one combined feed.

    \b
    A first look:
      aggregator check                  is the configuration right?
      aggregator try https://…/feed/    what would a feed bring?
      aggregator poll --all             poll everything once
      aggregator serve                  the main job
    """
    ctx.meta[FORM] = log_format
    ctx.obj = config


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit status."""
    gc.set_threshold(*RARELY)
    try:
        status = root.main(args=None if argv is None else list(argv), prog_name="aggregator", standalone_mode=False)
    except click.ClickException as fault:
        fault.show()
        return fault.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except AggregatorError as fault:
        click.echo(f"aggregator: {fault}", err=True)
        return fault.exit_status
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as fault:
        our_fault(fault)
        return OUR_FAULT
    # Without standalone mode the library returns the status that a command ended with, and None after a normal end.
    return status if isinstance(status, int) else 0
