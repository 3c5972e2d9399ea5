"""``python -m demo``: starts the made-up publishers and the real service on them, and tells what happens."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.markup import escape

from demo.configuration import PORT, Written, free_port, write
from demo.publishers import PUBLISHERS
from demo.runner import Runner, StoryClock
from demo.server import Publishers
from demo.service import NoAnswerError, last_words, serving

INTERRUPTED = 130


class StoppedError(Exception):
    """SIGTERM: end as after Ctrl-C."""


def main(argv: list[str] | None = None) -> int:
    """Run the demo; 0 when all four of merge, revision, duplicate and outage were seen, else 1."""
    options = _options(argv)
    console = Console(highlight=False, soft_wrap=True)
    signal.signal(signal.SIGTERM, _stopped)
    try:
        return _run(options, console)
    except (KeyboardInterrupt, StoppedError):
        console.print("\nStopped.")
        return INTERRUPTED if options.once else 0
    except (NoAnswerError, OSError) as fault:
        console.print(f"[bold red]The demo cannot go on:[/] {escape(str(fault))}")
        return 1


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the story; exit 0 only if all of it was seen")
    parser.add_argument("--port", type=int, default=PORT, help="port to serve on if it is free (default %(default)s)")
    parser.add_argument("--folder", type=Path, help="keep configuration and archive here, in a new folder")
    parser.add_argument("--deadline", type=float, default=120.0, help="seconds to wait for the whole story")
    return parser.parse_args(argv)


def _run(options: argparse.Namespace, console: Console) -> int:
    start = datetime.now(UTC).replace(microsecond=0)
    clock = StoryClock(start=start, ticks=time.monotonic)
    with _folder(options.folder) as folder, Publishers(start=start, clock=clock) as farm:
        written = write(folder, PUBLISHERS, farm.urls, free_port(options.port))
        with serving(written) as process:
            runner = Runner(console=console, farm=farm, written=written, clock=clock, alive=process)
            runner.wait_for_service()
            seen_all = runner.tell(timedelta(seconds=options.deadline))
            if not options.once:
                _keep_going(written, process, console)
    return 0 if seen_all else 1


def _keep_going(written: Written, process: subprocess.Popen[bytes], console: Console) -> None:
    console.print(f"\nThe service goes on at [link={written.site}]{written.site}[/link]; Ctrl-C ends it.")
    while process.poll() is None:
        time.sleep(0.5)
    raise NoAnswerError(f"the service ended by itself; its last message: {last_words(written)}")


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    """A new folder: an old archive would spoil the story."""
    if wanted is None:
        with tempfile.TemporaryDirectory(prefix="aggregator-demo-") as name:
            yield Path(name)
        return
    if wanted.exists() and any(wanted.iterdir()):
        raise OSError(f"{wanted} is not empty")
    wanted.mkdir(parents=True, exist_ok=True)
    yield wanted.resolve()


def _stopped(_signal: int, _frame: FrameType | None) -> None:
    raise StoppedError


if __name__ == "__main__":
    sys.exit(main())
