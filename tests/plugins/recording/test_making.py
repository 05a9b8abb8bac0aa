"""An episode while it is made: what fails, and what people do meanwhile."""

import asyncio
import sys
from pathlib import Path

import pytest
from tests.plugins.recording.kitchen import Kitchen

from salon.errors import Unavailable
from salon.testing import Person, PushedClock, Refused, Server
from salon_recording import making, studio
from salon_recording.plugin import RecordingPlugin

pytestmark = [pytest.mark.slow, pytest.mark.plugin.with_args(RecordingPlugin)]

DIES_WITHIN_A_WORD = '#!/bin/sh\nprintf \'{"step": "mi\'\n'
SAYS_TOO_MUCH = "#!/bin/sh\nhead -c 200000 /dev/zero | tr '\\0' x\n"
MADE = ["m4a", "mp3", "opus", "peaks.json", "turns.json"]
TAKES_LONG = """#!/bin/sh
printf '{"step": "encode", "done": 0.5, "voice": "VOICE"}\\n'
exec sleep 600
"""
DIES = "#!/bin/sh\nkill -9 $$\n"


def _instead_of_python(script: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let another program make episodes."""
    path.write_text(script)
    path.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(path))


async def _refuse(*_asked: object) -> int:
    raise Unavailable("The database is busy.")


async def _break(*_request: object) -> asyncio.subprocess.Process:
    raise RuntimeError("nobody thought of this")


def _files(kitchen: Kitchen) -> list[str]:
    """Return what is there of an episode by the ends of its files' names."""
    return sorted(path.name.partition(".")[2] for path in (kitchen.kept / "episodes").iterdir())


@pytest.mark.parametrize("script", [DIES, DIES_WITHIN_A_WORD, SAYS_TOO_MUCH, "no program"])
async def test_a_process_that_dies_is_told_and_the_episode_can_be_made_again(
    script: str,
    server: Server,
    kitchen: Kitchen,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take_id = await kitchen.have()
    python = sys.executable
    _instead_of_python(script, tmp_path / "program", monkeypatch)
    failed = await kitchen.make(take_id)
    assert failed["status"] == "failed"
    assert failed["failure"] == "early"
    monkeypatch.setattr(sys, "executable", python)
    await kitchen.order_again(failed)
    assert (await kitchen.made(failed["id"], revision=2))["status"] == "ready"
    await server.settled()
    assert _files(kitchen) == MADE
    assert not server.app.host.statuses()[0].faults


async def test_an_episode_whose_job_could_not_be_queued_is_made_at_the_next_look(
    server: Server, kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_id = await kitchen.have()
    jobs = server.app.services.jobs
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(jobs, "enqueue", _refuse)
        episode = await kitchen.order(take_id)
    await server.settled()
    assert episode["status"] == "making"
    await jobs.enqueue("recording", "look", {}, None)
    assert (await kitchen.made(episode["id"]))["status"] == "ready"


async def test_an_episode_that_waited_without_a_job_is_made_after_the_next_start(
    server: Server, kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_id = await kitchen.have()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(server.app.services.jobs, "enqueue", _refuse)
        episode = await kitchen.order(take_id)
    await server.restart()
    await kitchen.owner.open()
    (known,) = (await kitchen.owner.command("recording.episodes"))["episodes"]
    if known["status"] == "making":
        known = await kitchen.made(episode["id"])
    assert known["status"] == "ready"


async def test_an_episode_whose_job_failed_for_good_can_be_made_again(
    server: Server, kitchen: Kitchen, clock: PushedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_id = await kitchen.have()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(making, "started", _break)
        episode = await kitchen.order(take_id)
        for _ in range(3):
            await server.settled()
            clock.advance(minutes=3)
    jobs = server.app.services.jobs
    await jobs.enqueue("recording", "look", {}, None)
    failed = await kitchen.made(episode["id"])
    assert (failed["status"], failed["failure"]) == ("failed", "early")
    await kitchen.order_again(episode)
    assert (await kitchen.made(episode["id"], revision=2))["status"] == "ready"


async def test_an_episode_that_is_being_made_is_not_made_twice(
    server: Server, kitchen: Kitchen
) -> None:
    episode = await kitchen.order(await kitchen.have())
    again = {"episode": episode["id"], "revision": 1}
    await server.app.services.jobs.enqueue("recording", "produce", again, None)
    assert (await kitchen.made(episode["id"]))["status"] == "ready"
    await server.settled()
    assert _files(kitchen) == MADE
    assert not server.app.host.statuses()[0].faults


async def test_the_making_of_an_episode_is_stopped_and_taken_up_again(
    server: Server, kitchen: Kitchen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_id = await kitchen.have()
    with monkeypatch.context() as meanwhile:
        at_work = TAKES_LONG.replace("VOICE", kitchen.owner.id)
        _instead_of_python(at_work, tmp_path / "program", meanwhile)
        episode = await kitchen.order(take_id)
        while True:
            told = (await kitchen.owner.expect("recording.episode_changed"))["episode"]
            if told["making"] and told["making"]["step"] == "encode":
                break
        assert told["status"] == "making"
        assert told["making"] == {
            "step": "encode",
            "step_progress": 0.5,
            "progress": 0.75,
            "left_s": None,
            "voice": kitchen.owner.id,
            "voices": [{"account": kitchen.owner.id, "has_said_yes": True}],
        }
        name = {"episode": episode["id"]}
        await kitchen.owner.command("recording.stop_making", **name)
    await server.settled()
    (known,) = (await kitchen.owner.command("recording.episodes"))["episodes"]
    assert (known["status"], known["failure"]) == ("failed", "stopped")
    assert _files(kitchen) == []
    with pytest.raises(Refused, match="not being made"):
        await kitchen.owner.command("recording.stop_making", **name)
    await kitchen.owner.command("recording.make_again", **name)
    made = known
    while made["status"] != "ready":
        made = (await kitchen.owner.expect("recording.episode_changed"))["episode"]
    assert (made["revision"], made["formats"]) == (2, ["mp3", "opus", "m4a"])
    with pytest.raises(Refused, match="cannot be made again"):
        await kitchen.owner.command("recording.make_again", **name)


async def test_every_format_of_an_episode_can_be_downloaded_while_it_is_public(
    server: Server, kitchen: Kitchen
) -> None:
    episode = await kitchen.publish(await kitchen.have())
    page = kitchen.page_of(episode)
    async with server.visitor() as visitor:
        shown = await (await visitor.get(page)).text()
        feed = await (await visitor.get("/shows/episodes/feed.xml")).text()
        for suffix, kind in (("mp3", "mpeg"), ("opus", "ogg"), ("m4a", "mp4")):
            address = kitchen.sound_of(episode).replace(".mp3", f".{suffix}")
            answer = await visitor.get(address)
            assert (answer.status, answer.content_type) == (200, f"audio/{kind}")
            assert f'href="{address}"' in shown
            assert address in feed
            assert f'length="{len(await answer.read())}"' in feed
        await kitchen.owner.command("recording.withdraw", episode=episode["id"])
        assert (await visitor.get(kitchen.sound_of(episode)[:-3] + "opus")).status == 404


async def test_what_is_being_made_cannot_be_published_but_be_taken_back(
    server: Server, kitchen: Kitchen
) -> None:
    episode = await kitchen.order(await kitchen.have())
    with pytest.raises(Refused) as refused:
        await kitchen.owner.command("recording.publish", episode=episode["id"])
    assert refused.value.code == "conflict"
    await kitchen.owner.command("recording.withdraw", episode=episode["id"])
    made = await kitchen.made(episode["id"])
    assert (made["status"], made["is_public"]) == ("ready", False)
    assert made["withdrawn_at"] is not None


async def test_a_voice_taken_out_while_an_episode_is_made_is_not_in_it(
    server: Server, kitchen: Kitchen, alice: Person
) -> None:
    take_id = await kitchen.have(alice)
    episode = await kitchen.order(take_id)
    await alice.command("recording.take_out", take=take_id)
    made = await kitchen.made(episode["id"], revision=2)
    assert (made["status"], made["speakers"]) == ("ready", ["Owner"])
    await server.settled()
    assert _files(kitchen) == MADE


async def test_publishing_at_the_moment_a_voice_leaves_does_not_bring_it_back(
    server: Server, kitchen: Kitchen, alice: Person
) -> None:
    take_id = await kitchen.have(alice)
    episode = await kitchen.make(take_id)
    orders = [
        kitchen.owner.command("recording.publish", episode=episode["id"]),
        alice.command("recording.take_out", take=take_id),
        kitchen.owner.command("recording.withdraw", episode=episode["id"]),
        kitchen.owner.command("recording.publish", episode=episode["id"]),
    ]
    await asyncio.gather(*orders, return_exceptions=True)
    await server.settled()
    (known,) = (await kitchen.owner.command("recording.episodes"))["episodes"]
    assert (known["revision"], known["status"]) == (2, "ready")
    assert known["speakers"] == ["Owner"]
    assert _files(kitchen) == MADE


async def test_a_recording_has_a_limited_number_of_episodes(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "EPISODES_PER_TAKE_MAX", 2)
    take_id = await kitchen.have()
    for _ in range(2):
        await kitchen.order(take_id)
    with pytest.raises(Refused) as refused:
        await kitchen.order(take_id)
    assert refused.value.code == "conflict"


async def _statuses(server: Server, *paths: str) -> dict[str, tuple[int, int]]:
    """Return what a stranger gets by GET and by HEAD."""
    async with server.visitor() as visitor:
        return {
            path: ((await visitor.get(path)).status, (await visitor.head(path)).status)
            for path in paths
        }


async def test_nothing_of_an_episode_is_reached_before_and_after_it_is_public(
    server: Server, kitchen: Kitchen
) -> None:
    take_id = await kitchen.have()
    episode = await kitchen.make(take_id, title="Not yet", notes="A secret.")
    page, sound = kitchen.page_of(episode), kitchen.sound_of(episode)
    addresses = (
        page,
        sound,
        f"{page}/chapters.json",
        f"{page}/x.png",
        f"/e/episode-{episode['id']}",
    )
    drafts = (f"/p/recording/drafts/{episode['id']}.mp3",)
    assert set((await _statuses(server, *addresses)).values()) == {(404, 404)}
    assert set((await _statuses(server, *drafts)).values()) <= {(401, 401), (401, 303)}
    await kitchen.owner.command("recording.publish", episode=episode["id"])
    assert set((await _statuses(server, *addresses[:4])).values()) == {(200, 200)}
    await kitchen.owner.command("recording.withdraw", episode=episode["id"])
    await kitchen.order_again(episode)
    await kitchen.made(episode["id"], revision=2)
    assert await _statuses(server, *addresses) == {
        page: (410, 410),
        sound: (404, 404),
        addresses[2]: (404, 404),
        addresses[3]: (404, 404),
        addresses[4]: (404, 404),
    }
    async with server.visitor() as visitor:
        for path in ("/shows/episodes", "/shows/episodes/feed.xml", page, f"{page}/embed"):
            shown = await (await visitor.get(path)).text()
            assert "Not yet" not in shown
            assert "Again" not in shown
            assert "secret" not in shown


async def test_an_episode_that_is_made_anew_is_silent_until_it_is_made(
    server: Server, kitchen: Kitchen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode = await kitchen.publish(await kitchen.have())
    _instead_of_python(DIES, tmp_path / "program", monkeypatch)
    await kitchen.order_again(episode)
    page, sound = kitchen.page_of(episode), kitchen.sound_of(episode)
    assert await _statuses(server, page, sound) == {page: (503, 503), sound: (404, 404)}
    async with server.visitor() as visitor:
        feed = await (await visitor.get("/shows/episodes/feed.xml")).text()
    assert "<item>" not in feed


async def test_what_a_crash_left_beside_an_episode_is_removed_at_the_next_start(
    server: Server, kitchen: Kitchen
) -> None:
    episode = await kitchen.make(await kitchen.have())
    folder = kitchen.kept / "episodes"
    made = folder / f"{episode['id']}-1.mp3"
    for name in ("2.mp3", "2.opus", "2.work/mix-0.flac", "1.work/mix-0.flac"):
        left = folder / f"{episode['id']}-{name}"
        left.parent.mkdir(exist_ok=True)
        left.write_bytes(b"voices")
    (folder / "999-1.mp3").write_bytes(b"of an episode that this database does not know")
    await server.restart()
    kept = {path.name for path in folder.iterdir() if path.stem.partition(".")[0] == made.stem}
    assert made.name in kept
    assert {path.name for path in folder.iterdir()} == kept | {"999-1.mp3"}
    assert not any(path.is_dir() for path in folder.iterdir())


async def test_a_name_that_changes_is_new_to_who_fetches_the_feed(
    server: Server, kitchen: Kitchen
) -> None:
    await kitchen.publish(await kitchen.have())
    async with server.visitor() as visitor:
        first = await visitor.get("/shows/episodes/feed.xml")
        assert "Owner" in await first.text()
        known = {"If-Modified-Since": first.headers["Last-Modified"]}
        assert (await visitor.get("/shows/episodes/feed.xml", headers=known)).status == 304
        server.clock.advance(seconds=5)
        await kitchen.owner.command("account.edit", display_name="Someone & Else")
        again = await visitor.get("/shows/episodes/feed.xml", headers=known)
        assert again.status == 200
        assert "Someone &amp; Else" in await again.text()


async def test_an_erased_person_is_in_no_episode_and_on_no_page(
    server: Server, kitchen: Kitchen, alice: Person
) -> None:
    episode = await kitchen.publish(await kitchen.have(alice), alice)
    assert episode["speakers"] == ["Owner", "Alice"]
    await server.app.host.erase_account(int(alice.id))
    await server.settled()
    async with server.visitor() as visitor:
        for path in (kitchen.page_of(episode), "/shows/episodes/feed.xml"):
            shown = await (await visitor.get(path)).text()
            assert "Owner" in shown
            assert "Alice" not in shown
