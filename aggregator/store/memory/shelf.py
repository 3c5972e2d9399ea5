"""Dictionaries that can take back what was written since a mark: transactions for the store in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Undo:
    """What to do to take back the writes of the open transaction, newest last. One thread writes at a time."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], object]] = []
        self._depth = 0
        self.lock = RLock()

    def note(self, step: Callable[[], object]) -> None:
        """Remember how to take back one write."""
        if self._depth:
            self._steps.append(step)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside stays or nothing does; may be nested."""
        with self.lock:
            mark = len(self._steps)
            self._depth += 1
            try:
                yield
            except BaseException:
                while len(self._steps) > mark:
                    self._steps.pop()()
                raise
            finally:
                self._depth -= 1
                if not self._depth:
                    self._steps.clear()


class Shelf(Generic[K, V]):
    """A dictionary of immutable values whose writes can be undone."""

    def __init__(self, undo: Undo) -> None:
        self._undo = undo
        self._held: dict[K, V] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._held

    def __getitem__(self, key: K) -> V:
        return self._held[key]

    def __setitem__(self, key: K, value: V) -> None:
        if key in self._held:
            before = self._held[key]
            self._undo.note(lambda: self._held.__setitem__(key, before))
        else:
            self._undo.note(lambda: self._held.pop(key))
        self._held[key] = value

    def __delitem__(self, key: K) -> None:
        before = self._held.pop(key)
        self._undo.note(lambda: self._held.__setitem__(key, before))

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: K) -> V | None:
        """The value, or ``None``."""
        return self._held.get(key)

    def names(self) -> tuple[K, ...]:
        """Every key, in the order of arrival."""
        return tuple(self._held)

    def values(self) -> tuple[V, ...]:
        """Every value, in the order of arrival."""
        return tuple(self._held.values())
