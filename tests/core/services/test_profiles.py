"""What people say of themselves, the handle they are found by, and finding them among many."""

import pytest

from salon.testing import Person, PushedClock, Refused, Server


async def test_everybody_reads_what_somebody_says_of_themselves(
    owner: Person, alice: Person
) -> None:
    await alice.command("account.edit", pronouns="she/her", status=" Up the hill \n until Sunday ")
    told = await owner.expect("account.changed", id=alice.id, pronouns="she/her")
    assert told["status"] == "Up the hill until Sunday"
    assert told["created_at"].endswith("Z")


@pytest.mark.parametrize(("field", "most"), [("pronouns", 40), ("status", 100)])
async def test_a_line_about_oneself_has_an_end(alice: Person, field: str, most: int) -> None:
    with pytest.raises(Refused, match=f"At most {most}"):
        await alice.command("account.edit", **{field: "x" * (most + 1)})
    await alice.command("account.edit", **{field: "x" * most})
    assert (await alice.command("account.edit", **{field: ""}))["account"][field] == ""


async def test_a_new_handle_signs_in_and_mentions_of_the_old_one_stay(
    server: Server, owner: Person, alice: Person
) -> None:
    said = await owner.post("#general", "Good morning @alice")
    await alice.command("account.change_handle", handle="alix")
    told = await owner.expect("account.changed", id=alice.id, handle="alix")
    assert told["display_name"] == "Alice"
    assert said["mentions"]["account_ids"] == [alice.id]
    assert f'data-account="{alice.id}"' in said["html"]
    alice.handle = "alix"
    assert (await alice.sign_in()).status == 303
    alice.handle = "alice"
    assert (await alice.sign_in()).status == 403


async def test_a_handle_changes_twice_in_thirty_days(
    server: Server, owner: Person, alice: Person, clock: PushedClock
) -> None:
    await alice.command("account.change_handle", handle="alix")
    await alice.command("account.change_handle", handle="alice")  # one's own may be taken back
    with pytest.raises(Refused, match="twice in 30 days"):
        await alice.command("account.change_handle", handle="ally")
    await alice.command("account.change_handle", handle="alice")  # which changes nothing
    clock.advance(days=30, seconds=1)
    await alice.sign_in()
    await alice.open()
    await alice.command("account.change_handle", handle="ally")


async def test_nobody_gets_a_handle_that_somebody_left_not_long_ago(
    server: Server, owner: Person, alice: Person, clock: PushedClock
) -> None:
    bob = await server.member("bob", owner)
    await alice.command("account.change_handle", handle="zoe")
    for alike in ("alice", "a1ice"):
        with pytest.raises(Refused, match="called that already"):
            await bob.command("account.change_handle", handle=alike)
    made = await owner.command("invitation.create")
    async with server.visitor() as visitor:
        fields = {"handle": "alice", "display_name": "Alice", "password": bob.password}
        page = await visitor.post(
            f"/i/{made['invitation']['code']}", data=fields, headers={"Origin": server.url}
        )
        assert page.status == 409
    clock.advance(days=30, seconds=1)
    await bob.sign_in()
    await bob.open()
    await bob.command("account.change_handle", handle="alice")


@pytest.mark.parametrize(
    ("handle", "sentence"),
    [("x", "2 to 32"), ("owner", "called that already"), ("everyone", "kept free")],
)
async def test_a_handle_that_cannot_be_is_refused_in_words(
    alice: Person, handle: str, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        await alice.command("account.change_handle", handle=handle)


async def test_people_are_found_by_a_part_of_their_name_and_by_role_page_by_page(
    server: Server, owner: Person, alice: Person
) -> None:
    for name in ("bruno", "bruna", "carol"):
        await server.member(name, owner)
    host = next(r for r in owner.snapshot["roles"] if r["name"] == "Host")
    for wildcard in ("%", "_", "b%a", "*", "\\", "'"):
        assert (await alice.command("account.list", query=wildcard))["accounts"] == []
    first = (await alice.command("account.list", query="BRUN", limit=1))["accounts"]
    rest = (await alice.command("account.list", query="BRUN", after=first[0]["id"]))["accounts"]
    assert [a["handle"] for a in (*first, *rest)] == ["bruno", "bruna"]
    await owner.command("account.roles", account=rest[0]["id"], role_ids=[host["id"]])
    hosts = (await alice.command("account.list", role=host["id"]))["accounts"]
    assert [a["handle"] for a in hosts] == ["bruna"]
    everyone = owner.snapshot["community"]["everyone_role_id"]
    assert len((await alice.command("account.list", role=everyone))["accounts"]) == 5
    await alice.command("account.edit", display_name="Aël")
    named = [rest[0]["id"], alice.id, alice.id, "1"]
    found = (await owner.command("account.list", ids=named))["accounts"]
    assert [a["id"] for a in found] == [alice.id, rest[0]["id"]]
    for alike in ("ael", "AËL"):
        (one,) = (await owner.command("account.list", query=alike))["accounts"]
        assert one["id"] == alice.id
    with pytest.raises(Refused, match="100"):
        await alice.command("account.list", ids=["1"] * 101)
