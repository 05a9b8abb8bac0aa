"""Who may change who may what: by examples, and against an oracle that shares no line with it."""

import runpy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from salon.domain.accounts import Account, AccountKind
from salon.domain.hierarchy import OVERWRITES_MAX, ROLES_MAX, Hierarchy, rank_of
from salon.domain.permissions import ADMINISTRATOR, VIEW, Overwrite, Role, permissions_of
from salon.errors import Conflict, Denied, SalonError

ORACLE = runpy.run_path(str(Path(__file__).with_name("oracle.py")))
NAMES: tuple[str, ...] = ORACLE["NAMES"]
bits: Callable[[frozenset[str]], int] = ORACLE["bits"]

NOW = datetime(2026, 11, 29, tzinfo=UTC)
EVERYONE, LOW, ADMIN, HIGH = 1, 2, 3, 4
OWNER, PEOPLE = 10, (10, 11, 12, 13)
NOTHING = frozenset[str]()


def somebody(id_: int, *role_ids: int, is_owner: bool = False) -> Account:
    name = f"person-{id_}"
    return Account(
        id_, AccountKind.PERSON, name, name, 1, frozenset(role_ids), is_owner, created_at=NOW
    )


ROLES = {
    EVERYONE: Role(EVERYONE, "everyone", 0, frozenset({VIEW})),
    LOW: Role(LOW, "Low", 1, NOTHING),
    ADMIN: Role(ADMIN, "Admin", 2, frozenset({ADMINISTRATOR})),
    HIGH: Role(HIGH, "High", 3, frozenset({"role.manage"})),
}
HOUSE = Hierarchy(ROLES, EVERYONE, NOW)
THE_OWNER, AN_ADMIN, A_KEEPER = (
    somebody(10, is_owner=True),
    somebody(11, ADMIN),
    somebody(12, HIGH),
)


def test_an_administrator_cannot_raise_itself() -> None:
    attempts: list[Callable[[], Any]] = [
        lambda: HOUSE.edited(AN_ADMIN, ROLES[ADMIN], frozenset({ADMINISTRATOR, "role.manage"})),
        lambda: HOUSE.edited(AN_ADMIN, ROLES[HIGH], NOTHING),
        lambda: HOUSE.given(AN_ADMIN, AN_ADMIN, {ADMIN, HIGH}),
        lambda: HOUSE.given(AN_ADMIN, AN_ADMIN, ()),
        lambda: HOUSE.ordered(AN_ADMIN, [ADMIN, HIGH, LOW]),
        lambda: HOUSE.ordered(AN_ADMIN, [HIGH, LOW, ADMIN]),
        lambda: HOUSE.deleted(AN_ADMIN, ROLES[ADMIN]),
        lambda: HOUSE.given(AN_ADMIN, A_KEEPER, ()),
        lambda: HOUSE.given(AN_ADMIN, THE_OWNER, {LOW}),
    ]
    for attempt in attempts:
        with pytest.raises(Denied):
            attempt()


def test_the_owner_is_above_every_role() -> None:
    assert HOUSE.given(THE_OWNER, THE_OWNER, {HIGH}) == {HIGH}
    assert [role.id for role in HOUSE.ordered(THE_OWNER, [LOW, ADMIN, HIGH])] == [LOW, HIGH]
    assert HOUSE.edited(THE_OWNER, ROLES[HIGH], NOTHING).permissions == NOTHING


def test_nobody_hands_out_what_they_do_not_hold() -> None:
    for wish in (frozenset({"server.manage"}), frozenset({ADMINISTRATOR})):
        with pytest.raises(Denied) as denied:
            HOUSE.edited(A_KEEPER, ROLES[LOW], wish)
        assert denied.value.facts["permission"] in wish
    with pytest.raises(Denied):
        HOUSE.edited(A_KEEPER, ROLES[ADMIN], NOTHING)  # nor takes it away
    assert HOUSE.edited(A_KEEPER, ROLES[LOW], frozenset({VIEW})).permissions == {VIEW}


def test_nobody_locks_themselves_out_of_a_place() -> None:
    keeper = somebody(12, HIGH)
    shut = Overwrite("role", EVERYONE, NOTHING, frozenset({VIEW}))
    with pytest.raises(Conflict) as refused:
        HOUSE.overwritten(keeper, (), shut)
    assert refused.value.reason == "locks_out"
    assert HOUSE.overwritten(THE_OWNER, (), shut) == (shut,)


def test_an_overwrite_that_says_nothing_goes() -> None:
    shut = Overwrite("role", EVERYONE, NOTHING, frozenset({VIEW}))
    none = replace(shut, deny=NOTHING)
    assert HOUSE.overwritten(THE_OWNER, (shut,), none) == ()


def test_everyones_role_stays() -> None:
    with pytest.raises(Conflict) as refused:
        HOUSE.deleted(THE_OWNER, ROLES[EVERYONE])
    assert refused.value.reason == "everyone_stays"


def test_roles_and_overwrites_have_a_number_that_fits() -> None:
    many = {n: Role(n, str(n), n - 1, NOTHING) for n in range(1, ROLES_MAX + 1)}
    full = Hierarchy(many, EVERYONE, NOW)
    with pytest.raises(Conflict):
        full.created(THE_OWNER, Role(9_999, "One more", 1, NOTHING))
    said = [Overwrite("role", n, NOTHING, frozenset({VIEW})) for n in many]
    kept = tuple(said[:OVERWRITES_MAX])
    assert full.overwritten(THE_OWNER, kept, kept[0]) == kept
    with pytest.raises(Conflict):
        full.overwritten(THE_OWNER, kept, said[OVERWRITES_MAX])


