"""Files: who may hand them in, who gets them, when they go."""

import asyncio
import io
import itertools
import os
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from PIL import Image
from tests.core.files.recordings import recorded
from yarl import URL

from salon.services.erasing import JOB
from salon.services.jobs import CORE
from salon.store import files as stored
from salon.store import jobs
from salon.testing import Person, Refused, Server


def picture(size: tuple[int, int] = (64, 48), colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


async def post_file(
    person: Person, content: bytes, name: str = "file.bin", **query: str
) -> tuple[int, dict[str, Any]]:
    """Hand in a file as our page does; return the status and the answer."""
    if "for" not in query:
        query.setdefault("channel", person.channel("general"))
    async with person.web.post(
        "/api/files",
        params={"name": name, **query},
        data=io.BytesIO(content),
        headers={"Origin": person.url, "Content-Type": "application/octet-stream"},
    ) as response:
        return response.status, await response.json()


async def handed_in(person: Person, content: bytes, name: str = "file.bin") -> dict[str, Any]:
    return await person.hand_in(content, name)


async def get(
    person: Person, file: dict[str, Any], path: str = "x", **headers: str
) -> tuple[aiohttp.ClientResponse, bytes]:
    async with person.web.get(f"/f/{file['id']}/{path}", headers=headers) as response:
        return response, await response.read()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        for _look in itertools.count():
            if is_so():
                return
            await asyncio.sleep(0.01)


async def test_a_picture_is_made_anew_and_seen_by_who_sees_its_message(
    owner: Person, alice: Person
) -> None:
    file = await handed_in(alice, picture(size=(1000, 500)), "holiday.png")
    assert (file["name"], file["kind"], file["media_type"]) == (
        "holiday.webp",
        "picture",
        "image/webp",
    )
    assert (file["width"], file["height"]) == (1000, 500)
    assert (await get(owner, file))[0].status == 404
    chosen = {"file": file["id"], "description": "A beach"}
    said = await alice.post("#general", "", files=[chosen])
    assert said["files"] == [{**file, "description": "A beach"}]
    assert (await owner.expect("message.posted"))["files"] == said["files"]
    for size, width in (("", 1000), ("medium", 800), ("small", 320)):
        response, content = await get(owner, file, f"holiday.webp?size={size}")
        assert response.status == 200
        assert Image.open(io.BytesIO(content)).size == (width, width // 2)
    history = await owner.command("message.history", channel=owner.channel("general"))
    assert history["messages"][-1]["files"] == said["files"]


async def test_no_size_that_is_asked_for_makes_another_one(server: Server, owner: Person) -> None:
    file = await handed_in(owner, picture(size=(1000, 500)), "holiday.png")
    folder = server.directory / "data" / "files"
    kept = sorted(folder.glob("*/*"))
    for size in ("1", "319", "321", "large", "small.webp", "../small", "9" * 400, "%00", "small,1"):
        response, content = await get(owner, file, f"holiday.webp?size={size}")
        assert (response.status, Image.open(io.BytesIO(content)).width) == (200, 1000)
    assert sorted(folder.glob("*/*")) == kept
    assert len(kept) == 3


async def test_a_deleted_message_takes_its_files_along(
    server: Server, owner: Person, alice: Person
) -> None:
    file = await handed_in(alice, b"minutes of the meeting", "minutes.txt")
    said = await alice.post("#general", "here", files=[{"file": file["id"]}])
    folder = server.directory / "data" / "files"
    assert len(list(folder.glob("*/*"))) == 1
    await alice.command("message.delete", message=said["id"])
    assert (await get(alice, file))[0].status == 404
    assert await server.app.services.files.collect() == 1
    assert list(folder.glob("*/*")) == []


async def test_files_of_what_goes_with_many_others_are_looked_for_at_once(
    server: Server, owner: Person
) -> None:
    files: Any = server.app.services.files
    channel = owner.channel("general")
    said = await owner.post(channel, "here")
    thread = (await owner.command("thread.start", channel=channel, name="Lamps"))["thread"]["id"]
    for type_, fields in (
        ("message.delete_many", {"channel": channel, "messages": [said["id"]]}),
        ("thread.delete", {"thread": thread}),
    ):
        files._look.clear()
        await owner.command(type_, **fields)
        assert files._look.is_set()


async def test_whoever_loses_the_channel_loses_its_files(owner: Person, alice: Person) -> None:
    file = await handed_in(owner, b"secret", "plan.txt")
    await owner.post("#general", "here", files=[{"file": file["id"]}])
    assert (await get(alice, file))[1] == b"secret"
    everyone = owner.snapshot["community"]["everyone_role_id"]
    hidden = {"target": "role", "target_id": everyone, "allow": [], "deny": ["channel.view"]}
    await owner.command("overwrite.set", place=owner.channel("general"), **hidden)
    response, content = await get(alice, file)
    assert (response.status, b"secret" in content) == (404, False)
    assert (await get(owner, file))[0].status == 200


async def test_a_file_of_a_conversation_is_for_its_two_people(
    owner: Person, alice: Person, bob: Person
) -> None:
    begun = await alice.command("conversation.begin", accounts=[bob.id])
    channel = begun["conversation"]["id"]
    status, answer = await post_file(alice, b"between us", "note.txt", channel=channel)
    assert status == 200
    await alice.post(channel, "", files=[{"file": answer["file"]["id"]}])
    assert (await get(bob, answer["file"]))[1] == b"between us"
    assert (await get(owner, answer["file"]))[0].status == 404


async def test_a_file_is_used_once_and_by_its_owner(owner: Person, alice: Person) -> None:
    file = await handed_in(alice, b"mine", "mine.txt")
    with pytest.raises(Refused, match="no such file"):
        await owner.post("#general", "theirs", files=[{"file": file["id"]}])
    said = await alice.post("#general", "once", files=[{"file": file["id"]}], nonce="n-1")
    assert await alice.post("#general", "once", files=[{"file": file["id"]}], nonce="n-1") == said
    with pytest.raises(Refused, match="no such file"):
        await alice.post("#general", "twice", files=[{"file": file["id"]}])
    with pytest.raises(Refused, match="no such file"):
        await alice.command("account.set_avatar", file=file["id"])


async def test_a_message_sent_again_after_a_restart_is_the_first_one(
    server: Server, owner: Person
) -> None:
    file = await handed_in(owner, b"mine", "mine.txt")
    said = await owner.post("#general", "", files=[{"file": file["id"]}], nonce="n-1")
    await server.restart()
    await owner.open()
    again = await owner.post("#general", "", files=[{"file": file["id"]}], nonce="n-1")
    assert again == said
    assert (await get(owner, file))[1] == b"mine"


async def test_what_a_message_takes_is_limited(owner: Person) -> None:
    files = [{"file": (await handed_in(owner, b"x"))["id"]}]
    with pytest.raises(Refused) as refused:
        await owner.post("#general", "", files=files * 2)
    assert refused.value.code == "invalid"
    with pytest.raises(Refused):
        await owner.post("#general", "", files=[{"file": str(n)} for n in range(1, 12)])
    with pytest.raises(Refused) as refused:
        await owner.post("#general", "", files=[{**files[0], "description": "x" * 1_001}])
    assert (refused.value.error["reason"], refused.value.error["most"]) == ("long", 1_000)
    with pytest.raises(Refused, match="nothing in it"):
        await owner.post("#general", "")
    said = await owner.post("#general", "", files=files)
    with pytest.raises(Refused, match="nothing in it"):
        await owner.command(
            "message.edit", message=(await owner.post("#general", "x"))["id"], text=""
        )
    edited = await owner.command("message.edit", message=said["id"], text="now with words")
    assert edited["message"]["files"] == said["files"]


async def test_files_need_a_permission_and_no_time_out(owner: Person, alice: Person) -> None:
    file = await handed_in(alice, b"x")
    everyone = owner.snapshot["community"]["everyone_role_id"]
    denied = {"target": "role", "target_id": everyone, "allow": [], "deny": ["message.attach"]}
    await owner.command("overwrite.set", place=owner.channel("general"), **denied)
    status, answer = await post_file(alice, b"x")
    assert (status, answer["error"]["permission"]) == (403, "message.attach")
    with pytest.raises(Refused) as refused:
        await alice.post("#general", "", files=[{"file": file["id"]}])
    assert refused.value.error["permission"] == "message.attach"


NAMES = {
    "../../etc/passwd": "passwd",
    "C:\\boot\\con.txt": "con.txt",
    "a\0b\r\nSet-Cookie: x.txt": "abSet-Cookie: x.txt",
    "invoice\u202efdp.exe": "invoicefdp.exe",
    "\u2066x\u2069.txt": "x.txt",
    "": "file",
    "...": "file",
    "e\u0301te\u0301.txt": "\u00e9t\u00e9.txt",
    "x" * 500 + ".tar.gz": "x" * 117 + ".gz",
    '"; filename=evil.html': '"; filename=evil.html',
}


async def test_a_name_hides_nothing_and_leads_nowhere(owner: Person) -> None:
    for name, clean in NAMES.items():
        file = await handed_in(owner, b"<script>canary()</script>", name)
        assert file["name"] == clean
        response, _ = await get(owner, file)
        how, _, told = response.headers["Content-Disposition"].partition("; filename*=UTF-8''")
        assert (how, told.isascii()) == ("attachment", True)
        assert not set('"\r\n; ') & set(told)


PAGES = {
    "page.html": b"<!doctype html><script>canary()</script>",
    "picture.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='canary()'/>",
    "photo.png": b"<html><script>canary()</script>",
    "feed.xml": b"<?xml version='1.0'?><?xml-stylesheet href='x'?><x/>",
}


async def test_a_page_is_a_download_of_no_type_whatever_it_is_called(owner: Person) -> None:
    for name, page in PAGES.items():
        file = await handed_in(owner, page, name)
        assert file["kind"] == "other"
        response, content = await get(owner, file, name)
        assert content == page
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_a_film_says_nothing_of_where_it_was_taken_and_its_original_is_gone(
    server: Server, owner: Person
) -> None:
    before = await server.app.services.files._storage.keys()
    for name, form in (("holiday.mp4", "mp4"), ("IMG_0001.MOV", "mov")):
        told = {"movflags": "use_metadata_tags"}
        content = recorded(form, {"video": "libx264", "audio": "aac"}, **told)
        assert b"+48.8584" in content
        file = await handed_in(owner, content, name)
        assert (file["kind"], file["media_type"]) == ("film", "video/mp4")
        assert file["name"].endswith(".mp4")
        _, made = await get(owner, file)
        assert len(made) == file["size_bytes"]
        assert b"+48.8584" not in made
        assert b"Canary" not in made
    after = await server.app.services.files._storage.keys()
    assert len(after - before) == 2


async def test_a_film_that_cannot_be_written_anew_is_a_download_as_it_came(owner: Person) -> None:
    content = b"\0\0\0\x18ftypmp42" + b"<script>canary()</script>"
    file = await handed_in(owner, content, "film.mp4")
    assert (file["kind"], file["name"]) == ("other", "film.mp4")
    response, whole = await get(owner, file)
    assert whole == content
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")


async def test_a_sound_is_played_where_it_stands_in_the_parts_a_player_asks(owner: Person) -> None:
    file = await handed_in(owner, recorded("ogg", {"audio": "libopus"}), "song.ogg")
    response, content = await get(owner, file)
    assert (response.status, file["kind"]) == (200, "sound")
    assert response.headers["Content-Type"] == "audio/ogg"
    assert response.headers["Content-Disposition"].startswith("inline")
    assert response.headers["Accept-Ranges"] == "bytes"
    tag, size = response.headers["ETag"], len(content)
    for asked, status, part in (
        ("bytes=0-99", 206, content[:100]),
        (f"bytes={size - 5}-", 206, content[-5:]),
        ("bytes=-5", 206, content[-5:]),
        (f"bytes=5-{'9' * 17}", 206, content[5:]),
        (f"bytes={size}-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=9-5", 200, content),
        ("bytes=0-1,5-6", 200, content),
        ("bytes=" + "9" * 40 + "-", 200, content),
        ("lines=1-2", 200, content),
    ):
        response, got = await get(owner, file, Range=asked)
        assert (asked, response.status, got) == (asked, status, part)
        if status == 206:
            assert response.headers["Content-Range"].endswith(f"/{size}")
    assert (await get(owner, file, **{"If-None-Match": tag}))[0].status == 304
    other = {"Range": "bytes=0-1", "If-Range": '"another"'}
    assert (await get(owner, file, **other))[0].status == 200
    async with owner.web.head(f"/f/{file['id']}/x") as response:
        assert (response.status, response.content_length) == (200, size)


async def test_files_are_for_who_is_signed_in_and_from_our_own_pages(
    server: Server, owner: Person
) -> None:
    file = await handed_in(owner, b"x")
    async with server.visitor() as visitor:
        assert (await visitor.get(f"/f/{file['id']}/x")).status == 401
        own = {"Origin": owner.url, "Content-Type": "application/octet-stream"}
        assert (await visitor.post("/api/files", data=b"x", headers=own)).status == 401
    stream = {"Content-Type": "application/octet-stream"}
    query = {"channel": owner.channel("general"), "name": "x"}
    for headers, status in (
        ({**stream, "Origin": "http://evil.example"}, 403),
        ({"Origin": owner.url, "Content-Type": "text/plain"}, 415),
        ({"Origin": owner.url, "Content-Type": "multipart/form-data; boundary=x"}, 415),
    ):
        async with owner.web.post("/api/files", params=query, data=b"x", headers=headers) as answer:
            assert answer.status == status
    async with owner.web.post(
        "/api/ticket", data=b"x", headers={**stream, "Origin": owner.url}
    ) as answer:
        assert answer.status == 415


@pytest.mark.settings(files={"largest_mib": 1, "person_max_mib": 2, "server_max_mib": 3})
async def test_shares_are_kept_and_given_back(server: Server, owner: Person, alice: Person) -> None:
    almost = b"x" * (1024 * 1024 - 10)
    status, answer = await post_file(owner, almost + b"x" * 11)
    assert (status, answer["error"]["reason"], answer["error"]["most"]) == (413, "file_large", 1)
    first = await handed_in(owner, almost)
    said = await owner.post("#general", "", files=[{"file": first["id"]}])
    await handed_in(owner, almost)
    status, answer = await post_file(owner, almost)
    assert (status, answer["error"]["reason"]) == (409, "files_share")
    await handed_in(alice, almost)
    status, answer = await post_file(alice, almost)
    assert (status, answer["error"]["code"], answer["error"]["reason"]) == (
        507,
        "unavailable",
        "disk_full",
    )
    await owner.command("message.delete", message=said["id"])
    await server.app.services.files.collect()
    await handed_in(owner, almost)
    assert len(list((server.directory / "data" / "files").glob("??/*"))) == 3


@pytest.mark.settings(files={"largest_mib": 1, "person_max_mib": 2})
async def test_files_that_come_at_the_same_time_share_what_a_person_has(
    server: Server, owner: Person
) -> None:
    almost = b"x" * (1024 * 1024 - 10)
    answers = await asyncio.gather(*(post_file(owner, almost) for _ in range(4)))
    assert sorted(status for status, _ in answers) == [200, 200, 409, 409]
    assert len(list((server.directory / "data" / "files").glob("??/*"))) == 2


async def test_a_disk_without_room_is_a_clear_refusal_and_the_rest_goes_on(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.statvfs

    def full(path: str) -> os.statvfs_result:
        told = list(real(path))
        told[4] = 0  # blocks that are free for us
        return os.statvfs_result(told)

    monkeypatch.setattr(os, "statvfs", full)
    status, answer = await post_file(owner, b"x")
    assert (status, answer["error"]["reason"]) == (507, "disk_full")
    await owner.post("#general", "words still fit")
    monkeypatch.undo()
    await handed_in(owner, b"x")


async def test_an_empty_file_and_a_broken_picture_leave_nothing(
    server: Server, owner: Person
) -> None:
    for content, reason in ((b"", "file_empty"), (b"\x89PNG\r\n\x1a\nno", "picture_broken")):
        status, answer = await post_file(owner, content, "x.png")
        assert (status, answer["error"]["reason"]) == (400, reason)
    assert [p for p in (server.directory / "data" / "files").rglob("*") if p.is_file()] == []


async def test_an_upload_that_is_cut_leaves_nothing(server: Server, owner: Person) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    cookies = owner.web.cookie_jar.filter_cookies(URL(server.url)).values()
    lines = (
        f"POST /api/files?name=x&channel={owner.channel('general')} HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        f"Origin: {server.url}",
        "Cookie: " + "; ".join(f"{cookie.key}={cookie.value}" for cookie in cookies),
        "Content-Type: application/octet-stream",
        "Content-Length: 1000000",
    )
    writer.write("\r\n".join([*lines, "", ""]).encode() + b"x" * 400_000)
    incoming = server.directory / "data" / "files" / "incoming"
    await until(lambda: bool(list(incoming.iterdir())))
    writer.close()
    await until(lambda: not list(incoming.iterdir()))
    assert await reader.read() == b""
    assert list((server.directory / "data" / "files").glob("??/*")) == []


async def test_what_nobody_uses_within_a_day_is_thrown_away(server: Server, owner: Person) -> None:
    file = await handed_in(owner, b"x")
    assert await server.app.services.files.collect() == 0
    server.clock.advance(days=1, minutes=1)
    with pytest.raises(Refused, match="no such file"):
        await owner.post("#general", "late", files=[{"file": file["id"]}])
    server.clock.advance(hours=1)
    assert await server.app.services.files.collect() == 1
    assert server.app.services.files.kept_bytes == 0


async def test_contents_that_no_row_knows_are_thrown_away_at_the_start(
    server: Server, owner: Person
) -> None:
    file = await handed_in(owner, b"known")
    folder = server.directory / "data" / "files" / "ab"
    folder.mkdir(exist_ok=True)
    orphan = folder / ("ab" + "0" * 30)
    orphan.write_bytes(b"left by a crash")
    await server.restart()
    assert not orphan.exists()
    assert (await get(owner, file))[1] == b"known"
    assert server.app.services.files.kept_bytes == len(b"known")


async def test_a_face_is_seen_by_everybody_and_gives_way_to_the_next(
    server: Server, owner: Person, alice: Person
) -> None:
    faces = []
    for colour in ("teal", "red"):
        status, answer = await post_file(
            alice, picture(colour=colour), "me.png", **{"for": "avatar"}
        )
        assert status == 200
        faces.append(answer["file"])
        changed = await alice.command("account.set_avatar", file=faces[-1]["id"])
        assert changed["account"]["avatar_id"] == faces[-1]["id"]
        await owner.expect("account.changed", id=alice.id, avatar_id=faces[-1]["id"])
    assert (await get(owner, faces[0]))[0].status == 404
    response, _ = await get(owner, faces[1], "me.webp?size=small")
    assert response.headers["Cache-Control"] == "private, max-age=86400, immutable"
    await server.app.services.files.collect()  # or it has been collected by itself meanwhile
    stored = await server.stored()
    assert (faces[0]["id"] in stored["file"], faces[1]["id"] in stored["file"]) == (False, True)
    await alice.command("account.set_avatar")
    await owner.expect("account.changed", id=alice.id, avatar_id=None)
    assert (await get(owner, faces[1]))[0].status == 404
    assert (await post_file(alice, b"no picture", "x", **{"for": "avatar"}))[0] == 400


async def test_the_icon_is_the_communitys_and_stays_when_its_maker_goes(
    server: Server, owner: Person, alice: Person
) -> None:
    assert (await post_file(alice, picture(), "x.png", **{"for": "icon"}))[0] == 403
    status, answer = await post_file(owner, picture(), "icon.png", **{"for": "icon"})
    assert status == 200
    with pytest.raises(Refused):
        await alice.command("community.set_icon", file=answer["file"]["id"])
    changed = await owner.command("community.set_icon", file=answer["file"]["id"])
    assert changed["community"]["icon_id"] == answer["file"]["id"]
    await alice.expect("community.changed", icon_id=answer["file"]["id"])
    await server.app.services.files.erase(int(owner.id))
    assert (await get(alice, answer["file"]))[0].status == 200


async def test_nothing_is_left_of_an_erased_persons_files(
    server: Server, owner: Person, alice: Person
) -> None:
    sent = await handed_in(alice, b"the canary sings", "canary.txt")
    await alice.post("#general", "", files=[{"file": sent["id"], "description": "A canary"}])
    await handed_in(alice, b"never sent", "waiting.txt")
    _, answer = await post_file(alice, picture(), "me.png", **{"for": "avatar"})
    await alice.command("account.set_avatar", file=answer["file"]["id"])
    payload = {"account_id": alice.id}
    await server.app.store.write(lambda tx: jobs.add(tx, CORE, JOB, payload, tx.now))
    await server.settled()
    assert list((server.directory / "data" / "files").glob("??/*")) == []
    assert await server.app.store.read(stored.kept_bytes) == 0
    assert (await get(owner, answer["file"]))[0].status == 404
