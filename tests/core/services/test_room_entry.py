"""Who may enter a room that a member opens, who speaks there, and its link."""

from typing import Any

import pytest

from salon.domain.hierarchy import OVERWRITES_MAX
from salon.domain.permissions import VIEW
from salon.services import room_entry
from salon.testing import Person, Refused, Server

pytestmark = pytest.mark.databases


async def refused(person: Person, command: str, **fields: Any) -> str:
    with pytest.raises(Refused) as caught:
        await person.command(command, **fields)
    return str(caught.value.error["reason"])


async def opened(person: Person, **fields: Any) -> dict[str, Any]:
    return dict((await person.command("room.open", name="Balcony", **fields))["room"])


async def role_of(owner: Person, person: Person, *permissions: str) -> str:
    made = await owner.command("role.create", name="Regulars", permissions=list(permissions))
    role: str = made["role"]["id"]
    await owner.command("account.roles", account=person.id, role_ids=[role])
    return role


async def test_a_room_for_a_role_is_seen_by_who_has_it_and_by_who_opened_it(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    role = await role_of(owner, bob)
    room = await opened(alice, entry="roles", roles=[role])
    await bob.expect("room.opened", id=room["id"])
    await alice.join(room["id"])
    await bob.join(room["id"])
    assert await refused(carol, "room.join", room=room["id"]) == "no_room"
    assert carol.heard("room.opened") == []


async def test_a_room_for_roles_names_some_and_only_such_as_may_come_in_elsewhere(
    owner: Person, alice: Person, bob: Person
) -> None:
    role = await role_of(owner, bob)
    everyone = next(r["id"] for r in owner.snapshot["roles"] if not r["position"])
    assert await refused(alice, "room.open", name="x", entry="roles") == "no_roles"
    assert await refused(alice, "room.open", name="x", roles=[role]) == "no_roles"
    for unknown in ("1", everyone):
        fields = {"name": "x", "entry": "roles", "roles": [unknown]}
        assert await refused(alice, "room.open", **fields) == "no_role"
    usual = next(r["permissions"] for r in owner.snapshot["roles"] if r["id"] == everyone)
    quiet = [name for name in usual if name != "room.speak"]
    await owner.command("role.edit", role=everyone, permissions=quiet)
    fields = {"name": "x", "speakers": [role]}
    assert await refused(alice, "room.open", **fields) == "role_may_not"
    assert await refused(alice, "room.open", name="x", kind="stage", speakers=[]) == "malformed"


async def test_only_some_speak_in_a_room_that_says_so(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    role = await role_of(owner, bob)
    room = await opened(alice, speakers=[role])
    said = {}
    for person in (alice, bob, carol):
        joined = await person.join(room["id"])
        del joined
        told = await person.expect("participant.joined", account_id=person.id)
        said[person.handle] = told["may_speak"]
    assert said == {"alice": True, "bob": True, "carol": False}


async def test_a_link_lets_in_who_could_not_see_the_room(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    room = await opened(alice, entry="link")
    assert room["has_link"]
    assert await refused(bob, "room.join", room=room["id"]) == "no_room"
    assert await refused(bob, "room.link", room=room["id"]) == "no_room"
    key = (await alice.command("room.link", room=room["id"]))["key"]
    assert await refused(bob, "room.follow_link", key=key[:-1]) == "link_over"
    followed = await bob.command("room.follow_link", key=key)
    assert followed["room"]["slug"] == room["slug"]
    await bob.join(room["id"])
    assert await refused(bob, "room.link", room=room["id"]) == "no_permission"
    assert await refused(carol, "room.join", room=room["id"]) == "no_room"
    assert carol.heard("room.opened") == carol.heard("room.changed") == []


async def test_a_link_that_was_renewed_or_whose_room_is_gone_leads_nowhere(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    room = await opened(alice, entry="link")
    before = (await alice.command("room.link", room=room["id"]))["key"]
    await bob.command("room.follow_link", key=before)
    after = (await alice.command("room.link", room=room["id"], renew=True))["key"]
    assert after != before
    assert await refused(carol, "room.follow_link", key=before) == "link_over"
    await bob.join(room["id"])  # who came in by it stays
    await alice.command("room.close", room=room["id"])
    assert await refused(carol, "room.follow_link", key=after) == "link_over"
    assert await refused(alice, "room.link", room=(await opened(alice))["id"]) == "no_link"


async def test_who_was_kept_out_and_who_enters_no_rooms_get_in_by_no_link(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    room = await opened(owner, entry="link")
    key = (await owner.command("room.link", room=room["id"]))["key"]
    await bob.command("room.follow_link", key=key)
    await bob.join(room["id"])
    await owner.join(room["id"])
    await owner.command("participant.ban", room=room["id"], account=bob.id, banned=True)
    await bob.command("room.follow_link", key=key)  # it is seen still, and that is all
    assert await refused(bob, "room.join", room=room["id"]) in {"no_permission", "asked_to_leave"}
    everyone = next(r["id"] for r in owner.snapshot["roles"] if not r["position"])
    await owner.command("role.edit", role=everyone, permissions=[VIEW])
    assert await refused(alice, "room.follow_link", key=key) == "no_permission"


async def test_a_link_lets_in_so_many_and_is_followed_at_a_pace(
    server: Server, owner: Person, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await opened(alice, entry="link")
    key = (await alice.command("room.link", room=room["id"]))["key"]
    monkeypatch.setattr(room_entry, "OVERWRITES_MAX", len(room["overwrites"]))
    assert await refused(bob, "room.follow_link", key=key) == "link_full"
    monkeypatch.setattr(room_entry, "OVERWRITES_MAX", OVERWRITES_MAX)
    for _ in range(9):
        assert await refused(bob, "room.follow_link", key="x") == "link_over"
    with pytest.raises(Refused) as caught:
        await bob.command("room.follow_link", key=key)
    assert caught.value.code == "too_many"


async def test_a_closed_room_in_a_category_is_shown_to_nobody_for_its_category(
    owner: Person, bob: Person
) -> None:
    role = await role_of(owner, bob)
    category = (await owner.command("category.create", name="Back room"))["category"]["id"]
    await owner.command(
        "overwrite.set", place=category, target="role", target_id=role, allow=[VIEW], deny=[]
    )
    room = await opened(owner, entry="link", category=category)
    assert await refused(bob, "room.join", room=room["id"]) == "no_room"
    seen = await opened(owner, category=category)
    await bob.join(seen["id"])
