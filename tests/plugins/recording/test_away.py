"""Sound of published episodes lies in object storage, and nobody who listens can tell."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from tests.plugins.recording.kitchen import Kitchen
from tests.plugins.recording.shelved import SOUND, Shelf

from salon.config import Objects
from salon.errors import NotFound
from salon.files.objects import S3
from salon.testing import Person, Server
from salon.testing.object_storage import Gate, ObjectStorage
from salon.testing.server import discovered
from salon_recording.away import moving, rows, sending
from salon_recording.away.rows import Sent
from salon_recording.plugin import RecordingPlugin

pytestmark = pytest.mark.slow

HUGE = "9" * 5_000
ASKED: tuple[Mapping[str, str], ...] = (
    {},
    *({"Range": f"bytes={part}"} for part in (
        "0-0", "100-199", "100-", "-5", f"-{HUGE}", f"7-{HUGE}", f"{HUGE}-", "-0", "", "-", "5-2",
        "0-1,4-5", f"{len(SOUND)}-", f"{len(SOUND) - 1}-{len(SOUND) + 9}", "a-b", "\u0661-2",
    )),
    {"If-None-Match": "*"}, {"If-None-Match": '"x"'}, {"If-Match": "*"}, {"If-Match": '"x"'},
    {"If-Modified-Since": "Mon, 01 Jan 1990 00:00:00 GMT"},
    {"If-Modified-Since": "Sun, 01 Jan 2090 00:00:00 GMT"},
    {"If-Unmodified-Since": "Mon, 01 Jan 1990 00:00:00 GMT"},
    {"If-Unmodified-Since": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"},
    {"Range": "bytes=1-2", "If-Range": '"of a file that was"'},
    {"Range": "bytes=1-2", "If-Range": "Sun, 01 Jan 2090 00:00:00 GMT"},
)  # fmt: skip
TOLD = (
    "ETag", "Last-Modified", "Content-Range", "Content-Length", "Content-Type", "Cache-Control",
    "Access-Control-Allow-Origin", "Cross-Origin-Resource-Policy",
)  # fmt: skip
Answer = tuple[int, bytes, Mapping[str, str | None]]


@pytest.fixture
async def gate(object_storage: ObjectStorage) -> AsyncIterator[Gate]:
    """The line to the storage, open."""
    gate = Gate(object_storage)
    await gate.open()
    yield gate
    await gate.shut()


@pytest.fixture
def bucket(object_storage: ObjectStorage, tmp_path: Path) -> S3:
    """What lies there of this test's server."""
    found = S3.of(Objects(**object_storage.settings(prefix=tmp_path.name)))
    assert found is not None
    return found.below("recording/episodes")


@pytest.fixture
async def server(
    gate: Gate, object_storage: ObjectStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Server]:
    """A server whose finished sound lies behind the gate."""
    monkeypatch.setattr(moving, "LOOK_S", 0.1)  # the shelf of these tests tells nobody
    monkeypatch.setattr(moving, "AGAIN_S", 0.1)
    chosen = object_storage.settings(endpoint=gate.endpoint, prefix=tmp_path.name)
    server = Server(tmp_path, [discovered(RecordingPlugin)], {"recording": {}}, {"objects": chosen})
    await server.start()
    yield server
    await server.stop()


async def told(owner: Person, episode_id: str, **expected: Any) -> dict[str, Any]:
    """Return an episode as soon as its maker is told that it is so."""
    async with asyncio.timeout(30):
        while True:
            episodes = (await owner.command("recording.episodes"))["episodes"]
            found: dict[str, Any] = next(one for one in episodes if one["id"] == episode_id)
            if expected.items() <= found.items():
                return found
            with suppress(TimeoutError):
                await owner.expect("recording.episode_changed")


async def got(visitor: aiohttp.ClientSession, path: str, asked: Mapping[str, str]) -> Answer:
    answer = await visitor.get(path, headers=asked)
    names = TOLD if answer.status < 400 else ("Content-Range", "Content-Type", "Cache-Control")
    return answer.status, await answer.read(), {name: answer.headers.get(name) for name in names}


async def back(server: Server, owner: Person, name: str, bucket: S3) -> None:
    """Return when a file is on the disk again, and nowhere else."""
    async with asyncio.timeout(30):
        while name not in sound(server) or not await is_gone(bucket, name):
            with suppress(TimeoutError):
                await owner.expect("recording.episode_changed")


def sound(server: Server) -> Mapping[str, int]:
    folder = server.directory / "data" / "plugin-data" / "recording" / "episodes"
    return {path.name: path.stat().st_size for path in folder.iterdir()}


async def is_gone(bucket: S3, name: str) -> bool:
    try:
        await bucket.size(name)
    except NotFound:
        return True
    return False


