"""A stage in real Chromium: opened, a hand raised, somebody brought up, led by the keyboard.

A long line of hands: `./salon test tests/journeys/test_stage.py --hands 50`.
"""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from salon.plugin import Caption, Plugin, Salon
from salon.services.facade import Facade
from salon.testing import Person, Server
from salon.testing.browser import Browsers, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PHONE = {"width": 360, "height": 740}


async def goes_on_from_a_stage_that_ended(page: Page) -> None:
    await page.get_by_role("heading", name="La scène est terminée").wait_for()
    await page.get_by_text("After the match, c\u2019est fini à").wait_for()
    assert await barriers(page) == []
    await page.get_by_role("link", name="Voir ce qui se passe").click()
    await page.wait_for_url("**/")


async def raises_a_hand(phone: Page) -> None:
    await phone.get_by_role("button", name="Lever la main").click()
    await phone.get_by_label("Que veux-tu demander").fill("Main ou pas main ?")
    await phone.get_by_role("dialog").get_by_role("button", name="Lever la main").click()
    await phone.get_by_text("numéro 1 dans la file").wait_for()
    assert await barriers(phone) == []
    width = await phone.evaluate("document.scrollingElement.scrollWidth")
    assert width <= PHONE["width"]


async def are_all_muted_by_mistake(page: Page, phone: Page) -> None:
    """Undone, it leaves Bob's microphone as open as it was."""
    await phone.get_by_role("button", name="Ouvrir le micro").click()
    await expect(phone.get_by_role("button", name="Couper le micro")).to_be_enabled()
    await page.get_by_role("button", name="Mute all").click()
    await phone.get_by_text("Alice a coupé ton micro. Lève la main").wait_for()
    await page.get_by_role("button", name="Undo").click()
    await expect(phone.get_by_role("button", name="Couper le micro")).to_be_enabled()


async def is_muted_and_asks(page: Page, phone: Page) -> None:
    """A host mutes Bob; his hand asks, and the host lets him speak from the line."""
    await page.get_by_role("button", name="More about Bob").click()
    await page.get_by_role("menuitem", name="Mute for everyone").click()
    await phone.get_by_text("Alice a coupé ton micro. Lève la main").wait_for()
    assert await barriers(phone) == []
    await raises_a_hand(phone)
    await page.get_by_role("button", name="Let Bob speak again").click()
    await phone.get_by_role("button", name="Lever la main").wait_for(state="detached")


async def almost_leaves(page: Page) -> None:
    """By a slip of the finger; asked, the host stays, and hears who is talking."""
    await page.get_by_text("Stage, hosted by Alice. 1 here").wait_for()
    await page.get_by_role("button", name="Lock the room").press("l")
    await page.get_by_role("dialog", name="You host After the match").wait_for()
    assert await barriers(page) == []
    await page.get_by_role("button", name="Stay").click()
    await page.keyboard.press("Alt+t")
    await page.get_by_text("Nobody is talking").wait_for()


async def has_all_of_the_bar_in_one_row(page: Page) -> None:
    """With hands up and a panel at the side, where words give way to their signs."""
    buttons = page.get_by_role("group", name="Host controls").get_by_role("button")
    await expect(buttons).to_have_count(5)
    tops = await buttons.evaluate_all("all => all.map((each) => each.offsetTop)")
    assert len(set(tops)) == 1


async def sees_everybody_in_their_part(page: Page) -> None:
    await page.get_by_role("tab", name="People").click()
    for part in ("On stage, 1", "Hands, in order, 1"):
        await page.get_by_role("heading", name=part).wait_for()


async def looks_at_all_of_the_bar(phone: Page) -> None:
    await phone.get_by_role("button", name="Son et plus").click()
    await phone.get_by_role("dialog").get_by_role("button", name="Inviter").wait_for()
    assert await barriers(phone) == []
    await phone.keyboard.press("Escape")


async def puts_a_link_on_top(page: Page) -> None:
    """By the keyboard: one that leads nowhere is refused at its field, another stands there."""
    await page.get_by_role("button", name="Put a link on top").press("Enter")
    dialog = page.get_by_role("dialog", name="Link on top")
    await dialog.get_by_label("Address of the page").fill("example.org")
    await page.keyboard.press("Enter")
    await dialog.get_by_text("Only the address of a page").wait_for()
    assert await barriers(page) == []
    await dialog.get_by_label("Address of the page").fill("https://www.example.org/tonight")
    await dialog.get_by_label("What it is called").fill("The programme")
    await page.keyboard.press("Enter")
    link = page.get_by_role(
        "link", name=re.compile("The programme.*opens example.org in a new tab")
    )
    await link.wait_for()
    assert await link.get_attribute("rel") == "noopener noreferrer nofollow"
    await expect(page.get_by_role("button", name="Change the link on top")).to_be_focused()
    assert await barriers(page) == []