permissions = st.frozensets(st.sampled_from(NAMES))
much = st.frozensets(st.sampled_from(NAMES[:-1]), min_size=3)
people = st.sampled_from(PEOPLE)


class Community(RuleBasedStateMachine):
    """The core and the oracle, side by side: whatever somebody wants, they say and do the same."""

    def __init__(self) -> None:
        super().__init__()
        self.roles = {EVERYONE: Role(EVERYONE, "everyone", 0, frozenset({VIEW}))}
        self.accounts = {id_: somebody(id_, is_owner=id_ == OWNER) for id_ in PEOPLE}
        self.overwrites: tuple[Overwrite, ...] = ()
        self.oracle = ORACLE["World"](EVERYONE, bits(frozenset({VIEW})), OWNER, list(PEOPLE))
        self.next_id = 100

    @initialize(rights=st.lists(much, min_size=3, max_size=3))
    def people_have_roles(self, rights: list[frozenset[str]]) -> None:
        """Without them only the owner could do anything, and luck would have to change that."""
        for id_, granted in zip(PEOPLE[1:], rights, strict=True):
            self.create(OWNER, granted)
            self.oracle.give(OWNER, id_, {self.next_id})
            self.accounts[id_] = somebody(id_, self.next_id)

    def judged(self, wish: Callable[[Hierarchy], Any], *, expected: bool) -> Any:
        house = Hierarchy(self.roles, EVERYONE, NOW)
        if expected:
            return wish(house)
        with pytest.raises(SalonError):
            wish(house)
        return None

    def some_role(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(sorted(self.roles)))

    @rule(who=people, granted=permissions)
    def create(self, who: int, granted: frozenset[str]) -> None:
        self.next_id += 1
        new = Role(self.next_id, "new", 1, granted)
        expected = self.oracle.create(who, new.id, bits(granted))
        made = self.judged(lambda house: house.created(self.accounts[who], new), expected=expected)
        self.roles |= {role.id: role for role in made or ()}

    @rule(who=people, granted=permissions, data=st.data())
    def edit(self, who: int, granted: frozenset[str], data: st.DataObject) -> None:
        role = self.roles[self.some_role(data)]
        expected = self.oracle.edit(who, role.id, bits(granted))
        made = self.judged(
            lambda house: house.edited(self.accounts[who], role, granted), expected=expected
        )
        if expected:
            self.roles[role.id] = made

    @rule(who=people, data=st.data())
    def delete(self, who: int, data: st.DataObject) -> None:
        role = self.roles[self.some_role(data)]
        expected = self.oracle.delete(who, role.id)
        self.judged(lambda house: house.deleted(self.accounts[who], role), expected=expected)
        if expected:
            del self.roles[role.id]
            self.overwrites = tuple(o for o in self.overwrites if o.target_id != role.id)
            for account in self.accounts.values():
                held = account.role_ids - {role.id}
                self.accounts[account.id] = replace(account, role_ids=held)

    @rule(who=people, data=st.data())
    def order(self, who: int, data: st.DataObject) -> None:
        wanted = data.draw(st.permutations(sorted(self.roles.keys() - {EVERYONE})))
        expected = self.oracle.order(who, wanted)
        moved = self.judged(
            lambda house: house.ordered(self.accounts[who], wanted), expected=expected
        )
        self.roles |= {role.id: role for role in moved or ()}

    @rule(who=people, to=people, data=st.data())
    def give(self, who: int, to: int, data: st.DataObject) -> None:
        wanted = data.draw(st.sets(st.sampled_from([*self.roles.keys() - {EVERYONE}, LOW])))
        wanted &= self.roles.keys()
        expected = self.oracle.give(who, to, set(wanted))
        actor, account = self.accounts[who], self.accounts[to]
        held = self.judged(lambda house: house.given(actor, account, wanted), expected=expected)
        if expected:
            self.accounts[to] = replace(account, role_ids=held)

    @rule(who=people, allow=permissions, deny=permissions, data=st.data())
    def overwrite(
        self, who: int, allow: frozenset[str], deny: frozenset[str], data: st.DataObject
    ) -> None:
        allow, deny = allow - {ADMINISTRATOR}, deny - {ADMINISTRATOR}
        kind = data.draw(st.sampled_from(["role", "account"]))
        whom = self.some_role(data) if kind == "role" else data.draw(people)
        expected = self.oracle.overwrite(who, kind, whom, bits(allow), bits(deny))
        wish = Overwrite(kind, whom, allow, deny)
        after = self.judged(
            lambda house: house.overwritten(
                self.accounts[who], self.overwrites, wish, self.accounts.get(whom)
            ),
            expected=expected,
        )
        if expected:
            self.overwrites = after

    @invariant()
    def everybody_has_what_the_oracle_says(self) -> None:
        for id_, account in self.accounts.items():
            for overwrites, held in (
                (None, self.oracle.everywhere(id_)),
                (self.overwrites, self.oracle.here(id_)),
            ):
                ours = permissions_of(account, self.roles, EVERYONE, overwrites, NOW)
                assert (bits(frozenset(NAMES)) if ours is None else bits(ours)) == held

    @invariant()
    def ranks_are_in_the_oracles_order(self) -> None:
        ours = sorted(PEOPLE, key=lambda id_: rank_of(self.accounts[id_], self.roles))
        theirs = [self.oracle.rank(id_) for id_ in ours]
        assert theirs == sorted(theirs)


TestCommunity = Community.TestCase
TestCommunity.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
