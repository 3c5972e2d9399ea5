"""What holds for every test: after every publish the chain is whole (R-32)."""

from __future__ import annotations

from typing import Any

import pytest

from aggregator.pipeline import publish
from aggregator.publish.folder import Folder
from tests.wholeness import assert_whole


@pytest.fixture(autouse=True)
def every_publish_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """R-32, wherever a test publishes into a folder: the command line, the service, the demo."""
    real = publish._Run.finish

    def finish(run: Any, *arguments: Any) -> Any:
        done = real(run, *arguments)
        if isinstance(run._output, Folder):
            assert_whole(run._chains, run._output.root, run._press.site, done.seq)
        return done

    monkeypatch.setattr(publish._Run, "finish", finish)
