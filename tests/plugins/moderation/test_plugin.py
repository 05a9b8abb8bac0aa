"""What the plugin says to members: about their messages, their names, rooms, and on pages."""

import pytest

from salon.plugin import Denied
from salon.testing import Person, Refused, Server
from salon_moderation.plugin import ModerationPlugin

pytestmark = pytest.mark.plugin(
    ModerationPlugin,
    words=["zut", {"match": "fichtre", "action": "deny", "reason": "Say it in other words."}],
    patterns=[{"match": r"\d{16}", "action": "deny"}],
    notice="No adverts, no <b>insults</b>.",
)


async def test_a_word_is_masked_for_everyone(alice: Person, bob: Person) -> None:
    await alice.post("#general", "oh zut")
    assert (await bob.expect("message.posted"))["text"] == "oh •••"


async def test_a_word_that_comes_with_an_edit_is_masked_too(alice: Person, bob: Person) -> None:
    message = await alice.post("#general", "oh well")
    await alice.command("message.edit", message=message["id"], text="oh ZÛT")
    assert (await bob.expect("message.edited"))["text"] == "oh •••"


async def test_a_denied_message_is_not_posted_and_its_author_reads_why(alice: Person) -> None:
    with pytest.raises(Refused) as refused:
        await alice.post("#general", "fichtre!")
    assert refused.value.code == "denied"
    assert refused.value.error["message"] == "Say it in other words."
    assert refused.value.error["plugin"] == "moderation"
    with pytest.raises(Refused, match="not welcome here"):
        await alice.post("#general", "1234567812345678")
    history = await alice.command("message.history", channel=alice.channel("general"))
    assert history["messages"] == []


async def test_a_word_in_the_name_or_description_of_a_file_is_denied(alice: Person) -> None:
    for name, description in (("fichtre.txt", ""), ("fine.txt", "oh fichtre")):
        file = await alice.hand_in(b"x", name)
        chosen = {"file": file["id"], "description": description}
        with pytest.raises(Refused, match="not welcome here"):
            await alice.post("#general", "look", files=[chosen])


async def test_the_owner_may_say_anything(owner: Person) -> None:
    assert (await owner.post("#general", "zut, fichtre"))["text"] == "zut, fichtre"


@pytest.mark.parametrize(
    ("handle", "display_name"), [("zut", "Zoe"), ("zoe", "Zoe Z\u200bût"), ("mr-zut", "Mr")]
)
async def test_a_name_with_a_forbidden_word_is_denied(
    server: Server, owner: Person, handle: str, display_name: str
) -> None:
    made = await owner.command("invitation.create")
    path = f"/i/{made['invitation']['code']}"
    answer = await owner.fill(path, handle=handle, display_name=display_name)
    assert answer.status == 403
    assert "a word that is not welcome here" in await answer.text()


async def test_a_name_cannot_be_changed_into_a_forbidden_one(owner: Person, alice: Person) -> None:
    with pytest.raises(Refused, match="a word that is not welcome here") as refused:
        await alice.command("account.edit", display_name="Alice Zut")
    assert refused.value.error["reason"] == "moderation.name"
    edited = await alice.command("account.edit", display_name="Alice Z.")
    assert edited["account"]["display_name"] == "Alice Z."
    await owner.command("account.edit", display_name="Zut")


async def test_nothing_is_posted_under_a_forbidden_name(server: Server, alice: Person) -> None:
    messages, channel = server.app.services.messages, int(alice.channel("#general"))
    speaker = server.app.directory.account(int(alice.id))
    assert speaker is not None
    with pytest.raises(Denied, match="a word that is not welcome here"):
        await messages.post(speaker, channel, "hello", shown_as="Mr Zut")
    assert (await messages.post(speaker, channel, "hello", shown_as="Mr Z")).shown_as == "Mr Z"


async def test_a_longer_name_around_a_forbidden_word_is_let_in(
    server: Server, owner: Person
) -> None:
    assert (await server.member("zutiste", owner)).welcome["account"]["handle"] == "zutiste"


async def test_the_page_of_an_invitation_says_what_is_not_welcome(
    server: Server, owner: Person
) -> None:
    made = await owner.command("invitation.create")
    async with server.visitor() as visitor:
        page = await (await visitor.get(f"/i/{made['invitation']['code']}")).text()
    assert "What is not welcome here" in page
    assert "No adverts, no &lt;b&gt;insults&lt;/b&gt;." in page


async def test_the_community_is_spoken_to_in_its_language(owner: Person, alice: Person) -> None:
    await owner.command("community.edit", language="fr")
    with pytest.raises(Refused, match="ne sont pas bienvenus ici"):
        await alice.post("#general", "1234567812345678")


async def test_the_page_of_the_plugin_is_the_app_and_others_are_not_found(
    server: Server, alice: Person
) -> None:
    page = await alice.web.get("/p/moderation/queue")
    assert page.status == 200
    assert page.content_type == "text/html"
    assert (await alice.web.get("/p/unknown/queue")).status == 404
    async with server.visitor() as visitor:
        answer = await visitor.get("/p/moderation/queue", allow_redirects=False)
    assert answer.headers["Location"] == "/signin?next=%2Fp%2Fmoderation%2Fqueue"
