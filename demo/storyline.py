"""The story the demo tells: what each publisher does, second by second. It only narrates; the publishers act alone."""

from __future__ import annotations

from dataclasses import dataclass

from demo.publishers import parish

LENGTH = 40.0
"""Seconds until everything has happened; the service needs a few more to notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a publisher does at ``at`` seconds after the start, and what to expect of the service."""

    at: float
    text: str


SCENES = (
    Scene(at=0, text="Seven publishers are up; their back catalogue has been read and merged into one feed."),
    Scene(at=6, text="The council publishes the inspectors’ report on its children’s services."),
    Scene(at=9, text="Northshore Radio has it too, in its own words: another item, not a duplicate."),
    Scene(
        at=parish.DOWN, text="The parish council’s computer fails: 503, Retry-After 3 seconds. Nothing it said is lost."
    ),
    Scene(at=13, text="The Gazette prints the council’s release word for word under its own address: a duplicate."),
    Scene(at=17, text="Councillor Penketh writes about it on her blog."),
    Scene(at=19, text="The Gazette corrects £500 to £900 in a headline of yesterday: a revision; both versions stay."),
    Scene(at=22, text="Northshore edits its item and changes its guid from #0 to #1: still the same entry."),
    Scene(at=parish.BROKEN, text="The parish answers 200 with an error page in HTML: not a feed, so nothing changes."),
    Scene(at=parish.BACK, text="The parish is back."),
    Scene(at=33, text="The Gazette asks parents what they think of the report."),
    Scene(at=38, text="The parish clerk explains what happened to the computer."),
)


def until(after: float, now: float) -> tuple[Scene, ...]:
    """The scenes in ``(after, now]``, in order."""
    return tuple(scene for scene in SCENES if after < scene.at <= now)
