"""What raw voices cost, how long they are kept, and what people said of them."""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.recording.kitchen import Kitchen

from salon.testing import Person, Refused
from salon_recording import folders
from salon_recording.plugin import RecordingPlugin

pytestmark = pytest.mark.plugin.with_args(RecordingPlugin)


async def _ended(kitchen: Kitchen, alice: Person) -> str:
    """Record something of Alice and the owner."""
    await kitchen.enter(alice)
    take_id = await kitchen.start()
    await kitchen.begun(kitchen.owner, alice)
    await alice.say(seconds=0.4)
    await kitchen.stop()
    return take_id


async def test_who_manages_the_server_reads_what_each_voice_costs_and_chooses_until_when(
    kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    take_id = await _ended(kitchen, alice)
    disk = await owner.command("recording.disk")
    assert (disk["days"], disk["is_low"]) == (30, False)
    assert 0 < disk["free_mb"] <= disk["total_mb"]
    take = disk["takes"][0]
    size = (kitchen.folder(take_id) / f"{alice.id}.opus").stat().st_size
    assert (take["id"], take["bytes"]) == (take_id, size)
    assert take["voices"] == [{"account": alice.id, "bytes": size}]
    assert disk["takes_bytes"] > size  # there is a journal as well
    shorter = await owner.command("recording.keep_days", days=7)
    assert shorter["takes"][0]["deleted_at"] < take["deleted_at"]
    kept = await owner.command("recording.keep", take=take_id, for_ever=True)
    assert (kept["takes"][0]["is_kept"], kept["takes"][0]["deleted_at"]) == (True, None)
    await kitchen.days_go_by(4_000, "prune")
    assert kitchen.folder(take_id).exists()
    await owner.command("recording.keep", take=take_id, for_ever=False)
    await kitchen.days_go_by(0, "prune")
    assert not kitchen.folder(take_id).exists()
    assert (await owner.command("recording.disk"))["takes"] == []


async def test_what_is_deleted_while_the_disk_is_looked_at_costs_nothing_and_fails_nothing(
    kitchen: Kitchen, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = [await _ended(kitchen, alice) for _ in range(2)]
    goes_at = {kitchen.folder(first): 1, kitchen.folder(second): 2}  # where all is, and its voices
    times = Counter[Path]()
    scandir: Callable[..., Any] = os.scandir

    def scanned(place: Any = ".") -> Any:
        if isinstance(place, str | Path):
            times[Path(place)] += 1
            if times[Path(place)] == goes_at.get(Path(place)):
                shutil.rmtree(place)
        return scandir(place)

    monkeypatch.setattr(os, "scandir", scanned)
    kept = await owner.command("recording.keep", take=first, for_ever=True)
    assert [(each["id"], each["voices"]) for each in kept["takes"]] == [(second, []), (first, [])]
    assert kept["takes"][1]["is_kept"]
    assert kept["takes_bytes"] > 0  # the second was there when all was counted
    assert not any(folder.exists() for folder in goes_at)


async def test_nobody_else_sees_the_disk(kitchen: Kitchen, host: Person, alice: Person) -> None:
    tried: tuple[tuple[str, dict[str, Any]], ...] = (
        ("disk", {}), ("keep", {"take": "1", "for_ever": True}), ("keep_days", {"days": 1}),
    )  # fmt: skip
    for command, fields in tried:
        for who in (host, alice):
            with pytest.raises(Refused) as refused:
                await who.command(f"recording.{command}", **fields)
            assert refused.value.code == "denied"
    for days in (0, 3_651, 1.5, "7", True, None):
        with pytest.raises(Refused) as refused:
            await kitchen.owner.command("recording.keep_days", days=days)
        assert refused.value.code == "invalid"
    with pytest.raises(Refused) as refused:
        await kitchen.owner.command("recording.keep", take="999", for_ever=True)
    assert refused.value.code == "not_found"


async def test_a_recording_warns_once_before_the_disk_is_full(
    kitchen: Kitchen, owner: Person, host: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "free_mb", lambda _folder: 900)  # it stops at 500
    await kitchen.enter(host, alice)
    await kitchen.start()
    await kitchen.begun(alice)
    told = await owner.expect("recording.disk_low", room_id=kitchen.room_id)
    assert told["free_mb"] == 900
    await alice.say(seconds=0.9)  # two looks at the disk
    ended = await kitchen.stop()
    assert ended["reason"] == "stopped"
    assert [*owner.heard("recording.disk_low"), *alice.heard("recording.disk_low")] == []


async def test_the_log_of_consents_tells_the_host_of_all_and_each_of_themselves(
    kitchen: Kitchen, owner: Person, host: Person, alice: Person
) -> None:
    take_id = await _ended(kitchen, alice)
    await alice.command("recording.take_out", take=take_id)
    own = (await alice.command("recording.said"))["said"]
    assert [(one["said"], one["account"]) for one in own] == [
        ("removed", alice.id),
        ("on", alice.id),
    ]
    assert {(one["take_id"], one["room_name"]) for one in own} == {(take_id, "Kitchen")}
    everybody = (await owner.command("recording.consents", take=take_id))["said"]
    assert {one["account"] for one in everybody} == {owner.id, alice.id}
    for who, code in ((host, "not_found"), (alice, "denied")):
        with pytest.raises(Refused) as refused:
            await who.command("recording.consents", take=take_id)
        assert refused.value.code == code
    assert (await host.command("recording.said"))["said"] == []
