"""Emoji of the community's own: who may add them, what they are called, where they are used."""

import asyncio
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from salon.domain.emoji import EMOJI_MAX, Emoji
from salon.domain.events import EmojiChanged
from salon.services import markdown
from salon.store import emoji as stored
from salon.store.base import CoreTransaction
from salon.testing import Person, Refused, Server

pytestmark = pytest.mark.databases


def picture(colour: str = "teal", *, frames: int = 1) -> bytes:
    """Return a picture of 200 by 100 pixels; as a GIF that moves if it has several."""
    content = BytesIO()
    images = [Image.new("RGB", (200, 100), (n * 90, 20, 80)) for n in range(1, frames)]
    first = Image.new("RGB", (200, 100), colour)
    if images:
        first.save(content, "GIF", save_all=True, append_images=images, duration=100)
    else:
        first.save(content, "PNG")
    return content.getvalue()


async def handed_in(person: Person, content: bytes) -> tuple[int, dict[str, Any]]:
    query = {"for": "emoji", "name": "party.png"}
    headers = {"Origin": person.url, "Content-Type": "application/octet-stream"}
    async with person.web.post(
        "/api/files", params=query, data=BytesIO(content), headers=headers
    ) as response:
        return response.status, await response.json()


async def added(person: Person, name: str, content: bytes | None = None) -> dict[str, Any]:
    _, answer = await handed_in(person, picture() if content is None else content)
    made = await person.command("emoji.add", name=name, file=answer["file"]["id"])
    return dict(made["emoji"])


async def status_of(person: Person, emoji_id: str) -> int:
    async with person.web.get(f"/f/{emoji_id}/emoji.webp") as response:
        return response.status


async def test_what_may_not_be_an_emoji_is_refused_with_the_reason(
    owner: Person, alice: Person
) -> None:
    assert (await handed_in(alice, picture()))[0] == 403
    status, answer = await handed_in(owner, b"no picture")
    assert (status, answer["error"]["reason"]) == (400, "no_picture")
    _, answer = await handed_in(owner, picture())
    file = answer["file"]["id"]
    for name in ("a", "Ada", "a-b", "é" * 3, "a" * 33, "ab\n", "", "٣٣"):
        with pytest.raises(Refused) as refused:
            await owner.command("emoji.add", name=name, file=file)
        assert refused.value.error["reason"] == "emoji_name"
    for command, fields in (
        ("emoji.add", {"name": "party", "file": file}),
        ("emoji.rename", {"emoji": "7", "name": "party"}),
        ("emoji.remove", {"emoji": "7"}),
    ):
        with pytest.raises(Refused) as refused:
            await alice.command(command, **fields)
        assert refused.value.error["permission"] == "emoji.manage"
    with pytest.raises(Refused) as refused:
        await owner.command("emoji.add", name="party", file="7")
    assert refused.value.error["reason"] == "no_file"
    with pytest.raises(Refused) as refused:
        await owner.command("emoji.rename", emoji="7", name="party")
    assert refused.value.error["reason"] == "no_emoji"


async def test_an_emoji_is_everybodys_and_has_a_name_of_its_own(
    server: Server, owner: Person, alice: Person
) -> None:
    made = await added(owner, "party")
    assert made == {"id": made["id"], "name": "party", "moves": False}
    await alice.expect("emoji.changed", **made)
    assert await status_of(alice, made["id"]) == 200
    with pytest.raises(Refused) as refused:
        await added(owner, "party")
    assert refused.value.error["reason"] == "emoji_taken"
    await owner.command("emoji.rename", emoji=made["id"], name="ball")
    await alice.expect("emoji.changed", id=made["id"], name="ball")
    await server.app.services.files.erase(int(owner.id))
    assert await status_of(alice, made["id"]) == 200
    deeds = await owner.command("audit.list", limit=2)
    assert [each["action"] for each in deeds["entries"]] == ["emoji.renamed", "emoji.added"]