class Stenographer(Plugin[Any]):
    """A plugin that writes along."""

    name = "stenographer"


async def captions_are_read(salon: Salon, phone: Page, speaker: Person, room: str) -> None:
    """Let a plugin write what somebody says; a phone shows it, hides it and is rid of it."""
    captions = await salon.rooms.caption(int(room))
    sign = phone.get_by_role("button", name="Sous-titres en direct")
    strip = phone.get_by_role("region", name="Sous-titres")
    await strip.get_by_text("Ce qui se dit").wait_for()
    captions.say(Caption(int(speaker.id), "So what", "en", is_final=False))
    captions.say(Caption(int(speaker.id), "So what I mean", "en", translated_from="es"))
    await strip.get_by_text("espagnol vers anglais").wait_for()
    await expect(strip.locator("p")).to_have_text("AliceSo what I mean")
    assert await barriers(phone) == []
    await sign.click()
    await phone.get_by_role("menuitem", name="Masquer").click()
    await strip.wait_for(state="detached")
    await captions.close()
    await sign.wait_for(state="detached")


async def test_a_stage_is_opened_and_knocked_at_a_hand_goes_up_and_its_owner_with_it(
    browsers: Browsers, alice: Person, bob: Person
) -> None:
    leading = await browsers.visit(alice, "/")
    page = leading.page
    await page.get_by_role("main").get_by_role("button", name="Open a room").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox").fill("After the match")
    await dialog.get_by_role("radio", name="Stage").check()
    await dialog.get_by_role("button", name="Open the door").click()
    await page.get_by_text("You, host").wait_for()

    await almost_leaves(page)
    await page.get_by_role("button", name="Lock the room").click()
    await page.get_by_text("Who is outside knocks.").wait_for()
    listening = await browsers.visit(bob, "/", viewport=PHONE, language="fr")
    phone = listening.page
    await phone.get_by_role("button", name="Frapper").click()
    await phone.get_by_role("button", name="Tu as frappé").wait_for()
    assert await barriers(phone) == []
    await page.get_by_role("button", name="Let in").click()
    await phone.get_by_role("link", name="After the match").first.click()

    await raises_a_hand(phone)
    hands = page.get_by_role("region", name="Raised hands")
    await hands.get_by_text("Main ou pas main").wait_for()
    await has_all_of_the_bar_in_one_row(page)
    await sees_everybody_in_their_part(page)
    assert await barriers(page) == []
    await hands.get_by_role("button", name="Invite Bob to speak").click()
    await phone.get_by_role("dialog").get_by_text("invite à parler").wait_for()
    assert await barriers(phone) == []
    await phone.get_by_role("button", name="Monter").click()
    await phone.get_by_text("Tu es sur scène.").wait_for()
    await looks_at_all_of_the_bar(phone)
    await are_all_muted_by_mistake(page, phone)
    await is_muted_and_asks(page, phone)
    await expect(page.get_by_role("region", name="Speakers, 2").get_by_text("Bob")).to_be_visible()
    await phone.get_by_role("button", name="Descendre de scène").click()
    await phone.get_by_role("button", name="Lever la main").wait_for()

    await page.get_by_role("button", name="End stage").click()
    await page.get_by_role("button", name="End for everyone").click()
    await page.wait_for_url("**/")
    await goes_on_from_a_stage_that_ended(phone)
    assert leading.complaints == listening.complaints == []


async def test_a_host_works_through_the_line_by_the_keyboard_and_nothing_moves_under_the_focus(
    server: Server, browsers: Browsers, owner: Person, alice: Person, request: pytest.FixtureRequest
) -> None:
    count, waiting = request.config.getoption("--hands"), []
    for number in range(count):
        waiting.append(await server.member(f"listener{number}", owner))
        server.clock.advance(minutes=3)  # of the pace of invitations
    opened = await alice.command("room.open", name="After the match", kind="stage")
    room = opened["room"]["id"]
    await alice.join(room)
    for person in waiting:
        await person.command("room.join", room=room)
        await person.command("hand.raise", room=room)
        server.clock.advance(seconds=1)
    page = (await browsers.visit(alice, f"/r/{opened['room']['slug']}")).page
    rows = page.get_by_role("region", name="Raised hands").get_by_role("listitem")
    await expect(rows).to_have_count(count)
    await rows.nth(1).get_by_role("button", name="Invite").focus()
    tops = set()
    for number, person in enumerate(waiting[1:], start=1):
        invite = rows.nth(1).get_by_role("button", name=f"Invite Listener{number} to speak")
        await expect(invite).to_be_focused()
        tops.add(await invite.evaluate("button => button.getBoundingClientRect().top"))
        await page.keyboard.press("Enter")
        await expect(invite).to_have_text("Asked")
        await person.command("stage.answer", room=room, accept=True)
        await expect(rows).to_have_count(count - number)
    await expect(rows.nth(0).get_by_role("button", name="Invite")).to_be_focused()
    assert len(tops) == 1
    await puts_a_link_on_top(page)


