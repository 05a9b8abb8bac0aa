"""Cards of links: only where they are wanted, each page once, gone with the message."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select
from tests.core.services.test_fetch import LOCAL, Names, Site
from tests.core.services.test_files import picture, post_file

from salon.services.fetch import Fetch, Rules
from salon.store import files, link_cards
from salon.store.base import Connection
from salon.testing import Person, Refused, Server

PNG = {"Content-Type": "image/png"}


@asynccontextmanager
async def site_for(server: Server) -> AsyncIterator[Site]:
    """Open a site that the server under test may go to."""
    site = Site()
    head = b'<title>View</title><meta property="og:image" content="/view">'
    site.answers["pictured"] = (200, head, {})
    site.answers["view"] = (200, picture((640, 320)), PNG)
    await site.server.start_server()
    rules = Rules({site.server.port or 0}, lambda at: at == LOCAL)
    names = Names(site_example=["127.0.0.1"])
    cards: Any = server.app.services.link_cards
    cards._fetch = Fetch(server.clock, resolver=names, rules=rules)
    yield site
    site.endless.set()
    await site.server.close()


@pytest.fixture
async def site(server: Server) -> AsyncIterator[Site]:
    async with site_for(server) as site:
        yield site


async def wanted(owner: Person) -> None:
    await owner.command("community.edit", link_cards=True)


async def shown(person: Person) -> dict[str, Any]:
    page = await person.command("message.history", channel=person.channel("general"))
    cards: dict[str, Any] = page["cards"]
    return cards


async def kept(server: Server) -> tuple[int, int]:
    """Return how many pages are known, and how many pictures are kept."""

    def count(connection: Connection) -> tuple[int, int]:
        pages = connection.scalar(select(func.count()).select_from(link_cards.pages))
        pictures = connection.scalar(select(func.count()).select_from(files.files))
        return int(pages or 0), int(pictures or 0)

    await server.app.services.files.collect()
    return await server.app.store.read(count)


async def pictured(person: Person, link: str, channel: str = "#general") -> tuple[str, str]:
    """Post a link and return its message and the picture of its card."""
    posted = await person.post(channel, link)
    told = await person.expect("card.changed", message_id=posted["id"])
    return posted["id"], told["cards"][0]["picture_id"]


async def had(person: Person, picture_id: str) -> tuple[int, bytes]:
    async with person.web.get(f"/f/{picture_id}/card.webp") as response:
        return response.status, await response.read()


async def test_nobody_goes_anywhere_until_the_community_wants_it(
    server: Server, owner: Person, site: Site
) -> None:
    assert owner.snapshot["community"]["link_cards"] is False
    await owner.post("#general", f"see {site.url}/page")
    await server.app.services.link_cards.settled()
    assert site.requests == []


@pytest.mark.databases
async def test_a_card_comes_to_everybody_in_the_channel_and_the_page_is_fetched_once(
    server: Server, owner: Person, alice: Person, site: Site
) -> None:
    await wanted(owner)
    first = await owner.post("#general", f"see {site.url}/page")
    url = f"{site.url}/page"
    card = {"url": url, "title": "Hi", "description": "", "site": "", "picture_id": None}
    told = await alice.expect("card.changed")
    assert (told["message_id"], told["cards"]) == (first["id"], [card])
    second = await alice.post("#general", f"again {site.url}/page and {site.url}/nothing")
    await owner.expect("card.changed", message_id=second["id"])
    third = await alice.post("#general", f"and again {site.url}/nothing")
    await owner.expect("card.changed", message_id=third["id"])
    assert await shown(owner) == {first["id"]: [card], second["id"]: [card]}
    assert [request.path for request in site.requests] == ["/page", "/nothing"]
    server.clock.advance(days=1, seconds=1)
    fourth = await alice.post("#general", f"{site.url}/page")
    await owner.expect("card.changed", message_id=fourth["id"])
    assert len(site.requests) == 3


async def test_a_card_is_taken_away_by_the_author_or_a_host_and_by_nobody_else(
    owner: Person, alice: Person, bob: Person, site: Site
) -> None:
    await wanted(owner)
    url = f"{site.url}/page"
    posted = await alice.post("#general", url)
    await owner.expect("card.changed")
    with pytest.raises(Refused) as refused:
        await bob.command("card.remove", message=posted["id"], url=url)
    assert refused.value.code == "denied"
    await alice.command("card.remove", message=posted["id"], url=url)
    assert (await owner.expect("card.changed"))["cards"] == []
    assert await shown(owner) == {}
    with pytest.raises(Refused) as refused:
        await alice.command("card.remove", message=posted["id"], url=url)
    assert refused.value.error["reason"] == "no_card"


async def test_a_pin_does_not_bring_back_a_card_that_was_taken_away(
    server: Server, owner: Person, site: Site
) -> None:
    await wanted(owner)
    url = f"{site.url}/page"
    posted = await owner.post("#general", url)
    await owner.expect("card.changed")
    await owner.command("card.remove", message=posted["id"], url=url)
    await owner.command("message.pin", message=posted["id"])
    await server.app.services.link_cards.settled()
    assert await shown(owner) == {}


@pytest.mark.databases
async def test_a_card_that_was_taken_away_comes_back_with_the_link_and_not_with_an_edit(
    server: Server, owner: Person, alice: Person, site: Site
) -> None:
    await wanted(owner)
    url = f"{site.url}/page"
    posted = await alice.post("#general", url)
    await alice.expect("card.changed")
    await owner.command("card.remove", message=posted["id"], url=url)
    await alice.expect("card.changed", cards=[])
    await alice.command("message.edit", message=posted["id"], text=f"look: {url}")
    await alice.expect("card.changed", cards=[])
    assert await shown(owner) == {}
    assert len(site.requests) == 1
    await alice.command("message.edit", message=posted["id"], text="look")
    await alice.expect("card.changed", cards=[])
    await alice.command("message.edit", message=posted["id"], text=f"look: {url}")
    assert len((await alice.expect("card.changed"))["cards"]) == 1


async def test_an_edit_changes_the_cards_and_a_deletion_leaves_nothing(
    server: Server, owner: Person, site: Site
) -> None:
    await wanted(owner)
    posted = await owner.post("#general", f"{site.url}/page")
    await owner.expect("card.changed")
    await owner.command("message.edit", message=posted["id"], text=f"{site.url}/packed")
    told = await owner.expect("card.changed")
    assert [card["title"] for card in told["cards"]] == ["Packed"]
    await owner.command("message.delete", message=posted["id"])
    assert await shown(owner) == {}

    assert await kept(server) == (0, 0)


@pytest.mark.databases
async def test_the_picture_of_a_page_is_fetched_once_made_anew_and_had_from_here(
    server: Server, owner: Person, alice: Person, site: Site
) -> None:
    await wanted(owner)
    _, first = await pictured(owner, f"{site.url}/pictured")
    _, second = await pictured(alice, f"see {site.url}/pictured")
    assert first == second
    assert [request.path for request in site.requests] == ["/pictured", "/view"]
    status, content = await had(alice, first)
    assert (status, Image.open(io.BytesIO(content)).format) == (200, "WEBP")
    assert Image.open(io.BytesIO(content)).size == (320, 160)


async def test_the_picture_of_a_card_is_had_by_who_sees_a_message_with_it_and_while_cards_are_on(
    owner: Person, alice: Person, site: Site
) -> None:
    await wanted(owner)
    made = await owner.command("channel.create", name="attic")
    attic = made["channel"]["id"]
    await owner.command(
        "overwrite.set",
        place=attic,
        target="role",
        target_id=owner.snapshot["community"]["everyone_role_id"],
        allow=[],
        deny=["channel.view"],
    )
    _, secret = await pictured(owner, f"{site.url}/pictured", attic)
    assert (await had(owner, secret))[0] == 200
    assert (await had(alice, secret))[0] == 404
    message, same = await pictured(owner, f"{site.url}/pictured")
    assert same == secret
    assert (await had(alice, secret))[0] == 200
    await owner.command("card.remove", message=message, url=f"{site.url}/pictured")
    assert (await had(alice, secret))[0] == 404
    await owner.command("community.edit", link_cards=False)
    assert (await had(owner, secret))[0] == 404
    history = await owner.command("message.history", channel=attic)
    assert history["cards"] == {}


async def test_a_picture_goes_with_its_last_card_and_with_the_end_of_its_channel(
    server: Server, owner: Person, site: Site
) -> None:
    await wanted(owner)
    url = f"{site.url}/pictured"
    message, _ = await pictured(owner, url)
    assert await kept(server) == (1, 1)
    await owner.command("card.remove", message=message, url=url)
    assert await kept(server) == (0, 0)
    message, _ = await pictured(owner, url)
    await owner.command("message.delete", message=message)
    assert await kept(server) == (0, 0)
    made = await owner.command("channel.create", name="attic")
    await pictured(owner, url, made["channel"]["id"])
    await owner.command("channel.delete", channel=made["channel"]["id"])
    await server.app.services.link_cards.prune()
    assert await kept(server) == (0, 0)


async def test_a_page_that_is_looked_at_again_leaves_no_older_picture(
    server: Server, owner: Person, site: Site
) -> None:
    await wanted(owner)
    _, before = await pictured(owner, f"{site.url}/pictured")
    server.clock.advance(days=1, seconds=1)
    _, after = await pictured(owner, f"{site.url}/pictured")
    assert before != after
    assert await kept(server) == (1, 1)


async def test_of_too_many_pictures_the_oldest_give_way_and_their_cards_stay(
    server: Server, owner: Person, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_cards, "PICTURES_MAX", 2)
    await wanted(owner)
    for number in range(3):
        site.answers[f"pictured{number}"] = site.answers["pictured"]
        await pictured(owner, f"{site.url}/pictured{number}")
        server.clock.advance(seconds=1)
    assert await kept(server) == (3, 2)
    found = [
        card["picture_id"] is None for cards in (await shown(owner)).values() for card in cards
    ]
    assert found == [True, False, False]


@pytest.mark.parametrize(
    "answer",
    [
        (404, b"", {}),
        (200, picture(), {}),  # it says that it is a page
        (200, b"no picture at all", PNG),
        (200, b"<svg onload=alert(1)>", {"Content-Type": "image/svg+xml"}),
        (200, picture()[:60], PNG),
        (200, bytes(600_000), PNG),
    ],
    ids=["gone", "page", "words", "svg", "cut", "large"],
)
async def test_a_card_does_without_a_picture_that_cannot_be_had(
    server: Server, owner: Person, site: Site, answer: tuple[int, bytes, dict[str, str]]
) -> None:
    await wanted(owner)
    site.answers["view"] = answer
    _, none = await pictured(owner, f"{site.url}/pictured")
    assert none is None
    assert await kept(server) == (1, 0)


async def test_nobody_hands_in_a_picture_for_a_card(owner: Person) -> None:
    status, answer = await post_file(owner, picture(), **{"for": "card"})
    assert (status, answer["error"]["field"]) == (400, "for")


async def test_a_link_to_a_page_of_our_own_asks_nobody(
    server: Server, owner: Person, site: Site
) -> None:
    await wanted(owner)
    posted = await owner.post("#general", f"{server.url}/r/kitchen-table and {site.url}/page")
    told = await owner.expect("card.changed", message_id=posted["id"])
    assert [card["url"] for card in told["cards"]] == [f"{site.url}/page"]
