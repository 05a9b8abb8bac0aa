"""Cards of links: only where they are wanted, each page once, gone with the message."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.core.services.test_fetch import LOCAL, Names, Site

from salon.services.fetch import Fetch, Rules
from salon.testing import Person, Refused, Server


@pytest.fixture
async def site(server: Server) -> AsyncIterator[Site]:
    """A site that the server under test may go to."""
    site = Site()
    await site.server.start_server()
    rules = Rules({site.server.port or 0}, lambda at: at == LOCAL)
    names = Names(site_example=["127.0.0.1"])
    cards: Any = server.app.services.link_cards
    cards._fetch = Fetch(server.clock, resolver=names, rules=rules)
    yield site
    site.endless.set()
    await site.server.close()


async def wanted(owner: Person) -> None:
    await owner.command("community.edit", link_cards=True)


async def shown(person: Person) -> dict[str, Any]:
    page = await person.command("message.history", channel=person.channel("general"))
    cards: dict[str, Any] = page["cards"]
    return cards


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
    card = {"url": f"{site.url}/page", "title": "Hi", "description": "", "site": ""}
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

    def left(connection: Any) -> int:
        count: int = connection.exec_driver_sql("SELECT count(*) FROM link_page").scalar_one()
        return count

    assert await server.app.store.read(left) == 0
