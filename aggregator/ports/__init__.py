"""The holes in the wall: what the hall needs of the outside, as small Protocols. Doors implement them, fakes too."""

from __future__ import annotations

from aggregator.ports.archive import Archive, Catalogue
from aggregator.ports.backfills import Backfills
from aggregator.ports.bundle import Ports, everybody_welcome
from aggregator.ports.captures import CaptureArchive, Captures, Holdings
from aggregator.ports.chains import Chains
from aggregator.ports.exhibits import Exhibits
from aggregator.ports.fixity import Columns, Evidence, JournalLine, VersionLine
from aggregator.ports.ledger import Ledger, Writer
from aggregator.ports.library import Library
from aggregator.ports.memory import Memory
from aggregator.ports.output import Output
from aggregator.ports.past import Past
from aggregator.ports.push import HubClient, Postroom, Push, Subscriptions
from aggregator.ports.reaching import Clock, Digest, Fetch
from aggregator.ports.shelves import Shelves
from aggregator.ports.sources import Sources
from aggregator.ports.takedowns import Bars, Takedowns

__all__ = [
    "Archive",
    "Backfills",
    "Bars",
    "CaptureArchive",
    "Captures",
    "Catalogue",
    "Chains",
    "Clock",
    "Columns",
    "Digest",
    "Evidence",
    "Exhibits",
    "Fetch",
    "Holdings",
    "HubClient",
    "JournalLine",
    "Ledger",
    "Library",
    "Memory",
    "Output",
    "Past",
    "Ports",
    "Postroom",
    "Push",
    "Shelves",
    "Sources",
    "Subscriptions",
    "Takedowns",
    "VersionLine",
    "Writer",
    "everybody_welcome",
]
