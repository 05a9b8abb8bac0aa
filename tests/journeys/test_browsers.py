"""The browsers of the tests themselves."""

import os
import signal
from pathlib import Path

import pytest

from salon.testing import browser
from salon.testing.browser import Browsers

pytestmark = pytest.mark.browser


def processes(mark: str) -> list[int]:
    """Return the processes that have a text among their arguments; one that has ended has none."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


async def test_a_browser_that_does_not_close_is_killed_and_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browser, "CLOSES_WITHIN_S", 0.5)
    mark = "--of-this-test"
    async with Browsers() as browsers:
        await browsers.browser(extra=[mark])
        for process_id in processes(mark):
            os.kill(process_id, signal.SIGSTOP)
        assert processes(mark)
    assert not processes(mark)
