"""The laws by which the archive is checked: pure, over rows as they are stored."""

from aggregator.history.fixity.captures import CaptureCheck
from aggregator.history.fixity.chain import ChainCheck, Witness
from aggregator.history.fixity.entries import EntryCheck
from aggregator.history.fixity.notes import NoteCheck
from aggregator.history.fixity.segments import segment_flaws
from aggregator.history.fixity.witnesses import witnesses_of

__all__ = ["CaptureCheck", "ChainCheck", "EntryCheck", "NoteCheck", "Witness", "segment_flaws", "witnesses_of"]
