"""The spoken notice, and who is asked before a microphone opens."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.plugins.recording.kitchen import Kitchen

from salon.plugin import Invalid
from salon.testing import Person, Refused, Server
from salon_recording import running
from salon_recording.config import RecordingConfig
from salon_recording.notice import LEVEL_DBOV, Notice, load, load_all
from salon_recording.plugin import RecordingPlugin

RECORDING = pytest.mark.plugin.with_args(RecordingPlugin)
NOTICE_HZ = 880.0
VOICE_HZ = 440.0


def test_the_notice_is_spoken_in_english_and_in_french() -> None:
    notices = load_all(RecordingConfig())
    assert {language: 2 < notice.seconds < 4 for language, notice in notices.items()} == {
        "en": True,
        "fr": True,
    }


def test_an_operator_brings_a_notice_of_their_own(
    tmp_path: Path, write_voice: Callable[..., Path]
) -> None:
    own = write_voice(tmp_path / "own.opus", (0.0, 1.0, NOTICE_HZ))
    notices = load_all(RecordingConfig(notice_fr=str(own)))
    assert notices["fr"].seconds == pytest.approx(1.2, abs=0.05)
    assert notices["en"].seconds > 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read"),
        (b"", "cannot be read"),
        (b"RIFF and so on", "cannot be read"),
        (b"OggS" + bytes(200), "cannot be read"),
        (b"x" * 1_000_001, "bytes"),
    ],
)
def test_a_notice_that_is_none_is_refused_with_its_name(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    path = tmp_path / "notice.opus"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match="notice") as refused:
        load(path)
    assert why in str(refused.value)
    assert str(path) in str(refused.value)


def test_a_notice_is_neither_endless_nor_empty(
    tmp_path: Path, write_voice: Callable[..., Path]
) -> None:
    for name, seconds in (("long", 30.5), ("none", 0.0)):
        with pytest.raises(ValueError, match="notice"):
            load(write_voice(tmp_path / f"{name}.opus", (0.0, seconds, NOTICE_HZ)))


class _Source:
    def __init__(self) -> None:
        self.said: list[tuple[bytes, int, int | None]] = []

    def put(self, opus: bytes, *, samples: int = 960, level_dbov: int | None = None) -> None:
        self.said.append((opus, samples, level_dbov))

    async def close(self) -> None:
        pass


async def test_each_packet_is_said_when_it_is_due_and_no_more_than_is_wanted(
    tmp_path: Path, write_voice: Callable[..., Path]
) -> None:
    notice: Notice = load(write_voice(tmp_path / "own.opus", (0.0, 0.4, NOTICE_HZ)))
    source = _Source()
    began_s = asyncio.get_running_loop().time()
    await notice.speak(source, is_wanted=lambda: True)
    assert asyncio.get_running_loop().time() - began_s >= notice.seconds - 0.01
    assert [said[1:] for said in source.said] == [(960, LEVEL_DBOV)] * len(notice.packets)
    source.said.clear()
    await notice.speak(source, is_wanted=lambda: len(source.said) < 3)
    assert len(source.said) == 3


@pytest.mark.slow
@RECORDING
async def test_the_room_hears_the_notice_to_its_end_before_anything_is_kept(
    server: Server, kitchen: Kitchen, alice: Person, tmp_path: Path,
    write_voice: Callable[..., Path], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    said = load(write_voice(tmp_path / "own.opus", (0.0, 2.0, NOTICE_HZ)))
    monkeypatch.setattr(running, "load_all", lambda _config: {"en": said, "fr": said})
    await server.restart()
    for person in (kitchen.owner, alice):
        await person.open()
    await kitchen.enter(alice)
    take_id = await kitchen.start()
    await kitchen.answer("on", alice)
    await alice.command("voice.set", room=kitchen.room_id, muted=False)
    assert alice.voice is not None
    alice.voice.talk(VOICE_HZ)
    assert await alice.voice.hears(NOTICE_HZ)
    assert kitchen.voices(take_id) == {}
    while True:
        told = await alice.expect("room.state_changed", room_id=kitchen.room_id, key="recording")
        if told["state"]["phase"] == "recording":
            break
    await asyncio.gather(alice.voice.say(VOICE_HZ, 1.0))
    ended = await kitchen.stop()
    assert set(kitchen.voices(take_id)) == {alice.id}  # not the one in whose name it was said
    assert ended["duration_s"] < 2.0 + 5.0


@RECORDING
@pytest.mark.parametrize("choice", ["on", "off"])
async def test_who_comes_later_is_asked_before_their_microphone_opens(
    kitchen: Kitchen, alice: Person, bob: Person, choice: str
) -> None:
    await kitchen.enter(bob)
    await bob.command("voice.set", room=kitchen.room_id, muted=False)
    await kitchen.start()
    await kitchen.begun()
    await alice.join(kitchen.room_id)
    with pytest.raises(Refused) as refused:
        await alice.command("voice.set", room=kitchen.room_id, muted=False)
    assert refused.value.error["reason"] == "recording.answer_first"
    await kitchen.answer(choice, alice)
    await alice.command("voice.set", room=kitchen.room_id, muted=False)
    await bob.command("voice.set", room=kitchen.room_id, muted=True)
    await bob.command("voice.set", room=kitchen.room_id, muted=False)  # it was open before
    await kitchen.stop()


@RECORDING
async def test_an_owner_who_comes_later_is_asked_like_everybody(
    kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    await kitchen.enter(alice)
    await kitchen.start()
    await kitchen.begun(alice)
    await owner.command("room.leave", room=kitchen.room_id)
    await owner.join(kitchen.room_id)
    with pytest.raises(Refused) as refused:
        await owner.command("voice.set", room=kitchen.room_id, muted=False)
    assert refused.value.error["reason"] == "recording.answer_first"
    await kitchen.answer("off", owner)
    await owner.command("voice.set", room=kitchen.room_id, muted=False)


@RECORDING
async def test_who_comes_back_is_asked_again(kitchen: Kitchen, alice: Person) -> None:
    await kitchen.enter(alice)
    await kitchen.start()
    await kitchen.begun(alice)
    await alice.command("voice.set", room=kitchen.room_id, muted=False)
    await alice.command("room.leave", room=kitchen.room_id)
    await alice.join(kitchen.room_id)
    with pytest.raises(Refused) as refused:
        await alice.command("voice.set", room=kitchen.room_id, muted=False)
    assert refused.value.error["reason"] == "recording.answer_first"


@RECORDING
async def test_a_room_that_cannot_be_told_is_not_recorded(
    kitchen: Kitchen, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(*_: object, **__: object) -> None:
        raise Invalid("The relay is away.")

    monkeypatch.setattr(Notice, "speak", refuses)
    await kitchen.enter()
    take_id = await kitchen.start()
    assert (await owner.expect("recording.ended"))["reason"] == "failed"
    assert not kitchen.folder(take_id).exists()
    assert running.COUNTDOWN_S < 1
