"""Commands behind a `/`: who is offered them, what is refused before a plugin is asked."""

from collections.abc import Mapping
from typing import Any

import pytest

from salon.plugin import (
    Account,
    Channel,
    Conflict,
    Permission,
    Plugin,
    PluginConfig,
    SlashArgument,
    SlashCommand,
    hookimpl,
)
from salon.testing import Person, Refused, Server

WORDS = {"en": "Words", "fr": "Mots"}
FIELDS = (
    SlashArgument("what", WORDS, most=10),
    SlashArgument("sides", WORDS, kind="number", is_required=False, least=2, most=20),
    SlashArgument("colour", WORDS, kind="choice", is_required=False, choices={"red": WORDS}),
    SlashArgument("whom", WORDS, kind="account", is_required=False),
)


class Dice(Plugin[PluginConfig]):
    """Rolls dice, notes what it was asked last, and cheats for hosts only."""

    name = "dice"
    last: tuple[Account, Channel, Mapping[str, Any]] | None = None

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [Permission("cheat", "Cheat at dice", granted_to="owner")]

    @hookimpl
    def register_commands(self) -> list[SlashCommand]:
        return [
            SlashCommand("roll", WORDS, self._roll, FIELDS),
            SlashCommand("cheat", WORDS, self._cheat, permission="dice.cheat"),
            SlashCommand("lose", WORDS, self._lose),
            SlashCommand("babble", WORDS, self._babble),
        ]

    async def _roll(
        self, actor: Account, channel: Channel, arguments: Mapping[str, Any]
    ) -> Mapping[str, str]:
        type(self).last = (actor, channel, arguments)
        return {"en": "You rolled a four.", "fr": "Tu as fait quatre."}

    async def _cheat(self, *_: object) -> None:
        return None

    async def _lose(self, *_: object) -> None:
        raise Conflict("The dice are lost.", reason="dice.lost")

    async def _babble(self, *_: object) -> Any:
        return {"en": "x" * 501, "fr": ""}


pytestmark = pytest.mark.plugin.with_args(Dice)


async def run(person: Person, command: str, **arguments: Any) -> Any:
    fields = {"channel": person.channel("general"), "command": command, "arguments": arguments}
    return (await person.command("slash.run", **fields))["said"]


async def test_somebody_is_offered_what_they_may_use(owner: Person, alice: Person) -> None:
    async def offered(person: Person) -> list[str]:
        answer = await person.command("slash.list", channel=person.channel("general"))
        return [command["name"] for command in answer["commands"]]

    assert await offered(owner) == ["dice.roll", "dice.cheat", "dice.lose", "dice.babble"]
    assert await offered(alice) == ["dice.roll", "dice.lose", "dice.babble"]
    answer = await alice.command("slash.list", channel=alice.channel("general"))
    sides = answer["commands"][0]["arguments"][1]
    assert sides == {
        "name": "sides", "words": WORDS, "kind": "number", "is_required": False,
        "least": 2, "most": 20, "choices": [],
    }  # fmt: skip


async def test_the_plugin_gets_what_was_declared_and_answers_to_who_asked(
    owner: Person, alice: Person
) -> None:
    said = await run(alice, "dice.roll", what=" big  one ", sides=6, colour="red", whom=owner.id)
    assert said == {"en": "You rolled a four.", "fr": "Tu as fait quatre."}
    assert Dice.last is not None
    actor, channel, arguments = Dice.last
    assert (str(actor.id), str(channel.id)) == (alice.id, alice.channel("general"))
    assert (arguments["what"], arguments["sides"], arguments["colour"]) == ("big one", 6, "red")
    assert str(arguments["whom"].id) == owner.id
    await run(alice, "dice.roll", what="one")
    assert Dice.last[2] == {"what": "one", "sides": None, "colour": None, "whom": None}
    assert owner.heard("message.posted") == []


@pytest.mark.parametrize(
    ("arguments", "field", "reason"),
    [
        ({}, "what", "empty"),
        ({"what": ""}, "what", "empty"),
        ({"what": "\u200b"}, "what", "empty"),
        ({"what": "x" * 11}, "what", "long"),
        ({"what": 7}, "what", "malformed"),
        ({"what": "x", "sides": 1}, "sides", "number"),
        ({"what": "x", "sides": 21}, "sides", "number"),
        ({"what": "x", "sides": "6"}, "sides", "number"),
        ({"what": "x", "colour": "blue"}, "colour", "malformed"),
        ({"what": "x", "whom": "1"}, "whom", "nobody"),
        ({"what": "x", "whom": "9" * 30}, "whom", "nobody"),
        ({"what": "x", "weight": 1}, "arguments", "malformed"),
    ],
)
async def test_wrong_arguments_do_not_reach_the_plugin(
    alice: Person, arguments: dict[str, Any], field: str, reason: str
) -> None:
    Dice.last = None
    with pytest.raises(Refused) as refused:
        await run(alice, "dice.roll", **arguments)
    assert (refused.value.error["field"], refused.value.error["reason"]) == (field, reason)
    assert Dice.last is None


async def test_what_somebody_may_not_use_is_refused_before_the_plugin_is_asked(
    server: Server, owner: Person, alice: Person
) -> None:
    with pytest.raises(Refused) as refused:
        await run(alice, "dice.cheat")
    assert refused.value.error["permission"] == "dice.cheat"
    assert await run(owner, "dice.cheat") is None
    with pytest.raises(Refused) as refused:
        await run(alice, "dice.throw")
    assert refused.value.error["reason"] == "no_command"
    everyone = owner.snapshot["community"]["everyone_role_id"]
    await owner.command(
        "overwrite.set", place=owner.channel("general"), target="role", target_id=everyone,
        allow=[], deny=["message.post"],
    )  # fmt: skip
    for name in ("slash.list", "slash.run"):
        fields = {"command": "dice.roll"} if name == "slash.run" else {}
        with pytest.raises(Refused) as refused:
            await alice.command(name, channel=alice.channel("general"), **fields)
        assert refused.value.error["permission"] == "message.post"


async def test_refusals_of_a_plugin_are_its_own_and_nonsense_is_its_fault(alice: Person) -> None:
    with pytest.raises(Refused) as refused:
        await run(alice, "dice.lose")
    assert refused.value.error["reason"] == "dice.lost"
    with pytest.raises(Refused) as refused:
        await run(alice, "dice.babble")
    assert (refused.value.code, refused.value.error["plugin"]) == ("plugin_error", "dice")


async def test_whoever_asks_too_fast_is_told_to_breathe(alice: Person) -> None:
    for _ in range(5):
        await run(alice, "dice.roll", what="x")
    with pytest.raises(Refused) as refused:
        await run(alice, "dice.roll", what="x")
    assert refused.value.code == "too_many"
