"""Files: who may hand them in, who gets them, when they go."""

import io
from typing import Any

import aiohttp
from PIL import Image

from salon.testing import Person, Server


def picture(form: str = "PNG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **options)
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
        data=content,
        headers={"Origin": person.url, "Content-Type": "application/octet-stream"},
    ) as response:
        return response.status, await response.json()


async def handed_in(person: Person, content: bytes, name: str = "file.bin") -> dict[str, Any]:
    status, answer = await post_file(person, content, name)
    assert status == 200, answer
    file: dict[str, Any] = answer["file"]
    return file


async def get(
    person: Person, file: dict[str, Any], path: str = "x", **headers: str
) -> tuple[aiohttp.ClientResponse, bytes]:
    async with person.web.get(f"/f/{file['id']}/{path}", headers=headers) as response:
        return response, await response.read()


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
