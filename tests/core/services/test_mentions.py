"""Who is named by a message, who of them is told, and what stays plain words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salon.services import markdown
from salon.testing import Person, Refused

pytestmark = pytest.mark.databases


async def test_a_typed_handle_is_kept_as_the_person_it_names(owner: Person, alice: Person) -> None:
    said = await owner.post("#general", "hello @alice. Not `@alice`, nor x@alice or @nobody")
    assert said["text"] == f"hello <@{alice.id}>. Not `@alice`, nor x@alice or @nobody"
    assert said["mentions"]["account_ids"] == [alice.id]
    assert f'<span class="mention" data-account="{alice.id}">@</span>.' in said["html"]
    assert "alice" not in said["html"].replace("<code>@alice</code>", "").replace("x@alice", "")


async def test_an_edit_names_others(owner: Person, alice: Person, bob: Person) -> None:
    said = await owner.post("#general", "@alice")
    edited = await owner.command("message.edit", message=said["id"], text="@bob")
    assert edited["message"]["mentions"]["account_ids"] == [bob.id]
    assert (await alice.expect("message.edited"))["mentions"]["account_ids"] == [bob.id]


async def test_who_may_not_see_the_channel_is_named_and_not_told(
    owner: Person, alice: Person
) -> None:
    channel = owner.channel("introductions")
    await owner.command(
        "overwrite.set",
        place=channel,
        target="account",
        target_id=alice.id,
        allow=[],
        deny=["channel.view"],
    )
    said = await owner.post("#introductions", "@alice")
    assert (said["text"], said["mentions"]) == (f"<@{alice.id}>", None)


async def test_everyone_is_told_only_by_those_who_may(owner: Person, alice: Person) -> None:
    said = await alice.post("#general", "@everyone @here")
    assert (said["mentions"], said["html"]) == (None, "<p>@everyone @here</p>")
    said = await owner.post("#general", "@everyone and a@here.example")
    assert (said["mentions"]["everyone"], said["mentions"]["here"]) == (True, False)
    assert '<span class="mention" data-all="everyone">@everyone</span>' in said["html"]


async def test_a_role_is_told_by_everybody_only_when_it_is_mentionable(
    owner: Person, alice: Person
) -> None:
    made = await owner.command("role.create", name="Night Owls")
    role = made["role"]["id"]
    said = await alice.post("#general", "@night-owls")
    assert (said["text"], said["mentions"]) == (f"<@&{role}>", None)
    assert (await owner.post("#general", "@night-owls"))["mentions"]["role_ids"] == [role]
    await owner.command("role.edit", role=role, mentionable=True)
    assert (await alice.post("#general", "@night-owls"))["mentions"]["role_ids"] == [role]


async def test_a_channel_that_the_author_may_not_see_is_plain_words(
    owner: Person, alice: Person
) -> None:
    channel = owner.channel("introductions")
    await owner.command(
        "overwrite.set",
        place=channel,
        target="account",
        target_id=alice.id,
        allow=[],
        deny=["channel.view"],
    )
    await alice.expect("access.changed")
    assert (await alice.post("#general", "#introductions"))["text"] == "#introductions"
    assert (await owner.post("#general", "#introductions"))["text"] == f"<#{channel}>"


async def test_a_reply_names_whom_it_answers(owner: Person, alice: Person) -> None:
    first = await alice.post("#general", "tea?")
    reply = await owner.post("#general", "yes", reply_to=first["id"])
    assert reply["mentions"]["answered_id"] == alice.id


@pytest.mark.parametrize("sign", ["@a ", "<@1> ", "<@&1> "])
async def test_too_many_names_are_refused(owner: Person, sign: str) -> None:
    with pytest.raises(Refused) as refused:
        await owner.post("#general", sign * 21)
    assert refused.value.error["reason"] == "mentions"


@given(st.text(alphabet='<@&!#1290everyonehere"`\\ >=a-class\n', max_size=200))
def test_no_text_makes_a_span_of_its_own(text: str) -> None:
    html = markdown.render(text)
    spans = html.count("<span")
    assert spans == html.count('<span class="mention" data-')
    named = markdown.named(html)
    assert len(named.account_ids) + len(named.role_ids) + len(named.all) <= spans


@pytest.mark.parametrize(
    "text", ["<@0>", "<@99999999999999999999>", r"\<@1>", "`<@1>`", "<@ 1>", "<@1", "a@everyone"]
)
def test_what_is_no_name_names_nobody(text: str) -> None:
    named = markdown.named(markdown.render(text))
    assert (named.account_ids, named.role_ids, named.all) == ((), (), frozenset())
