"""The rough shape of a voice shows where somebody speaks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.plugins.recording.kitchen import Kitchen

from salon.testing.person import Person
from salon_recording.plugin import RecordingPlugin
from salon_recording.shapes import BARS, bars

Writing = Callable[..., Path]


def test_bars_stand_where_something_is_said_and_nowhere_else(
    tmp_path: Path, write_voice: Writing
) -> None:
    voice = write_voice(tmp_path / "1.opus", (2.0, 1.0, 440), (6.0, 2.0, 700))
    found = bars(voice, 10_000)
    assert len(found) == BARS
    spoken = {number // 100 for number, bar in enumerate(found) if bar > 10}
    assert {2, 6, 7} <= spoken <= {1, 2, 3, 5, 6, 7, 8}  # a page holds a second
    assert max(found) == 100
    assert bars(voice, 0)  # a take whose end nobody knows
    torn = tmp_path / "torn.opus"
    torn.write_bytes(voice.read_bytes()[:-200] + b"OggS")
    assert max(bars(torn, 10_000)) == 100


@pytest.mark.plugin.with_args(RecordingPlugin)
async def test_the_shape_is_for_those_who_may_hear_the_voice(
    kitchen: Kitchen, host: Person, alice: Person
) -> None:
    await kitchen.enter(alice)
    take_id = await kitchen.start()
    await kitchen.begun(kitchen.owner, alice)
    await alice.say(seconds=1.5)
    so_far = f"/p/recording/shapes/{take_id}.json"
    for who, status in ((kitchen.owner, 200), (alice, 404), (host, 404)):
        assert (await who.web.get(so_far)).status == status
    running = await (await kitchen.owner.web.get(so_far)).json()
    assert 0 < running["duration_s"] < 60
    assert (len(running["bars"]), max(running["bars"])) == (BARS, 100)
    await kitchen.stop()
    path = f"/p/recording/shapes/{take_id}/{alice.id}.json"
    for who, status in ((kitchen.owner, 200), (alice, 200), (host, 404)):
        assert (await who.web.get(path)).status == status
    for wrong in ("x", "-1", "9" * 30, "%D9%A1"):
        answer = await kitchen.owner.web.get(f"/p/recording/shapes/{wrong}/{alice.id}.json")
        assert answer.status == 404
        assert (await kitchen.owner.web.get(f"/p/recording/shapes/{wrong}.json")).status == 404
