"""The steps of the schema as a list, which sqlite-utils carries out; it is loaded only where a step is due, as it takes
longer to load than a current schema takes to check.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aggregator.store.sqlite.driver import sqlite3

if TYPE_CHECKING:
    from sqlite_utils import Database as Toolbox
    from sqlite_utils.migrations import Migrations

Step = Callable[["Toolbox"], None]

_TABLE = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_sqlite_migrations'"
_APPLIED = "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid"
"""Where sqlite-utils notes the steps it has carried out."""


class Steps:
    """An ordered set of steps: ``@steps()`` adds a function, whose name is the step's for ever."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._steps: list[Step] = []

    def __call__(self) -> Callable[[Step], Step]:
        """The decorator that adds a step."""

        def keep(step: Step) -> Step:
            self._steps.append(step)
            return step

        return keep

    @property
    def names(self) -> tuple[str, ...]:
        """Of every step, in order."""
        return tuple(step.__name__ for step in self._steps)

    @cached_property
    def library(self) -> Migrations:
        """The same steps for sqlite-utils, each to be carried out once and in a transaction."""
        from sqlite_utils.migrations import Migrations

        made = Migrations(self._name)
        for step in self._steps:
            made()(step)
        return made

    def applied(self, connection: sqlite3.Connection) -> tuple[str, ...]:
        """The steps that this database has seen, in order, known here or not."""
        if connection.execute(_TABLE).fetchone() is None:
            return ()
        return tuple(str(row[0]) for row in connection.execute(_APPLIED, (self._name,)))


def toolbox_on(connection: Any) -> Toolbox:
    """sqlite-utils on a connection of ours, without the plugins that happen to be installed."""
    from sqlite_utils import Database as Toolbox

    return Toolbox(connection, execute_plugins=False)
