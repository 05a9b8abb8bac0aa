"""Shows and what their episodes are gathered from: parts of several takes, and pieces."""

import io
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.recording.kitchen import Kitchen

from salon.testing import Person, Refused, Server
from salon_recording.cover import cover_png
from salon_recording.plugin import RecordingPlugin

FILE_SHOW = {
    "slug": "out-loud",
    "title": "Out loud",
    "template": [{"title": "Intro", "piece": "Mix B"}, {"title": "Talk", "minutes": 4}],
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.plugin.with_args(RecordingPlugin, shows=[FILE_SHOW]),
]
TYPE = "application/octet-stream"


def _sound(seconds: float = 0.5) -> bytes:
    """Return a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8_000)
        written.writeframes(b"\x00\x10\x00\xf0" * round(4_000 * seconds))
    return file.getvalue()


async def _bring(person: Person, content: bytes, title: str) -> dict[str, Any]:
    headers = {"Origin": person.url, "Content-Type": TYPE}
    where = "/p/recording/pieces"
    async with person.web.post(
        where, params={"title": title}, data=content, headers=headers
    ) as got:
        answer: dict[str, Any] = await got.json()
    if got.status != 200:
        raise Refused(answer["error"])
    return answer


async def _why(person: Person, command: str, **fields: Any) -> str:
    with pytest.raises(Refused) as refused:
        await person.command(f"recording.{command}", **fields)
    return str(refused.value.error["reason"])


async def _shows(person: Person) -> dict[str, dict[str, Any]]:
    return {one["slug"]: one for one in (await person.command("recording.shows"))["shows"]}


async def test_what_the_file_names_is_read_only_and_the_rest_belongs_to_who_made_it(
    server: Server, kitchen: Kitchen, owner: Person, host: Person
) -> None:
    (named,) = (await _shows(owner)).values()
    assert (named["title"], named["in_file"], named["may_edit"]) == ("Out loud", True, False)
    assert [slot["title"] for slot in named["slots"]] == ["Intro", "Talk"]
    edited = {"show": named["id"], "revision": named["revision"], "title": "Mine"}
    assert await _why(owner, "show_edit", **edited) == "recording.show_in_file"
    made = (await host.command("recording.show_make", slug="late", title="Late & early"))["show"]
    assert made["may_edit"]
    taken = {"slug": "late", "title": "Another"}
    assert await _why(owner, "show_make", **taken) == "recording.slug_taken"
    async with server.visitor() as visitor:
        assert "Late &amp; early" in await (await visitor.get("/shows/late")).text()
        assert (await visitor.get("/shows/nowhere")).status == 404
    fields = {"show": made["id"], "revision": made["revision"]}
    await owner.command("recording.show_edit", title="The owner's", **fields)
    assert await _why(host, "show_edit", title="x", **fields) == "recording.show_meanwhile"
    own = (await owner.command("recording.show_make", slug="own", title="Own"))["show"]
    others = {"show": own["id"], "revision": own["revision"], "title": "Not mine"}
    assert await _why(host, "show_edit", **others) == "recording.others_show"
    assert await _why(host, "show_remove", show=own["id"]) == "recording.others_show"
    await host.command("recording.show_remove", show=made["id"])
    assert set(await _shows(owner)) == {"out-loud", "own"}


async def test_a_piece_is_brought_once_and_what_is_no_sound_is_refused(
    kitchen: Kitchen, owner: Person, host: Person, alice: Person
) -> None:
    piece = (await _bring(host, _sound(), "../../Mix B"))["piece"]
    assert piece["duration_s"] == pytest.approx(0.5, abs=0.02)
    heard = await owner.web.get(f"/p/recording/pieces/{piece['id']}.opus")
    assert (heard.status, (await heard.read())[:4]) == (200, b"OggS")
    assert (await alice.web.get(f"/p/recording/pieces/{piece['id']}.opus")).status == 403
    with pytest.raises(Refused) as refused:
        await _bring(host, b"ffconcat version 1.0\nfile 1.opus\n", "No sound")
    assert refused.value.error["reason"] == "recording.no_sound"
    with pytest.raises(Refused) as denied:
        await _bring(alice, _sound(), "Not mine to bring")
    assert denied.value.code == "denied"
    assert await _why(owner, "piece_rename", piece="1", title="x") == "recording.no_piece"
    kept = {path.name for path in (kitchen.kept / "pieces").iterdir()}
    assert f"{piece['id']}.opus" in kept
    assert list((kitchen.kept / "brought").iterdir()) == []
    await host.command("recording.piece_remove", piece=piece["id"])
    assert not (kitchen.kept / "pieces" / f"{piece['id']}.opus").exists()


async def test_a_file_of_another_type_or_size_is_refused_before_it_is_kept(
    kitchen: Kitchen, owner: Person
) -> None:
    show = (await owner.command("recording.show_make", slug="own", title="Own"))["show"]
    headers = {"Origin": owner.url}
    pieces, cover = "/p/recording/pieces?title=x", f"/p/recording/shows/{show['id']}/cover"
    async with owner.web.post(pieces, json={}, headers=headers) as got:
        assert got.status == 415
    headers["Content-Type"] = TYPE
    large = io.BytesIO(bytes(32 * 1024 * 1024 + 1))
    async with owner.web.post(cover, data=large, headers=headers) as got:
        assert got.status == 413
    async with owner.web.post(cover, data=cover_png(20), headers=headers) as got:
        assert got.status == 200
    seen = (await _shows(owner))["own"]
    picture = await owner.web.get(seen["cover_url"])
    assert (seen["has_cover"], picture.status) == (True, 200)
    assert list((kitchen.kept / "brought").iterdir()) == []
    removed = await owner.command("recording.show_uncover", show=show["id"])
    assert not removed["show"]["has_cover"]
    assert list((kitchen.kept / "covers").iterdir()) == []


async def test_an_episode_gathers_parts_of_several_rooms_and_days_around_its_pieces(
    server: Server,
    kitchen: Kitchen,
    owner: Person,
    host: Person,
    alice: Person,
    tmp_path: Path,
    write_voice: Callable[..., Path],
) -> None:
    low, high = (write_voice(tmp_path / f"{tone}", (0.0, 3.0, tone)) for tone in (440, 900))
    first = await kitchen.keep((owner, low), (alice, high))
    second = await kitchen.keep((host, high))
    (show,) = (await _shows(owner)).values()
    piece = (await _bring(owner, _sound(), "Mix B"))["piece"]
    part = {"take": first, "start_s": 0, "end_s": 2, "title": "Second goal"}
    draft = (await owner.command("recording.place", show=show["id"], segment=part))["episode"]
    assert [(one["slot"], one["piece_id"] or one["take_id"]) for one in draft["segments"]] == [
        ("Intro", piece["id"]), ("Talk", first),
    ]  # fmt: skip
    own = {"take": second, "start_s": 1, "end_s": 2.5}
    both = (await host.command("recording.place", show=show["id"], segment=own))["episode"]
    assert [one["take_id"] for one in both["segments"]] == [None, first, second]
    assert await _why(owner, "piece_remove", piece=piece["id"]) == "recording.piece_used"

    intro, talk, late = (_asked(one) for one in both["segments"])
    order = {"episode": both["id"], "revision": both["revision"], "title": "Tonight"}
    wider = talk | {"end_s": 2.9}
    more = {**order, "segments": [late, intro, wider]}
    assert await _why(host, "arrange", **more) == "recording.no_recording"
    moved = await host.command("recording.arrange", **order, segments=[late, intro, talk])
    late_order = {**order, "segments": [talk]}
    assert await _why(owner, "arrange", **late_order) == "recording.edited_meanwhile"
    assert [one["take_id"] for one in moved["episode"]["segments"]] == [second, None, first]

    revision = moved["episode"]["revision"]
    segments = [late, intro, talk, {"slot": "Empty", "start_s": 0, "end_s": 60}]
    await owner.command("recording.produce", **order | {"revision": revision}, segments=segments)
    made = await kitchen.made(both["id"], revision=revision + 1)
    assert (made["status"], len(made["segments"])) == ("ready", 3)
    assert made["duration_s"] == pytest.approx(1.5 + 0.5 + 2.0, abs=0.1)
    assert set(made["speakers"]) == {"Hanna", "Owner", "Alice"}
    assert await _why(owner, "discard", episode=made["id"]) == "recording.made_already"

    await kitchen.release(made, alice, host)
    await owner.command("recording.publish", episode=made["id"])
    async with server.visitor() as visitor:
        assert (
            "<title>Tonight</title>" in await (await visitor.get("/shows/out-loud/feed.xml")).text()
        )
    await host.command("recording.take_out", take=second)
    again = await kitchen.made(both["id"], revision=revision + 2)
    assert [one["is_silent"] for one in again["segments"]] == [True, False, False]
    assert again["duration_s"] == pytest.approx(2.5, abs=0.1)
    assert again["is_public"]


async def test_a_part_of_a_recording_that_runs_goes_into_the_next_episode_when_it_has_ended(
    kitchen: Kitchen, owner: Person, host: Person
) -> None:
    show = (await _shows(owner))["out-loud"]
    await kitchen.enter(host)
    take_id = await kitchen.start()
    await kitchen.begun(owner)
    await owner.say(tone_hz=440, seconds=1.2)
    kept = {"room": kitchen.room_id, "title": "Second goal", "last_s": 1.0, "show": show["id"]}
    moment = {name: value for name, value in kept.items() if name != "last_s"}
    assert await _why(owner, "mark", **moment) == "recording.no_length"
    assert await _why(owner, "mark", **kept | {"show": "1"}) == "recording.no_show"
    assert await _why(host, "mark", **kept) == "recording.no_recording"  # the owner's take
    await owner.command("recording.mark", **kept, slot="Talk")
    assert (await owner.command("recording.episodes"))["episodes"] == []
    await kitchen.stop()
    told = (await owner.expect("recording.episode_changed"))["episode"]
    while not any(one["take_id"] for one in told["segments"]):
        told = (await owner.expect("recording.episode_changed"))["episode"]
    (part,) = (one for one in told["segments"] if one["take_id"])
    assert (part["take_id"], part["slot"], part["title"]) == (take_id, "Talk", "Second goal")
    assert part["end_s"] - part["start_s"] == pytest.approx(1.0)
    assert part["chapters"] == [{"at_s": part["start_s"], "title": "Second goal"}]
    await kitchen.record(seconds=0.3)  # the next one that ends brings nothing twice
    (draft,) = (await owner.command("recording.episodes"))["episodes"]
    assert [one["take_id"] for one in draft["segments"]] == [None, take_id]


def _asked(segment: dict[str, Any]) -> dict[str, Any]:
    """Return a segment of a frame as a command takes it."""
    kept = {name: segment[name] for name in ("slot", "title", "start_s", "end_s")}
    return kept | {"take": segment["take_id"], "piece": segment["piece_id"]}


async def test_an_approved_template_lets_an_episode_out_by_itself_and_else_it_says_why(
    server: Server,
    kitchen: Kitchen,
    owner: Person,
    tmp_path: Path,
    write_voice: Callable[..., Path],
) -> None:
    take = await kitchen.keep((owner, write_voice(tmp_path / "low", (0.0, 3.0, 440))))
    show = (await owner.command("recording.show_make", slug="weekly", title="Weekly"))["show"]
    soon = server.clock.now().astimezone()
    schedule = {"weekday": soon.weekday(), "hour": soon.hour, "minute": soon.minute, "zone": "UTC"}
    fields = {"show": show["id"], "slots": [{"title": "Talk"}], "schedule": schedule}
    show = (await owner.command("recording.template", revision=show["revision"], **fields))["show"]
    part = {"take": take, "start_s": 0, "end_s": 2}

    async def planned(*, approved: bool) -> dict[str, Any]:
        placed = await owner.command("recording.place", show=show["id"], segment=part)
        if approved:
            now = (await _shows(owner))["weekly"]
            yes = {"show": show["id"], "revision": now["revision"], "approved": True}
            assert (await owner.command("recording.approve", **yes))["show"]["approved"]
        jobs = server.app.services.jobs
        server.clock.advance(days=6, hours=12)
        await jobs.enqueue("recording", "programme", {}, None)
        made = await kitchen.made(
            placed["episode"]["id"], revision=placed["episode"]["revision"] + 1
        )
        await kitchen.release(made, owner)
        server.clock.advance(hours=13)
        await jobs.enqueue("recording", "programme", {}, None)
        await server.settled()
        known = (await owner.command("recording.episodes"))["episodes"]
        found: dict[str, Any] = next(one for one in known if one["id"] == made["id"])
        return found

    held = await planned(approved=False)
    assert (held["is_public"], held["held"]) == (False, "unapproved")
    assert (await owner.expect("recording.held"))["why"] == "unapproved"
    out = await planned(approved=True)
    assert (out["is_public"], out["held"]) == (True, None)
    now = (await _shows(owner))["weekly"]
    fields["slots"] = [{"title": "Talk"}, {"title": "More"}]
    after = await owner.command("recording.template", revision=now["revision"], **fields)
    assert not after["show"]["approved"]
