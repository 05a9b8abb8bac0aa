"""Search in real Chromium: found while one types, gone to and come back from, in both languages."""

import pytest
from playwright.async_api import Locator, Page, expect

from salon.testing import Person
from salon.testing.browser import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

# A letter more at the moment the page puts into its address what was typed before.
ANOTHER_LETTER = """() => {
  const replace = history.replaceState.bind(history);
  history.replaceState = (...given) => {
    replace(...given);
    history.replaceState = replace;
    const line = document.querySelector("input[type=search]");
    line.value += "s";
    line.dispatchEvent(new Event("input", {bubbles: true}));
  };
}"""


async def chips_are_written_into_the_line(page: Page, hit: Locator) -> None:
    line = page.get_by_role("searchbox")
    await page.get_by_label("Written by").select_option(label="Me")
    await page.get_by_text("number 4").wait_for(state="detached")
    assert await line.input_value() == "from:me orange"
    await hit.wait_for()
    await page.get_by_role("button", name="Mentions me").click()
    await page.get_by_text("Nothing with these words").wait_for()
    assert await line.input_value() == "mentions:me from:me orange"


async def test_a_message_is_found_gone_to_and_come_back_from(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    await owner.post("#general", "Who is bringing oranges at **half-time**?")
    for number in range(5):
        await alice.post("#introductions", f"Hello number {number}, not an orange")
    visitor = await browsers.visit(owner, "/c/introductions")
    page = visitor.page
    await page.locator("#main").focus()
    await page.keyboard.press("/")
    line = page.get_by_role("searchbox")
    await line.press_sequentially("half orang")
    hit = page.get_by_role("link", name="oranges")
    await hit.wait_for()
    assert await hit.locator("mark").all_inner_texts() == ["oranges", "half"]
    await line.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.locator("li.target", has_text="half-time").wait_for()
    await page.go_back()
    await hit.wait_for()
    assert await line.input_value() == "half orang"
    assert await hit.locator(".said").inner_text() == "Who is bringing oranges at half-time?"

    await line.fill("orange")
    await page.get_by_text("number 4").wait_for()
    await chips_are_written_into_the_line(page, hit)
    await line.fill("from:nobody")
    await page.get_by_text("is called “nobody”").wait_for()
    await line.press("Escape")
    assert await line.input_value() == ""
    assert visitor.complaints == []

    # the same in French, on a phone
    await owner.post("#general", "Le café de la mi-temps")
    phone = {"width": 360, "height": 740}
    visitor = await browsers.visit(owner, "/search?q=CAFE", viewport=phone, locale="fr-FR")
    page = visitor.page
    await page.get_by_role("heading", name="Messages").wait_for()
    assert await page.locator("mark").all_inner_texts() == ["café"]
    await page.get_by_role("button", name="Avec un lien").click()
    await page.get_by_text("Rien avec ces mots").wait_for()
    width = await page.evaluate("document.scrollingElement.scrollWidth")
    assert width <= phone["width"]
    assert visitor.complaints == []


async def test_a_letter_typed_while_the_address_follows_is_kept(
    browsers: Browsers, owner: Person
) -> None:
    page = (await browsers.visit(owner, "/search")).page
    await page.evaluate(ANOTHER_LETTER)
    line = page.get_by_role("searchbox")
    await line.fill("orange")
    await page.wait_for_url("**/search?q=oranges")
    assert await line.input_value() == "oranges"


async def test_hits_in_threads_and_between_two_are_gone_to_and_their_faces_tell_who_wrote_them(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    started = await alice.post("#general", "Fruit")
    where = {"channel": started["channel_id"], "message": started["id"], "name": "Fruit"}
    thread = (await alice.command("thread.start", **where))["thread"]
    await alice.post(thread["id"], "kumquats in a thread")
    between = await alice.command("conversation.begin", accounts=[owner.id])
    await alice.post(between["conversation"]["id"], f"kumquats for <@{owner.id}>")
    await alice.post(between["conversation"]["id"], "yes?")
    visitor = await browsers.visit(owner, "/search?q=kumquats")
    page = visitor.page
    await page.get_by_role("link", name="in Fruit").click()
    await page.locator("aside li.target", has_text="kumquats in a thread").wait_for()
    await page.go_back()
    await page.get_by_role("button", name="Who Alice is").first.press("Enter")
    await page.get_by_role("dialog", name="Alice").get_by_role("button", name="Close").click()
    await page.get_by_role("link", name="with Alice").click()
    row = page.locator(".talk li.target", has_text="kumquats for")
    await row.get_by_role("button", name="@Owner").press("Enter")
    await page.get_by_role("dialog", name="Owner").wait_for()
    assert visitor.complaints == []


async def test_people_are_found_where_they_are_only_by_who_may_see_the_room(
    browsers: Browsers, owner: Person, host: Person, alice: Person
) -> None:
    hosts = next(r["id"] for r in owner.snapshot["roles"] if r["name"] == "Host")
    attic = {"name": "Attic", "entry": "roles", "roles": [hosts], "topic": "Under the roof"}
    room = (await host.command("room.open", **attic))["room"]["id"]
    await host.command("room.join", room=room)
    visitor = await browsers.visit(alice, "/search?q=hanna")
    page = visitor.page
    row = page.get_by_role("main").get_by_role("link", name="Hanna")
    await expect(row).to_contain_text("@hanna")
    await page.keyboard.press("Control+k")
    jump = page.get_by_role("combobox", name="Search or jump to")
    hits = page.get_by_role("listbox", name="Search or jump to").get_by_role("option")
    for words in ("attic", "roof"):
        await jump.fill(words)
        await expect(hits).to_have_text([f"Search messages for “{words}”"])
    await jump.fill("hanna")
    person = hits.first
    await expect(person).to_contain_text("Hanna")

    kitchen = host.room("Kitchen table")
    await host.command("room.join", room=kitchen)
    await expect(row).to_contain_text("In Kitchen table")
    everyone = owner.snapshot["community"]["everyone_role_id"]
    unseen = {"target": "role", "target_id": everyone, "allow": [], "deny": ["channel.view"]}
    await owner.command("overwrite.set", place=kitchen, **unseen)
    await expect(row).to_contain_text("@hanna")
    await person.click()
    await page.get_by_role("dialog", name="Hanna").get_by_text("@hanna").wait_for()
    assert not await page.get_by_text("Attic").or_(page.get_by_text("Kitchen table")).count()
    assert visitor.complaints == []
