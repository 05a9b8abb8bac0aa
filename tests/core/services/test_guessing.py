"""Guessing: what a name, a password or an invitation is, costs the guesser and tells nothing."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from salon.errors import Denied, Unavailable
from salon.services.accounts import Visitor
from salon.services.limits import network_of
from salon.services.passwords import Passwords
from salon.store.store import Store
from salon.testing import Person, Server


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What is done that takes time: memory-hard hashes with their cost, and questions to disk."""
    done: Counter[str] = Counter()

    def counted(owner: type, name: str, what: Callable[..., str]) -> None:
        really = getattr(owner, name)

        def counting(*given: Any, **named: Any) -> Any:
            done[what(*given)] += 1
            return really(*given, **named)

        monkeypatch.setattr(owner, name, counting)

    counted(PasswordHasher, "verify", lambda _self, stored, _given: "$".join(stored.split("$")[:4]))
    counted(PasswordHasher, "hash", lambda *_: "hash")
    counted(Store, "read", lambda *_: "read")
    counted(Store, "write", lambda *_: "write")
    return done


async def test_a_wrong_password_costs_the_same_work_whether_the_name_exists_or_not(
    server: Server, owner: Person, alice: Person, bob: Person, work: Counter[str]
) -> None:
    accounts = server.app.services.accounts
    await accounts.create_bot("almanac", "Almanac")
    made = await owner.command("invitation.create", guest_days=2)
    guest = server._person("passing")
    code = made["invitation"]["code"]
    assert (await guest.fill(f"/i/{code}", display_name="Passing")).status == 303
    await guest.open()
    await owner.command("sanction.impose", account=bob.id, kind="ban", reason="Noise")
    names = ("owner", "alice", "bob", "nobody", "almanac", guest.welcome["account"]["handle"], "")
    costs, answers = [], []
    await accounts._passwords.verify("", None)  # the hash of nobody is made once
    for number, name in enumerate(names):
        work.clear()
        with pytest.raises(Denied) as refused:
            await accounts.sign_in(Visitor(f"192.0.2.{number}", ""), name, "wrong password")
        costs.append(dict(work))
        answers.append(refused.value.body())
    assert costs == [costs[0]] * len(names)
    assert [cost for what, cost in costs[0].items() if what.startswith("$argon2id")] == [1]
    assert answers == [answers[0]] * len(names)


@pytest.mark.settings(limits={"sign_ins_per_address_15_min": 5})
async def test_one_address_tries_so_many_names_and_no_more(server: Server, owner: Person) -> None:
    tried = [await owner.fill("/signin", handle=f"n{n}", password="x" * 12) for n in range(6)]
    assert [answer.status for answer in tried] == [403] * 5 + [429]
    assert int(tried[-1].headers["Retry-After"]) > 0


@pytest.mark.settings(limits={"invitation_tries_per_address_min": 4})
async def test_one_address_tries_so_many_invitations_and_no_more(server: Server) -> None:
    await server.claim()
    async with server.visitor() as visitor:
        tried = []
        for number in range(5):
            async with visitor.get(f"/i/guess{number}") as answer:
                tried.append(answer.status)
    assert tried == [404] * 4 + [429]


def test_an_address_of_ipv6_counts_with_its_neighbours_and_one_in_disguise_as_itself() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:192.0.2.7") == network_of("192.0.2.7")
    assert network_of("192.0.2.7") != network_of("192.0.2.8")


async def test_more_passwords_than_can_wait_are_refused_and_the_others_are_checked() -> None:
    with Passwords(memory_kib=8, passes=1, at_once=1, waiting_max=2) as passwords:
        tried = await asyncio.gather(
            *(passwords.verify("a guess", None) for _ in range(6)), return_exceptions=True
        )
        assert [isinstance(one, Unavailable) for one in tried] == [False] * 3 + [True] * 3
        assert (await passwords.verify("a guess", None)).matches is False
