"""News of plugins at people's devices: what is told, when not, and what is tried again."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from tests.core.services.push_service import PushService

from salon.domain.events import Only
from salon.domain.push import News, QuietHours
from salon.errors import Invalid
from salon.services.facade import Facade
from salon.testing import Person, Server

NEWS = News(
    {"en": "Open stage", "fr": "Scène ouverte"},
    {"en": "Begins soon."},
    "/p/events/7",
    topic="7",
)


@pytest.fixture
async def push(server: Server) -> AsyncIterator[PushService]:
    async with PushService.reached_by(server) as service:
        yield service


@pytest.fixture
def facade(server: Server) -> Facade:
    return Facade("almanac", server.app.services)


async def told(server: Server, push: PushService) -> list[dict[str, Any]]:
    await server.app.services.plugin_pushes.settled()
    found = [content for _browser, content in push.told]
    push.told.clear()
    return found


async def test_news_reaches_the_devices_of_one_account_in_their_language(
    server: Server, owner: Person, alice: Person, push: PushService, facade: Facade
) -> None:
    for person in (owner, alice):
        await push.subscribe(person)
    await facade.accounts.push(int(alice.id), NEWS)
    assert await told(server, push) == [
        {
            "kind": "plugin",
            "plugin": "almanac",
            "language": "fr",
            "title": "Scène ouverte",
            "text": "Begins soon.",  # nothing is said in French
            "address": "/p/events/7",
            "topic": "almanac:7",
            "silent": False,
        }
    ]
    assert push.heads[-1]["Urgency"] == "high"


async def test_quiet_hours_and_a_device_that_is_busy_and_hidden_words_hold(
    server: Server, owner: Person, alice: Person, push: PushService, facade: Facade
) -> None:
    device = await push.subscribe(alice)
    devices = server.app.services.push_devices
    account = server.app.directory.account(int(alice.id))
    assert account is not None
    minute = server.clock.now().hour * 60 + server.clock.now().minute
    hours = QuietHours((minute - 60) % 1_440, (minute + 60) % 1_440, "UTC")
    await devices.set_quiet_hours(account, hours)
    await facade.accounts.push(account.id, NEWS)
    assert await told(server, push) == []
    await devices.set_quiet_hours(account, None)
    await alice.command("push.change", session=device["session_id"], hides_text=True)
    await facade.accounts.push(account.id, NEWS)
    (content,) = await told(server, push)
    assert (content["title"], content["text"]) == ("", "")


async def test_what_a_push_service_does_not_take_is_tried_again_while_it_is_news(
    server: Server, owner: Person, alice: Person, push: PushService, facade: Facade
) -> None:
    await push.subscribe(alice)
    push.status = 503
    await facade.accounts.push(int(alice.id), NEWS)
    assert await told(server, push) == []
    push.status = 201
    server.clock.advance(seconds=11)
    await server.settled()
    assert len(await told(server, push)) == 1
    push.status = 503
    await facade.accounts.push(int(alice.id), NEWS)
    await told(server, push)
    push.status = 201
    server.clock.advance(seconds=(NEWS.news_for + timedelta(minutes=1)).total_seconds())
    await server.settled()
    assert await told(server, push) == []


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/" + "x" * 300])
async def test_news_leads_to_an_address_here(facade: Facade, owner: Person, address: str) -> None:
    with pytest.raises(Invalid):
        await facade.accounts.push(int(owner.id), News({"en": "x"}, {"en": "x"}, address, "1"))


async def test_who_is_blocked_asks_for_nobodys_attention_through_a_plugin(
    server: Server, owner: Person, alice: Person, push: PushService, facade: Facade
) -> None:
    await push.subscribe(alice)
    await alice.command("privacy.block", account=owner.id)
    by, only = server.app.directory.account(int(owner.id)), Only(int(alice.id))
    await facade.accounts.push(int(alice.id), NEWS, by=by)
    await facade.announce("told", only, {"what": "kept away"}, by=by)
    assert await told(server, push) == []
    await facade.accounts.push(int(alice.id), NEWS)
    await facade.announce("told", only, {"what": "from the plugin"})
    assert len(await told(server, push)) == 1
    assert (await alice.expect("almanac.told"))["what"] == "from the plugin"
