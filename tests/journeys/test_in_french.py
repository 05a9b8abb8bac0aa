"""A French member in real Chromium: what the server refuses is said in French, each time."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from salon.domain.sanctions import SanctionKind
from salon.testing import Person, Server
from salon.testing.browser import Browsers, Visitor
from salon_moderation.plugin import ModerationPlugin

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.plugin.with_args(ModerationPlugin, words=["cheap watches"], action="deny"),
    pytest.mark.settings(
        limits={"message_max_characters": 100, "messages_burst": 3, "messages_per_s": 0.02}
    ),
]


async def write(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Écrire dans")
    await box.fill(text)
    await box.press("Enter")


async def test_a_message_is_refused_for_its_words_its_length_and_its_pace(
    browsers: Browsers, alice: Person
) -> None:
    page = (await browsers.visit(alice, "/c/general", locale="fr-FR")).page
    await page.locator("link[href*='/p/moderation/']").wait_for(state="attached")
    await write(page, "cheap watches")
    await expect(page.get_by_text("Certains mots ne sont pas bienvenus ici.")).to_be_visible()
    await write(page, "x" * 101)
    await expect(
        page.get_by_text("C\u2019est trop long\u00a0: 100 caractères au plus.")
    ).to_be_visible()
    await write(page, "un")
    await write(page, "deux")
    await write(page, "trois")
    await expect(
        page.get_by_text("C\u2019est beaucoup d\u2019un coup. Réessaie dans")
    ).to_be_visible()


async def test_a_full_room_says_so_at_its_door(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    full = await owner.command("room.open", name="Cuisine", kind="talk")
    await owner.command("room.edit", room=full["room"]["id"], seats=1)
    await owner.command("room.join", room=full["room"]["id"])
    page = (await browsers.visit(alice, f"/r/{full['room']['slug']}", locale="fr-FR")).page
    await expect(page.get_by_role("button", name="Complet")).to_be_visible()
    await expect(page.get_by_text("Ce salon n\u2019a que 1 place.")).to_be_visible()
    everyone = owner.snapshot["community"]["everyone_role_id"]
    shut = {"target": "role", "target_id": everyone, "allow": [], "deny": ["room.join"]}
    await owner.command("overwrite.set", place=full["room"]["id"], **shut)
    await expect(page.get_by_text("Cette porte t\u2019est fermée.")).to_be_visible()


async def test_a_host_has_shut_the_door_for_a_day(
    browsers: Browsers, owner: Person, alice: Person
) -> None:
    room = owner.snapshot["rooms"][0]
    message = await alice.post(room["id"], "louder")
    await owner.command("moderation.report", message=message["id"], reason="hurtful")
    (case,) = (await owner.command("moderation.cases"))["cases"]
    await owner.command(
        "moderation.resolve", case=case["id"], decision="keep_out", minutes=60, reason="Du calme."
    )
    page = (await browsers.visit(alice, f"/r/{room['slug']}", locale="fr-FR")).page
    await page.locator("link[href*='/p/moderation/']").wait_for(state="attached")
    await page.get_by_role("button", name="Ouvrir la porte").click()
    await expect(page.get_by_text("Ce salon t\u2019est fermé jusqu\u2019au")).to_be_visible()
    await expect(page.get_by_text("Du calme.")).to_be_visible()


async def test_what_one_may_not_do_any_more_is_said_where_one_tries(
    server: Server, browsers: Browsers, alice: Person
) -> None:
    page = (await browsers.visit(alice, "/settings/profile", locale="fr-FR")).page
    until = server.app.clock.now() + timedelta(hours=1)
    await server.app.services.sanctions.impose(
        None, int(alice.id), SanctionKind.TIME_OUT, until=until, reason=""
    )
    await page.get_by_label("Comment t\u2019appeler").fill("Alix")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_text("Tu es en pause\u00a0: tu peux lire")).to_be_visible()


async def test_a_taken_name_is_told_once_and_without_the_hint(
    browsers: Browsers, owner: Person
) -> None:
    made = await owner.command("invitation.create")
    browser = await browsers.browser()
    visitor = await Visitor.open(browser, owner.url, strict=True, locale="fr-FR")
    page = visitor.page
    await page.goto(f"{owner.url}/i/{made['invitation']['code']}")
    await page.get_by_label("Comment t\u2019appeler").fill("Une autre")
    await page.get_by_label("Identifiant").fill("OWNER")
    await page.get_by_label("Mot de passe").fill("trois mots sans lien")
    await page.get_by_role("button", name="Entrer").click()
    name = page.get_by_label("Identifiant")
    told = "Quelqu\u2019un s\u2019appelle déjà ainsi. Ajoute quelque chose"
    await expect(name).to_have_accessible_description(re.compile(told))
    await expect(page.get_by_text("qu\u2019on te trouve")).to_have_count(0)
