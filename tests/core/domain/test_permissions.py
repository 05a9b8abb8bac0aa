"""Who may do what."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from salon.domain.accounts import Account, AccountKind, AccountState
from salon.domain.permissions import (
    ADMINISTRATOR,
    EVERYONE_DEFAULT,
    VIEW,
    Overwrite,
    Role,
    permissions_of,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
EVERYONE, HOST, GUEST = 1, 2, 3
ALICE = Account(
    10, AccountKind.PERSON, "alice", "Alice", 1, frozenset(), is_owner=False, created_at=NOW
)
ROLES = {
    EVERYONE: Role(EVERYONE, "everyone", 0, EVERYONE_DEFAULT),
    HOST: Role(HOST, "Host", 2, frozenset({"room.manage"})),
    GUEST: Role(GUEST, "Guest", 1, frozenset()),
}


def held(account: Account, *overwrites: Overwrite) -> frozenset[str] | None:
    return permissions_of(account, ROLES, EVERYONE, overwrites, NOW)


def overwrite(target: str, target_id: int, *, allow: str = "", deny: str = "") -> Overwrite:
    return Overwrite(target, target_id, frozenset(allow.split()), frozenset(deny.split()))


def test_a_suspended_account_may_nothing() -> None:
    assert held(replace(ALICE, state=AccountState.SUSPENDED, is_owner=True)) == frozenset()


def test_somebody_in_time_out_keeps_seeing_and_listening_only() -> None:
    paused = replace(ALICE, timed_out_until=NOW + timedelta(seconds=1))
    assert held(paused) == frozenset({VIEW, "room.join"})


def test_a_time_out_ends_by_itself() -> None:
    paused = replace(ALICE, timed_out_until=NOW)
    assert held(paused) == EVERYONE_DEFAULT


def test_the_owner_may_everything_whatever_the_overwrites_say() -> None:
    owner = replace(ALICE, is_owner=True)
    assert held(owner, overwrite("account", ALICE.id, deny=VIEW)) is None


def test_an_administrator_may_everything() -> None:
    roles = ROLES | {GUEST: Role(GUEST, "Admin", 1, frozenset({ADMINISTRATOR}))}
    admin = replace(ALICE, role_ids=frozenset({GUEST}))
    assert permissions_of(admin, roles, EVERYONE, [], NOW) is None


def test_who_may_not_view_a_place_may_do_nothing_there() -> None:
    assert held(ALICE, overwrite("role", EVERYONE, deny=VIEW)) == frozenset()


def test_a_role_opens_what_everyone_was_denied() -> None:
    guest = replace(ALICE, role_ids=frozenset({GUEST}))
    permissions = held(
        guest, overwrite("role", GUEST, allow=VIEW), overwrite("role", EVERYONE, deny=VIEW)
    )
    assert permissions is not None
    assert VIEW in permissions


def test_among_roles_an_allow_beats_a_deny() -> None:
    both = replace(ALICE, role_ids=frozenset({GUEST, HOST}))
    permissions = held(
        both,
        overwrite("role", GUEST, deny="message.post"),
        overwrite("role", HOST, allow="message.post"),
    )
    assert permissions is not None
    assert "message.post" in permissions


def test_the_accounts_own_overwrite_has_the_last_word() -> None:
    guest = replace(ALICE, role_ids=frozenset({GUEST}))
    permissions = held(
        guest,
        overwrite("role", GUEST, allow="message.post"),
        overwrite("account", ALICE.id, deny="message.post"),
    )
    assert permissions is not None
    assert "message.post" not in permissions


def test_a_role_that_was_deleted_gives_nothing() -> None:
    assert held(replace(ALICE, role_ids=frozenset({404}))) == EVERYONE_DEFAULT


@given(
    st.lists(
        st.builds(
            Overwrite,
            st.sampled_from(["role", "account"]),
            st.sampled_from([EVERYONE, HOST, GUEST, ALICE.id, 404]),
            st.frozensets(st.sampled_from([VIEW, "message.post", "room.speak"])),
            st.frozensets(st.sampled_from([VIEW, "message.post", "room.speak"])),
        ),
        max_size=6,
    ),
    st.frozensets(st.sampled_from([HOST, GUEST])),
)
def test_overwrites_of_other_people_and_roles_never_matter(
    overwrites: list[Overwrite], role_ids: frozenset[int]
) -> None:
    account = replace(ALICE, role_ids=role_ids)
    mine = [
        o
        for o in overwrites
        if (o.target, o.target_id) in {("account", ALICE.id), ("role", EVERYONE)}
        or (o.target == "role" and o.target_id in role_ids)
    ]
    assert held(account, *overwrites) == held(account, *mine)


def stepped(*role_ids: int, **fields: Any) -> frozenset[str] | None:
    """Return what somebody with these roles holds when the hosts' role needs a second step."""
    roles = ROLES | {HOST: replace(ROLES[HOST], needs_second_step=True)}
    account = replace(ALICE, role_ids=frozenset(role_ids), **fields)
    said = [overwrite("role", HOST, allow="message.pin", deny="message.post")]
    return permissions_of(account, roles, EVERYONE, said, NOW)


def test_what_a_role_and_places_give_rests_without_the_second_step_it_needs() -> None:
    assert stepped(HOST) == EVERYONE_DEFAULT - {"message.post"}  # what is denied holds
    given_now = stepped(HOST, has_second_step=True)
    assert given_now == EVERYONE_DEFAULT - {"message.post"} | {"room.manage", "message.pin"}
    assert stepped(GUEST) == EVERYONE_DEFAULT


def test_a_second_step_is_asked_of_nobody_who_cannot_have_one_and_not_of_the_owner() -> None:
    of_bot = stepped(HOST, kind=AccountKind.BOT)
    assert of_bot is not None
    assert "room.manage" in of_bot
    assert stepped(HOST, is_owner=True) is None


def test_when_everyones_role_needs_a_second_step_members_without_one_see_nothing() -> None:
    roles = ROLES | {EVERYONE: replace(ROLES[EVERYONE], needs_second_step=True)}
    assert permissions_of(ALICE, roles, EVERYONE, [], NOW) == frozenset()
    guest = replace(ALICE, guest_until=NOW + timedelta(days=1))
    assert VIEW in (permissions_of(guest, roles, EVERYONE, [], NOW) or ())
