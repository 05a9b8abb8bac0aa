"""Pictures of links: one for what stands on it, for plugins that show pages to everybody."""

import asyncio
import struct
from dataclasses import replace

import pytest

from salon.errors import Invalid, Unavailable
from salon.plugin import LinkPicture
from salon.services import link_pictures
from salon.services.facade import Facade
from salon.testing import Person, Server

EPISODE = LinkPicture("Le Balcon, out loud", "The night the lift got stuck", "Six people, one cake")


async def test_a_picture_is_drawn_once_and_has_an_address_of_its_own(
    server: Server, owner: Person
) -> None:
    pictures = Facade("almanac", server.app.services).link_pictures
    of_owner = replace(EPISODE, people=(int(owner.id), 0))
    png = await pictures.png(of_owner)
    assert struct.unpack("!II", png[16:24]) == (1200, 630)
    assert await pictures.png(of_owner) is png
    before = pictures.address(of_owner)
    assert before != pictures.address(EPISODE)
    await owner.command("account.edit", display_name="Zoé")
    assert pictures.address(of_owner) != before


async def test_what_is_too_much_for_a_picture_is_refused(server: Server, owner: Person) -> None:
    pictures = Facade("almanac", server.app.services).link_pictures
    for much in (replace(EPISODE, title="x" * 401), replace(EPISODE, people=(1,) * 101)):
        with pytest.raises(Invalid):
            await pictures.png(much)


async def test_few_wait_for_a_picture(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_pictures, "WAITING_MAX", 1)
    pictures = Facade("almanac", server.app.services).link_pictures
    first = asyncio.create_task(pictures.png(EPISODE))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await pictures.png(replace(EPISODE, title="Bread"))
    assert await first