async def test_one_that_moves_says_so_and_is_small(server: Server, owner: Person) -> None:
    made = await added(owner, "spin", picture(frames=3))
    assert made["moves"]
    said = await owner.post("#general", "look :spin:")
    assert said["text"] == f"look <a:spin:{made['id']}>"
    found = await server.app.store.read(stored.load)
    assert found == [Emoji(int(made["id"]), "spin", moves=True)]
    async with owner.web.get(f"/f/{made['id']}/x") as response:
        assert Image.open(BytesIO(await response.read())).size == (128, 64)


async def test_a_hundred_are_all_that_fit_even_when_two_come_at_once(
    server: Server, owner: Person
) -> None:
    def fill(tx: CoreTransaction) -> None:
        for n in range(EMOJI_MAX - 1):
            one = Emoji(tx.new_id(), f"of_many_{n}")
            stored.save(tx, one)
            tx.announce(EmojiChanged(one))

    await server.app.store.write(fill)
    answers = await asyncio.gather(
        added(owner, "one"), added(owner, "other"), return_exceptions=True
    )
    refused = [each for each in answers if isinstance(each, Refused)]
    assert [each.error["reason"] for each in refused] == ["emoji_full"]
    again = await server.member("again", owner)
    assert len(again.snapshot["emoji"]) == EMOJI_MAX


async def test_a_typed_name_becomes_the_emoji_but_not_in_code_nor_inside_words(
    owner: Person, alice: Person
) -> None:
    made = await added(owner, "party")
    await alice.expect("emoji.changed")
    kept = f"<:party:{made['id']}>"
    said = await alice.post("#general", ":party::party: `:party:` 1:party:2 :nobody: (:party:)")
    assert said["text"] == f"{kept}{kept} `:party:` 1:party:2 :nobody: ({kept})"
    span = f'<span class="emoji" data-emoji="{made["id"]}">:party:</span>'
    assert said["html"] == (f"<p>{span}{span} <code>:party:</code> 1:party:2 :nobody: ({span})</p>")
    again = await alice.command("message.edit", message=said["id"], text=f"{kept} and :party:")
    assert again["message"]["text"] == f"{kept} and {kept}"


@pytest.mark.parametrize(
    "text",
    [
        "<:x:1>",
        "<:ab:0>",
        "<:ab:99999999999999999999>",
        '<:ab"onload=x:1>',
        "<b:ab:1>",
        "<:ab:1",
        "<:Ab:1>",
        "<:ab:1٣>",
    ],
)
def test_what_is_spelt_otherwise_is_text(text: str) -> None:
    assert "data-emoji" not in markdown.render_in_full(text)


async def test_an_emoji_is_left_as_a_reaction_and_taken_back_after_it_is_gone(
    owner: Person, alice: Person
) -> None:
    made = await added(owner, "party")
    said = await owner.post("#general", "hello")
    await alice.command("reaction.add", message=said["id"], emoji=made["id"])
    told = await owner.expect("reaction.changed", message_id=said["id"])
    assert told["counts"] == [{"emoji": made["id"], "count": 1}]
    await owner.command("emoji.remove", emoji=made["id"])
    await alice.expect("emoji.removed", id=made["id"])
    assert await status_of(alice, made["id"]) == 404
    with pytest.raises(Refused) as refused:
        await owner.command("reaction.add", message=said["id"], emoji=made["id"])
    assert refused.value.error["reason"] == "no_emoji"
    people = await owner.command("reaction.people", message=said["id"], emoji=made["id"])
    assert people["account_ids"] == [alice.id]
    await alice.command("reaction.remove", message=said["id"], emoji=made["id"])
    told = await owner.expect("reaction.changed", message_id=said["id"])
    assert told["counts"] == []
    later = await owner.post("#general", ":party:")
    assert later["text"] == ":party:"


async def test_emoji_are_known_after_a_restart(server: Server, owner: Person) -> None:
    made = await added(owner, "party")
    await server.restart()
    await owner.open()
    assert owner.snapshot["emoji"] == [made]