async def test_a_listener_gets_the_same_from_the_storage_as_from_the_disk(
    server: Server, owner: Person, gate: Gate, bucket: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FIRST_BYTES", 1_000)  # so that there are several pieces
    monkeypatch.setattr(sending, "PIECE_BYTES", 3_000)
    await gate.shut()
    episode = await Shelf(server).put(owner)
    path, id_ = f"/e/{episode.slug}/{episode.slug}.mp3", str(episode.id)
    async with server.visitor() as visitor:
        stuck = await told(owner, id_, away_why="unreachable")  # and it can be heard
        assert (stuck["is_away"], (await owner.command("recording.disk"))["away_bytes"]) == (
            False,
            0,
        )
        _, whole, first = await got(visitor, path, {})
        tag, date = str(first["ETag"]), str(first["Last-Modified"])
        asked = (
            *ASKED, {"If-None-Match": tag}, {"If-None-Match": f"W/{tag}"}, {"If-Match": tag},
            {"If-Modified-Since": date}, {"If-Unmodified-Since": date},
            {"Range": "bytes=1-2", "If-Range": tag}, {"Range": "bytes=1-2", "If-Range": date},
        )  # fmt: skip
        here = [await got(visitor, path, one) for one in asked]
        await gate.open()
        await told(owner, id_, is_away=True, away_why=None)
        assert sound(server) == {}
        assert await bucket.size(str(episode.file)) == len(SOUND) == len(whole)
        for one, before in zip(asked, here, strict=True):
            assert await got(visitor, path, one) == before, one
        assert (await visitor.get(path)).headers["Accept-Ranges"] == "bytes"
        heads = await visitor.head(path), await visitor.head(path, headers={"Range": "bytes=0-1"})
        assert [(one.status, one.headers["Content-Length"]) for one in heads] == [
            (200, str(len(SOUND)))
        ] * 2
        assert (await visitor.get(f"/p/recording/drafts/{id_}.mp3")).status == 401
        disk = await owner.command("recording.disk")
        assert (disk["episodes_bytes"], disk["away_bytes"], disk["away_why"]) == (
            0, len(SOUND), None,
        )  # fmt: skip
        await gate.shut()
        assert (await visitor.get(path)).status == 503
        await gate.open()


async def test_what_is_taken_back_comes_back_from_there_and_is_gone_there(
    server: Server, owner: Person, gate: Gate, bucket: S3
) -> None:
    episode = await Shelf(server).put(owner)
    name, id_ = str(episode.file), str(episode.id)
    folder = Shelf(server).salon.data_directory / "episodes"
    changed_ns = (folder / name).stat().st_mtime_ns
    await told(owner, id_, is_away=True)
    await gate.shut()
    await owner.command("recording.withdraw", episode=id_)
    stuck = await told(owner, id_, away_why="unreachable")
    assert stuck["is_public"] is False
    await server.restart()
    await owner.open()
    await gate.open()
    await back(server, owner, name, bucket)
    assert sound(server) == {name: len(SOUND)}
    assert (folder / name).stat().st_mtime_ns == changed_ns  # so that its tag is the same
    await owner.command("recording.publish", episode=id_)
    await told(owner, id_, is_away=True)
    assert (sound(server), await bucket.read(name, 0, len(SOUND))) == ({}, SOUND)


async def test_a_made_episode_is_heard_from_there_in_all_its_formats(
    server: Server, kitchen: Kitchen, owner: Person, tmp_path: Path, write_voice: Any
) -> None:
    voice = write_voice(tmp_path / "voice.opus", (0.0, 2.0, 440.0))
    take_id = await kitchen.keep((owner, voice))
    episode = await kitchen.publish(take_id)
    await told(owner, episode["id"], is_away=True)
    assert {name.partition(".")[2] for name in sound(server)} == {"peaks.json", "turns.json"}
    async with server.visitor() as visitor:
        for suffix in episode["formats"]:
            path = kitchen.sound_of(episode).removesuffix("mp3") + suffix
            answer = await visitor.get(path, headers={"Range": "bytes=0-99"})
            assert (answer.status, len(await answer.read())) == (206, 100), suffix
        assert (await visitor.get(kitchen.page_of(episode))).status == 200


async def test_a_line_that_breaks_in_the_middle_cuts_the_download_which_then_goes_on(
    server: Server, owner: Person, gate: Gate, bucket: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FIRST_BYTES", 1_000)
    monkeypatch.setattr(sending, "PIECE_BYTES", 1_000)
    episode = await Shelf(server).put(owner)
    await told(owner, str(episode.id), is_away=True)
    await bucket.delete(str(episode.file))  # what is asked for from here on
    read, path = S3.read, f"/e/{episode.slug}/{episode.slug}.mp3"

    async def first_alone(here: S3, name: str, start: int, stop: int) -> bytes:
        return SOUND[start:stop] if start == 0 else await read(here, name, start, stop)

    monkeypatch.setattr(S3, "read", first_alone)
    async with server.visitor() as visitor:
        answer = await visitor.get(path)
        assert (answer.status, answer.headers["Content-Length"]) == (200, str(len(SOUND)))
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()
        gone = await visitor.get(path, headers={"Range": "bytes=1000-"})
        assert gone.status == 404
        assert gone.headers["Content-Type"] != "audio/mpeg"


async def test_an_end_of_the_server_between_two_steps_loses_and_leaves_nothing(
    server: Server, owner: Person, gate: Gate, bucket: S3
) -> None:
    shelf = Shelf(server)
    await gate.shut()
    half, whole = await shelf.put(owner, title="Half"), await shelf.put(owner, title="Whole")
    await told(owner, str(whole.id), away_why="unreachable")
    folder = shelf.salon.data_directory / "episodes"
    left = Sent(f"{half.id}-0.mp3", len(SOUND), 1)  # of a revision that is gone
    changed_ns = (folder / str(whole.file)).stat().st_mtime_ns
    there = Sent(str(whole.file), len(SOUND), changed_ns, is_there=True)
    for name in (left.name, there.name, str(half.file)):
        await bucket.put(name, folder / str(half.file), "audio/mpeg")
    await shelf.salon.db.write(lambda tx: rows.add(tx, left))
    await shelf.salon.db.write(lambda tx: rows.add(tx, there))
    (folder / f"{half.id}-9.mp3.part").write_bytes(SOUND[:10])
    await server.restart()
    await owner.open()
    await gate.open()
    for one in (half, whole):
        await told(owner, str(one.id), is_away=True, away_why=None)
        assert await bucket.read(str(one.file), 0, len(SOUND)) == SOUND
    assert await is_gone(bucket, left.name)
    assert sound(server) == {}


async def test_a_member_s_own_address_plays_from_there_and_not_after_it_is_revoked(
    server: Server, owner: Person, alice: Person, bucket: S3
) -> None:
    await owner.command("recording.switch", enabled=True)
    await owner.command("recording.show_make", slug="inside", title="Inside", members=True)
    episode = await Shelf(server).put(owner, show="inside", title="Among us")
    await told(owner, str(episode.id), is_away=True)
    shows = (await alice.command("recording.addresses"))["shows"]
    made = await alice.command("recording.make_address", show=shows[0]["id"])
    feed = made["url"].removeprefix(server.url)
    own = feed.replace("feed.xml", f"{episode.slug}.mp3")
    async with server.visitor() as visitor:
        status, body, told_ = await got(visitor, own, {"Range": "bytes=10-19"})
        assert (status, body) == (206, SOUND[10:20])
        assert told_["Cache-Control"] == "private, no-cache"
        assert own in await (await visitor.get(feed)).text()
        for path in (f"/e/{episode.slug}/{episode.slug}.mp3", own.replace("feeds/", "feeds/x")):
            assert (await visitor.get(path)).status == 404
        await alice.command("recording.revoke_address", address=made["address"]["id"])
        assert (await visitor.get(own)).status == 404


async def test_sound_of_a_voice_that_is_taken_out_is_deleted_there_also_while_it_is_sent(
    server: Server, owner: Person, alice: Person, bucket: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(server)
    before = await shelf.put(owner, alice)
    await told(owner, str(before.id), is_away=True)
    draft = await shelf.put(owner, alice, title="A draft", published_at=None)
    put, is_sent, goes_on = S3.put, asyncio.Event(), asyncio.Event()

    async def slowly(here: S3, name: str, source: Path, media_type: str) -> None:
        await put(here, name, source, media_type)
        is_sent.set()
        await goes_on.wait()

    monkeypatch.setattr(S3, "put", slowly)
    while_sent = await shelf.put(owner, alice)
    await is_sent.wait()
    for one in (before, while_sent):
        await alice.command("recording.take_out", take=str(one.take_ids[0]))
    goes_on.set()
    async with asyncio.timeout(30):
        for one in (before, while_sent):
            while not await is_gone(bucket, str(one.file)):
                await server.settled()
        while (await owner.command("recording.disk"))["away_bytes"]:
            await server.settled()
    assert sound(server) == {str(draft.file): len(SOUND)}  # which never left
    assert await is_gone(bucket, str(draft.file))


async def test_a_storage_that_is_configured_no_more_is_told_and_one_that_is_left_is_emptied(
    server: Server, owner: Person, bucket: S3
) -> None:
    episode = await Shelf(server).put(owner)
    await told(owner, str(episode.id), is_away=True)
    chosen = yaml.safe_load(server._file.read_text())
    server._file.write_text(yaml.safe_dump({**chosen, "objects": {}}))
    await server.restart()
    async with server.visitor() as visitor:
        answer = await visitor.get(f"/e/{episode.slug}/{episode.slug}.mp3")
        assert answer.status == 503
    plugins = {"recording": {"sound_on": "disk"}}
    server._file.write_text(yaml.safe_dump({**chosen, "plugins": plugins}))
    await server.restart()
    await owner.open()
    await back(server, owner, str(episode.file), bucket)
    assert sound(server) == {str(episode.file): len(SOUND)}
