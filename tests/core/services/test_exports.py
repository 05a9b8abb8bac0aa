"""Somebody fetches all that is kept of them: the whole of it, nobody else's, and they alone."""

import errno
import json
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from salon.files.storage import DiskFull, LocalDisk, Put
from salon.plugin import Plugin, PluginConfig, hookimpl
from salon.store.base import core_metadata
from salon.store.exports import LEFT_OUT, PARTS, ROWS_AT_ONCE
from salon.testing import Person, Server
from salon.testing.person import PASSWORD

pytestmark = pytest.mark.databases


class Keeping(Plugin[PluginConfig]):
    """Keeps a number of everybody."""

    name = "keeping"
    version = "1.0.0"
    title = "Keeping"

    @hookimpl
    async def export_account(self, account_id: int) -> Mapping[str, Any]:
        return {"number_of": str(account_id)}


class Broken(Plugin[PluginConfig]):
    """Cannot say what it keeps."""

    name = "broken"
    version = "1.0.0"
    title = "Broken"

    @hookimpl
    async def export_account(self) -> Mapping[str, Any]:
        return {"what": object()}


async def asked(person: Person, password: str = PASSWORD) -> int:
    async with person.web.post(
        "/api/export", json={"current": password}, headers={"Origin": person.url}
    ) as response:
        return response.status


async def posted_with_file(person: Person, content: bytes, name: str) -> dict[str, Any]:
    file = await person.hand_in(content, name)
    return await person.post("#general", "", files=[{"file": file["id"]}])


async def fetched(person: Person) -> ZipFile:
    async with person.web.get("/api/export") as response:
        assert response.status == HTTPStatus.OK
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Content-Disposition"].startswith("attachment")
        return ZipFile(BytesIO(await response.read()))


async def exported(server: Server, person: Person) -> ZipFile:
    assert await asked(person) == HTTPStatus.OK
    await server.settled()
    return await fetched(person)


def rows(archive: ZipFile, part: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(f"{part}.jsonl").splitlines()]


def test_every_table_is_in_an_export_or_is_left_out_for_a_reason() -> None:
    said = {part.table.name for part in PARTS}
    assert said | LEFT_OUT.keys() == set(core_metadata.tables)
    assert not said & LEFT_OUT.keys()
    assert all(LEFT_OUT.values())


async def test_somebody_gets_what_they_wrote_and_handed_in(
    server: Server, owner: Person, alice: Person
) -> None:
    sent = await posted_with_file(alice, b"The list of songs.", "notes.txt")
    await alice.command("message.edit", message=sent["id"], text="Our songs")
    theirs = await owner.post("#general", "Nobody else's.")
    await alice.command("reaction.add", message=theirs["id"], emoji="👏")
    between = await alice.command("conversation.begin", accounts=[owner.id])
    await alice.post(between["conversation"]["id"], "Between us")
    archive = await exported(server, alice)
    assert archive.testzip() is None
    assert [row["text"] for row in rows(archive, "messages")] == ["Our songs", "Between us"]
    assert rows(archive, "former_texts") != []
    assert [row["emoji"] for row in rows(archive, "reactions")] == ["👏"]
    assert rows(archive, "profile")[0]["handle"] == "alice"
    [file] = [name for name in archive.namelist() if name.startswith("files/")]
    assert archive.read(file) == b"The list of songs."
    assert {"README.txt", "LISEZMOI.txt", "names.json"} <= set(archive.namelist())


async def test_who_deleted_a_message_is_not_told_to_who_wrote_it(
    server: Server, owner: Person, alice: Person
) -> None:
    said = await alice.post("#general", "Too loud")
    await owner.command("message.delete", message=said["id"])
    archive = await exported(server, alice)
    assert [row["text"] for row in rows(archive, "former_texts")] == ["Too loud"]
    assert owner.id not in archive.read("messages.jsonl").decode()


async def test_nothing_of_others_and_no_secret_is_in_it(
    server: Server, owner: Person, alice: Person
) -> None:
    await owner.command("account.edit", display_name="A Canary")
    await owner.post("#general", "The canary sings.")
    await alice.post("#general", "I listen.")
    archive = await exported(server, alice)
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"anary" not in everything
    for secret in (b"password_hash", b"secret_hash", b"argon2", b"token"):
        assert secret not in everything


async def test_a_long_history_is_whole(server: Server, owner: Person, alice: Person) -> None:
    channel = alice.channel("#general")
    said = [f"Line {number}" for number in range(ROWS_AT_ONCE + 1)]
    account = server.app.directory.account(int(alice.id))
    assert account is not None
    for text in said:
        server.clock.advance(seconds=2)  # as fast as somebody may write
        await server.app.services.messages.post(account, int(channel), text)
    archive = await exported(server, alice)
    assert [row["text"] for row in rows(archive, "messages")] == said


async def test_only_who_asked_can_fetch_it_and_for_a_week(
    server: Server, owner: Person, alice: Person
) -> None:
    await exported(server, alice)
    async with owner.web.get("/api/export") as response:
        assert response.status == HTTPStatus.NOT_FOUND
    async with server.visitor() as visitor, visitor.get("/api/export") as response:
        assert response.status == HTTPStatus.UNAUTHORIZED
    server.clock.advance(days=8)
    await server.app.services.exports.prune()
    async with alice.web.get("/api/export") as response:
        assert response.status == HTTPStatus.NOT_FOUND
    files = server.directory / "data" / "files"
    assert [path for path in files.glob("??/*") if path.is_file()] == []


async def test_it_needs_the_password_and_is_made_once_a_day(server: Server, alice: Person) -> None:
    assert await asked(alice, "not the password") == HTTPStatus.FORBIDDEN
    assert await asked(alice) == HTTPStatus.OK
    assert await asked(alice) == HTTPStatus.CONFLICT
    server.clock.advance(days=1, seconds=1)
    assert await asked(alice) == HTTPStatus.OK


async def test_a_copy_outlives_a_restart(server: Server, alice: Person) -> None:
    await exported(server, alice)
    await server.restart()
    assert "profile.jsonl" in (await fetched(alice)).namelist()


async def test_a_full_disk_is_told_and_tried_again(
    server: Server, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_self: LocalDisk, parts: AsyncIterator[bytes], *, head_bytes: int = 0) -> Put:
        del parts, head_bytes
        raise DiskFull("full", reason="disk_full") from OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(LocalDisk, "put", full)
        assert await asked(alice) == HTTPStatus.OK
        await server.settled()
    told = (await alice.command("account.own_data"))["export"]
    assert (told["problem"], told["ready_at"]) == ("disk_full", None)
    server.clock.advance(seconds=11)
    await server.settled()
    told = (await alice.command("account.own_data"))["export"]
    assert told["problem"] is None
    assert told["size_bytes"] > 0


@pytest.mark.plugin.with_args(Keeping)
@pytest.mark.plugin.with_args(Broken)
async def test_plugins_say_what_they_keep_and_one_that_cannot_is_named(
    server: Server, alice: Person
) -> None:
    archive = await exported(server, alice)
    assert json.loads(archive.read("plugins/keeping.json")) == {"number_of": alice.id}
    assert "plugins/broken.json" not in archive.namelist()
    assert "broken" in archive.read("README.txt").decode()


async def test_the_owner_sees_in_the_record_that_it_was_asked_for_and_fetched(
    server: Server, owner: Person, alice: Person
) -> None:
    await exported(server, alice)
    entries = (await owner.command("audit.list", action="account.export"))["entries"]
    assert [entry["action"] for entry in entries] == [
        "account.export_fetched",
        "account.export_asked",
    ]
