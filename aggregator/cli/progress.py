"""A progress bar on stderr, where somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """``begin`` names the whole, ``advance`` how much more of it was done; nobody need watch."""

    begin: Callable[[int], None]
    advance: Callable[[int], None]


@contextmanager
def progress(doing: str, *, in_bytes: bool = False) -> Iterator[Bar]:
    """A bar for one long piece of work; without a terminal nothing is shown."""
    if not sys.stderr.isatty():
        yield Bar(begin=_unseen, advance=_unseen)
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    amount = DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (TextColumn(doing), BarColumn(), amount, TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield Bar(
            begin=lambda total: bar.update(task, total=total), advance=lambda step: bar.update(task, advance=step)
        )


def _unseen(_number: int) -> None:
    return None