async def test_of_many_on_a_stage_each_has_a_whole_name_and_the_stage_its_own(
    server: Server, browsers: Browsers, owner: Person, alice: Person
) -> None:
    opened = await alice.command("room.open", name="After the match", kind="stage")
    room, address = opened["room"]["id"], f"/r/{opened['room']['slug']}"
    page = (await browsers.visit(alice, address, viewport={"width": 820, "height": 1000})).page
    await page.get_by_role("main").get_by_role("button", name="Join").click()
    await expect(page.get_by_role("button", name="Unmute")).to_be_enabled()
    for number in range(8):
        speaker = await server.member(f"margaux{number}", owner)
        await speaker.command("account.edit", display_name="Margaux Petit")
        await speaker.command("room.join", room=room)
        await alice.command("stage.invite", room=room, account=speaker.id)
        await speaker.command("stage.answer", room=room, accept=True)
    names = page.get_by_role("region", name="Speakers, 9").locator(".name bdi")
    await expect(names).to_have_count(9)
    cut = "all => all.filter((each) => each.scrollWidth > each.clientWidth).length"
    assert await page.get_by_role("heading", level=1).evaluate_all(cut) == 0
    await page.set_viewport_size({"width": 360, "height": 740})
    assert await names.evaluate_all(cut) == 0
    assert await barriers(page) == []


@pytest.mark.plugin.with_args(Stenographer)
async def test_who_has_a_key_to_a_locked_room_knocks_once_and_is_in_and_lets_others_in(
    browsers: Browsers, owner: Person, alice: Person, bob: Person, server: Server
) -> None:
    opened = await alice.command("room.open", name="Balcony")
    room, address = opened["room"]["id"], f"/r/{opened['room']['slug']}"
    for person in (alice, bob):
        await person.join(room)
    await alice.command("room.edit", room=room, is_locked=True)
    await bob.command("room.leave", room=room)
    phone = (await browsers.visit(bob, address, viewport=PHONE, language="fr")).page
    await phone.get_by_role("button", name="Frapper").click()
    await alice.expect("participant.joined", account_id=bob.id)
    await phone.get_by_role("button", name="Frapper").wait_for(state="detached")
    salon = Facade("stenographer", server.app.services)
    await captions_are_read(salon, phone, alice, room)

    carol = await server.member("carol", owner)
    await carol.command("room.knock", room=room)
    said = phone.get_by_role("status").filter(has_text="Carol frappe")
    await said.get_by_role("button", name="Faire entrer").focus()
    assert await barriers(phone) == []
    await phone.keyboard.press("Enter")
    await carol.expect("voice.called", room_id=room)
    await said.wait_for(state="detached")
    await expect(phone.get_by_role("main")).to_be_focused()
    assert await phone.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]

    await asks_for_access(phone, owner)


async def asks_for_access(phone: Page, owner: Person) -> None:
    """A room that is for others: a host is asked, in words that stand there to be sent."""
    kitchen = owner.room("Kitchen table")
    community = owner.snapshot["community"]
    await owner.command(
        "overwrite.set", place=kitchen, target="role", target_id=community["everyone_role_id"],
        allow=[], deny=["room.join"],
    )  # fmt: skip
    await phone.get_by_role("link", name="Retour aux salons", exact=True).first.click()
    await phone.get_by_role("link", name="Kitchen table").first.click()
    ask = phone.get_by_role("button", name="Demander l\u2019accès")
    await ask.focus()
    await expect(phone.get_by_role("button", name="Ouvrir la porte")).to_have_count(0)
    assert await barriers(phone) == []
    await phone.keyboard.press("Enter")
    await phone.wait_for_url("**/d/*")
    words = "Est-ce que je peux entrer dans «\u00a0Kitchen table\u00a0»\u202f?"
    await expect(phone.get_by_role("textbox").last).to_have_value(words)
