"""The nouns of the house: frozen, without behaviour, below everything else."""

from aggregator.model.backfill import Backfill, Cursor, Ground, JobStatus, Strategy
from aggregator.model.backup import About, Manifest, Packed
from aggregator.model.capture import Capture, CaptureKind, CaptureRow, Kept, Opened, Original, Place, SealedCapture
from aggregator.model.chain import ChainPlace, EventKind, PublishEvent, Sealed, Segment, Standing, Tombstone
from aggregator.model.change import (
    Added,
    Candidate,
    Change,
    Deferred,
    Effective,
    Flux,
    Hold,
    Reason,
    Recalled,
    Refiled,
    Renamed,
    Revised,
    Seen,
    Verdict,
)
from aggregator.model.difference import Difference, Piece, Swap
from aggregator.model.document import Document, Entry, Fingerprint, ReadContext, Stamp, Unreadable
from aggregator.model.edit import Edit
from aggregator.model.edition import (
    Edition,
    EntryFilter,
    EntryRow,
    FeedRow,
    File,
    Founding,
    Item,
    JournalRow,
    Member,
    Published,
    Revision,
    Selection,
    Site,
    SourceCard,
    Touched,
)
from aggregator.model.exchange import (
    Blocked,
    Exchange,
    Failed,
    FailureKind,
    Gone,
    Headers,
    Hop,
    Meaning,
    Modified,
    NotModified,
    Request,
    Response,
    Unreachable,
)
from aggregator.model.feed import (
    Bound,
    ClockHabit,
    FeedProfile,
    FeedState,
    Hints,
    Redirect,
    Revalidation,
    Rhythm,
    Run,
    Source,
    Validators,
    Window,
    poll_url,
)
from aggregator.model.fixity import Checked, DayHead, Fixity, Flaw
from aggregator.model.head import Alias, Head, HeadQuery, Heads, Past, Text
from aggregator.model.host import WARM, Cooling, RetryScope
from aggregator.model.listing import Listing
from aggregator.model.manners import PollTrace, Score
from aggregator.model.month import MonthPage, Scope
from aggregator.model.names import (
    AskMode,
    ContentHash,
    DateStatus,
    EntryId,
    FeedId,
    FeedStatus,
    Identity,
    Key,
    Outcome,
    Precision,
    Provenance,
    PublicId,
    Republish,
    RevisionHash,
    ZoneSource,
)
from aggregator.model.poll import (
    BACKFILLED,
    CHECKED,
    FLAT,
    IMPORTED,
    NOBODY_ASKED,
    PUSHED,
    SKIPPED,
    SOUGHT,
    Climate,
    Due,
    Move,
    PollRecord,
    PollReport,
)
from aggregator.model.published import (
    Category,
    Enclosure,
    Link,
    OriginalSource,
    Person,
    Problem,
    RawBody,
    RawDate,
    RawDocument,
    RawEntry,
    RawFeed,
    RawText,
    RawTombstone,
)
from aggregator.model.push import (
    NO_PUSH,
    Delivery,
    HubAnswer,
    Offer,
    PushDay,
    PushHealth,
    PushMiss,
    PushMode,
    PushPhase,
    Subscription,
)
from aggregator.model.saved import Slip, Split
from aggregator.model.shelf import Shelf, Shift, ShiftKind
from aggregator.model.watch import Gap, HeldEntry, Month, PollLine

# fmt: off
__all__ = [
    "BACKFILLED", "CHECKED", "FLAT", "IMPORTED", "NOBODY_ASKED", "NO_PUSH", "PUSHED", "SKIPPED", "SOUGHT", "WARM",
    "About", "Added", "Alias", "AskMode", "Backfill", "Blocked", "Bound", "Candidate", "Capture", "CaptureKind",
    "CaptureRow", "Category", "ChainPlace", "Change", "Checked", "Climate", "ClockHabit", "ContentHash", "Cooling",
    "Cursor", "DateStatus", "DayHead", "Deferred", "Delivery", "Difference", "Document", "Due", "Edit", "Edition",
    "Effective", "Enclosure", "Entry", "EntryFilter", "EntryId", "EntryRow", "EventKind", "Exchange", "Failed",
    "FailureKind", "FeedId", "FeedProfile", "FeedRow", "FeedState", "FeedStatus", "File", "Fingerprint", "Fixity",
    "Flaw", "Flux", "Founding", "Gap", "Gone", "Ground", "Head", "HeadQuery", "Headers", "Heads", "HeldEntry",
    "Hints", "Hold", "Hop", "HubAnswer", "Identity", "Item", "JobStatus", "JournalRow", "Kept", "Key", "Link",
    "Listing", "Manifest", "Meaning", "Member", "Modified", "Month", "MonthPage", "Move", "NotModified", "Offer",
    "Opened", "Original", "OriginalSource", "Outcome", "Packed", "Past", "Person", "Piece", "Place", "PollLine",
    "PollRecord", "PollReport", "PollTrace", "Precision", "Problem", "Provenance", "PublicId", "PublishEvent",
    "Published", "PushDay", "PushHealth", "PushMiss", "PushMode", "PushPhase", "RawBody", "RawDate", "RawDocument",
    "RawEntry", "RawFeed", "RawText", "RawTombstone", "ReadContext", "Reason", "Recalled", "Redirect", "Refiled",
    "Renamed", "Republish", "Request", "Response", "RetryScope", "Revalidation", "Revised", "Revision", "RevisionHash",
    "Rhythm", "Run", "Scope", "Score", "Sealed", "SealedCapture", "Seen", "Segment", "Selection", "Shelf", "Shift",
    "ShiftKind", "Site", "Slip", "Source", "SourceCard", "Split", "Stamp", "Standing", "Strategy", "Subscription",
    "Swap", "Text", "Tombstone", "Touched", "Unreachable", "Unreadable", "Validators", "Verdict", "Window",
    "ZoneSource", "poll_url",
]
# fmt: on
