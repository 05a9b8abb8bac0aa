"""One bad plugin takes nothing with it: every kind of fault against every hook.

A plugin that fails in all hooks of a family runs in a real server; then a member posts and is
heard. Where the failing hook denies by declaration, the member reads which plugin refused and the
heard; where the keeper set `on_failure: allow`, the member is heard too.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from salon.host import Host
from salon.host.specs import SPECS
from salon.plugin import Plugin, PluginConfig, hookimpl
from salon.testing import Person, Refused, Server
from salon.testing.server import discovered

TONE_HZ = 440.0
DENYING = ("may_sign_up", "may_change_name", "may_join_room", "may_speak")


def raises() -> Any:
    raise ValueError("a fault")


def exits() -> Any:
    raise SystemExit(3)


def gives_up() -> Any:
    raise asyncio.CancelledError


def recurses() -> Any:
    return recurses()


def answers_nonsense() -> Any:
    return {"what": "is this"}


def blocks() -> Any:
    time.sleep(0.7)  # longer than the watchdog's patience
    return "late and wrong"


FAULTS: dict[str, Callable[[], Any]] = {
    fault.__name__: fault for fault in (raises, exits, gives_up, recurses, answers_nonsense, blocks)
}
FOREVER_S = 3_600.0
KINDS = [*FAULTS, "hangs"]


def faulty(family: str, kind: str) -> type[Plugin[Any]]:
    """Return a plugin whose hooks of one family all fail in one way."""
    hooks = {name: _hook(name, kind) for name, spec in SPECS.items() if spec.kind.family == family}
    return type("Faulty", (Plugin,), {"name": "faulty", "Config": PluginConfig, **hooks})


def _hook(name: str, kind: str) -> Any:
    """Return an implementation with the signature of the hook."""
    spec = SPECS[name]
    arguments = ", ".join(("self", *spec.arguments))
    prefix = "async " if spec.is_async else ""
    work = "await hang()" if kind == "hangs" and spec.is_async else "return fault()"
    source = f"{prefix}def {name}({arguments}):\n    {work}\n"
    space: dict[str, Any] = {
        "fault": FAULTS.get(kind, raises),
        "hang": lambda: asyncio.sleep(FOREVER_S),
    }
    exec(source, space)  # noqa: S102 the same function twenty times, with other names
    return hookimpl(space[name])


@pytest.fixture
async def house(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    database: str | None,
) -> AsyncIterator[Server]:
    """A server with the faulty plugin of the test's parameters, hurried."""
    family, kind, settings = request.param
    monkeypatch.setattr(Host, "budget_factor", 0.2)
    plugin = discovered(faulty(family, kind))
    url = {"database": {"url": database}}
    server = Server(tmp_path, [plugin], {"faulty": settings}, url)
    await server.start()
    yield server
    await server.stop()


def cases(family: str, **settings: Any) -> pytest.MarkDecorator:
    given = [pytest.param((family, kind, settings), id=f"{family}-{kind}") for kind in KINDS]
    return pytest.mark.parametrize("house", given, indirect=True)


async def talks(person: Person, listener: Person) -> bool:
    """Whether the person's voice is heard by a listener who is in the room."""
    await person.join("Kitchen table")
    assert person.voice is not None
    assert listener.voice is not None
    await person.command("voice.set", room=person.voice.room_id, muted=False)
    person.voice.talk(TONE_HZ)
    return await listener.voice.hears(TONE_HZ)


async def posts_and_is_heard(person: Person, listener: Person) -> None:
    await person.post("#general", "still here")
    await listener.expect("message.posted", text="still here")
    assert await talks(person, listener)


@cases("contribution")
async def test_a_plugin_that_cannot_say_what_it_adds_is_refused(house: Server) -> None:
    owner = await house.claim()
    alice = await house.member("alice", owner)
    (status,) = (await owner.command("plugin.list"))["plugins"]
    assert status["state"] == "refused"
    assert status["reason"] == "unfit"
    assert "register_" in status["detail"] + status["where"]
    await owner.join("Kitchen table")
    await posts_and_is_heard(alice, owner)


@cases("life")
async def test_a_plugin_that_does_not_start_is_left_out(house: Server) -> None:
    owner = await house.claim()
    alice = await house.member("alice", owner)
    (status,) = (await owner.command("plugin.list"))["plugins"]
    assert status["state"] == "failed"
    await owner.join("Kitchen table")
    await posts_and_is_heard(alice, owner)


@cases("notice")
async def test_a_plugin_that_cannot_listen_disturbs_nobody(house: Server) -> None:
    owner = await house.claim()
    alice = await house.member("alice", owner)
    await owner.join("Kitchen table")
    await posts_and_is_heard(alice, owner)
    await house.app.host.settled()
    (status,) = (await owner.command("plugin.list"))["plugins"]
    assert status["faults"] > 0


@cases("decision", on_failure={"may_sign_up": "allow"})
async def test_a_plugin_that_fails_while_asked_denies_what_it_guards_and_is_named(
    house: Server,
) -> None:
    owner = await house.claim()
    alice = await house.member("alice", owner)
    await owner.join("Kitchen table")
    await alice.post("#general", "posting goes on")
    with pytest.raises(Refused) as refused:
        await alice.join("Kitchen table")
    assert refused.value.code == "denied"
    assert refused.value.error["plugin"] == "faulty"
    assert "faulty" in refused.value.error["message"]
    alice_listens = await alice.command("message.history", channel=alice.channel("general"))
    assert alice_listens["messages"]
    await owner.post("#general", "the owner too")
    assert owner.voice is not None
    await owner.command("voice.set", room=owner.voice.room_id, muted=False)


@cases("decision", on_failure=dict.fromkeys(DENYING, "allow"))
async def test_the_keeper_may_let_it_pass_when_the_plugin_fails(house: Server) -> None:
    owner = await house.claim()
    alice = await house.member("alice", owner)
    await owner.join("Kitchen table")
    await posts_and_is_heard(alice, owner)


@pytest.mark.parametrize(
    "house", [pytest.param(("decision", "raises", {}), id="sign-up")], indirect=True
)
async def test_whoever_signs_up_reads_which_plugin_refused(house: Server) -> None:
    owner = await house.claim()
    made = await owner.command("invitation.create")
    answer = await owner.fill(f"/i/{made['invitation']['code']}", handle="newcomer")
    assert answer.status == 403
    assert "faulty" in await answer.text()


@pytest.mark.parametrize(
    "house",
    [pytest.param(("decision", "raises", {"on_failure": {}}), id="twenty")],
    indirect=True,
)
async def test_after_twenty_faults_it_is_set_aside_and_everything_is_as_without_it(
    house: Server,
) -> None:
    owner = await house.claim()
    made = await owner.command("invitation.create", max_uses=100)
    for number in range(20):
        await owner.fill(f"/i/{made['invitation']['code']}", handle=f"guest{number}")
    (status,) = (await owner.command("plugin.list"))["plugins"]
    assert status["state"] == "suspended"
    assert await owner.expect("plugins.changed")
    alice = await house.member("alice", owner)
    await owner.join("Kitchen table")
    await posts_and_is_heard(alice, owner)
