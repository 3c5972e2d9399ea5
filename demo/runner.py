"""Tells the story while it happens: asks the service what it has noticed and prints it with the place to look."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rich.console import Console
from rich.markup import escape

from demo import storyline, witness
from demo.configuration import Written
from demo.server import Publishers
from demo.service import NoAnswerError, Row, last_words, page, rows, typed
from demo.witness import Sight, Witness

START_LIMIT = 60.0
"""Seconds for the service to answer and to have asked every publisher once."""
STEP = 1.0
_HEADLINES = {
    "merge": "Merged",
    "duplicate": "Duplicate recognised",
    "revision": "Revision kept",
    "outage": "Outage survived",
}


@dataclass(slots=True, kw_only=True)
class StoryClock:
    """Stands still at ``start`` until `begin`, so that the story waits for a slow machine. ``ticks`` in seconds."""

    start: datetime
    ticks: Callable[[], float]
    began: float | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since `begin`; 0 before."""
        return 0.0 if self.began is None else self.ticks() - self.began

    def begin(self) -> None:
        """Let time run."""
        self.began = self.ticks()

    def __call__(self) -> datetime:
        """The instant of the story."""
        return self.start + timedelta(seconds=self.elapsed)


@dataclass(slots=True, kw_only=True)
class Runner:
    """One telling of the story."""

    console: Console
    farm: Publishers
    written: Written
    clock: StoryClock
    alive: subprocess.Popen[bytes]
    witness: Witness = field(default_factory=Witness)
    told: float = -1.0

    def wait_for_service(self) -> None:
        """Until it answers and has asked every publisher; then the clock begins. Raises `NoAnswerError`."""
        self.console.print("Starting seven made-up publishers and the service on this machine; no network is used.")
        deadline = time.monotonic() + START_LIMIT
        while not (self._all_asked() and page(f"{self.written.site}feed.atom")):
            self._must_live()
            if time.monotonic() > deadline:
                raise NoAnswerError(f"the service did not answer within {START_LIMIT:.0f} seconds; {self._log()}")
            time.sleep(0.2)
        self.console.print(f"The service answers at [bold]{self.written.site}[/]\n")
        self.clock.begin()

    def tell(self, limit: timedelta) -> bool:
        """Narrate until the story is over and everything was seen, or ``limit`` has passed; whether all was seen."""
        while self.clock.elapsed < limit.total_seconds():
            self._scenes()
            self._look()
            if self.clock.elapsed >= storyline.LENGTH and not self.witness.missing:
                break
            self._must_live()
            time.sleep(STEP)
        self._verdict()
        return not self.witness.missing

    def _scenes(self) -> None:
        now = self.clock.elapsed
        for scene in storyline.until(self.told, now):
            self._line(escape(scene.text))
        self.told = now

    def _look(self) -> None:
        config = self.written.file
        self._saw(self.witness.look_at_feeds(rows(config, "feeds", "list")))
        if "merge" not in self.witness.seen and (feed := page(f"{self.written.site}feed.atom")):
            self._saw(self.witness.note(witness.merge(feed)))
        if {"duplicate", "revision"} & set(self.witness.missing):
            self._look_at_entries(rows(config, "entries", "--limit", "200"))

    def _look_at_entries(self, entries: Sequence[Row]) -> None:
        self._saw(self.witness.note(witness.duplicate(entries)))
        changed = witness.revised(entries)
        if changed and "revision" not in self.witness.seen:
            self._saw(self.witness.note(witness.revision(changed, rows(self.written.file, "history", changed))))

    def _saw(self, sight: Sight | None) -> None:
        if sight is None:
            return
        text = f"[bold green]{_HEADLINES[sight.kind]}[/]: {escape(sight.text)}"
        places = "\n".join(f"       {place}" for place in self._places(sight))
        self._line(f"{text}\n{places}")

    def _places(self, sight: Sight) -> tuple[str, ...]:
        """The page that shows it, and the command that tells more."""
        site, config = self.written.site, self.written.file
        match sight.kind:
            case "duplicate":
                return f"see “Also in” at {site}", f"or   {typed(config, 'entry', sight.about)}"
            case "revision":
                return f"see “edited” at {site}", f"or   {typed(config, 'history', sight.about)}"
            case "outage":
                return f"see {site}feeds/{sight.about}/", f"or   {typed(config, 'feeds', 'show', sight.about)}"
        return (f"see {site} or, in any feed reader, {site}feed.atom",)

    def _line(self, text: str) -> None:
        minutes, seconds = divmod(int(self.clock.elapsed), 60)
        self.console.print(f"[dim]{minutes}:{seconds:02d}[/]   {text}")

    def _verdict(self) -> None:
        if self.witness.missing:
            self.console.print(f"\n[bold red]Not seen: {', '.join(self.witness.missing)}.[/] {self._log()}")
            return
        requests = len(self.farm.asked)
        cheap = sum(asked.status == 304 for asked in self.farm.asked)
        self.console.print(
            f"\n[bold]All four were seen: merge, duplicate, revision, outage.[/] "
            f"{requests} requests were made, {cheap} of them answered “not modified”."
        )

    def _all_asked(self) -> bool:
        return {asked.publisher for asked in self.farm.asked} == set(self.farm.urls)

    def _must_live(self) -> None:
        if self.alive.poll() is not None:
            raise NoAnswerError(f"the service ended with {self.alive.returncode}; {self._log()}")

    def _log(self) -> str:
        return f"its last message: {escape(last_words(self.written))}"
