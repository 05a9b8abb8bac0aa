"""The host: decisions, in what order they are asked and what they do."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, ClassVar, cast

import pytest

from salon.errors import Denied
from salon.plugin import (
    Amend,
    Deny,
    Draft,
    Message,
    Plugin,
    PluginConfig,
    hookimpl,
)

from .conftest import AUTHOR, CHANNEL, Exclaiming, Hosting, Refusing, Shouting, post


async def test_a_bare_host_allows_everything(hosting: Hosting) -> None:
    host = await hosting.started()
    assert await post(host) == "hello"
    await host.decide("may_join_room", None, account=AUTHOR, room=None)
    host.tell("message_posted", message=None, channel=CHANNEL, author=AUTHOR)
    await host.settled()
    await host.erase_account(7)
    assert host.contributions == {}
    assert list(host.statuses()) == []


async def test_amendments_chain_in_the_order_of_the_configuration(hosting: Hosting) -> None:
    assert await post(await hosting.started(Shouting, Exclaiming)) == "HELLO oh!"
    assert await post(await hosting.started(Exclaiming, Shouting)) == "HELLO OH!"


async def test_the_first_deny_ends_the_round_and_names_the_plugin(hosting: Hosting) -> None:
    host = await hosting.started(Shouting, Refusing, Exclaiming)
    with pytest.raises(Denied, match=r"Not HELLO\.") as denied:
        await post(host)
    assert denied.value.body()["plugin"] == "refusing"
    with pytest.raises(Denied, match="Closed"):
        await host.decide("may_join_room", None, account=AUTHOR, room=None)


async def test_an_endless_reason_denies_all_the_same(hosting: Hosting) -> None:
    class Endless(Plugin[PluginConfig]):
        name = "endless"

        @hookimpl
        async def may_post_message(self) -> Deny:
            return Deny("\ud800 no\n" * 1_000_000)

    with pytest.raises(Denied) as denied:
        await post(await hosting.started(Endless))
    assert len(denied.value.message) <= 500
    denied.value.message.encode()


def denying(answer: Deny) -> type[Plugin[PluginConfig]]:
    class Denying(Plugin[PluginConfig]):
        name = "denying"

        @hookimpl
        async def may_post_message(self) -> Deny:
            return answer

    return Denying


async def test_a_slug_names_the_plugins_own_sentence_with_facts_that_fit(hosting: Hosting) -> None:
    facts = {"until": "2026-12-02T10:01:00Z", "why": "", "code": "x" * 1_000}
    host = await hosting.started(denying(Deny("Out.", "kept_out", facts)))
    with pytest.raises(Denied) as denied:
        await post(host)
    body = denied.value.body()
    assert (body["reason"], body["plugin"]) == ("denying.kept_out", "denying")
    assert (body["until"], body["why"], body["code"]) == (facts["until"], "", "denied")


@pytest.mark.parametrize("answer", [Deny("", 7), Deny("", "x", {"n": 1}), Deny("", "x", None)])  # type: ignore[arg-type, dict-item]
async def test_a_slug_or_facts_that_are_no_texts_are_a_fault_of_the_plugin(
    hosting: Hosting, answer: Deny
) -> None:
    host = await hosting.started(denying(answer))
    assert await post(host) == "hello"
    assert host.statuses()[0].faults == 1


async def test_the_order_of_asking_is_the_configurations_though_another_starts_first(
    hosting: Hosting,
) -> None:
    needy = type("Needy", (Shouting,), {"requires": ("exclaiming",)})
    host = await hosting.started(needy, Exclaiming)
    assert [status.name for status in host.statuses()] == ["exclaiming", "shouting"]
    assert await post(host) == "HELLO oh!"


class Plain(Plugin[PluginConfig]):
    """Has nothing to await."""

    name = "plain"
    heard: ClassVar[list[str]]

    @hookimpl
    def may_post_message(self, draft: Draft) -> Deny | Amend[Draft] | None:
        if draft.text == "fail":
            raise ValueError("no words")
        return Deny("Not that.") if draft.text == "no" else Amend(replace(draft, text="yes"))

    @hookimpl
    def message_posted(self, message: Message) -> Coroutine[Any, Any, None] | None:
        self.heard.append(f"hears {message}")
        return self._later(message) if message == cast("Message", "later") else None

    async def _later(self, message: Message) -> None:
        await asyncio.sleep(0)
        self.heard.append(f"knows {message}")


async def test_a_plain_function_is_asked_like_any_other(hosting: Hosting) -> None:
    host = await hosting.started(Plain, Exclaiming)
    assert await post(host) == "yes oh!"
    with pytest.raises(Denied, match="Not that"):
        await post(host, "no")
    assert await post(host, "fail") == "fail oh!"
    assert [status.faults for status in host.statuses()] == [1, 0]


async def test_what_a_plain_function_answers_with_is_awaited_before_the_next_notice(
    hosting: Hosting,
) -> None:
    heard: list[str] = []
    host = await hosting.started(type("Some", (Plain,), {"name": "plain", "heard": heard}))
    for said in ("at once", "later", "last"):
        host.tell("message_posted", message=said, channel=CHANNEL, author=AUTHOR)
    await host.settled()
    assert heard == ["hears at once", "hears later", "knows later", "hears last"]


async def test_notices_to_a_plain_function_let_others_have_their_turn(hosting: Hosting) -> None:
    heard: list[str] = []
    host = await hosting.started(type("Some", (Plain,), {"name": "plain", "heard": heard}))
    for number in range(100):
        host.tell("message_posted", message=number, channel=CHANNEL, author=AUTHOR)
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the reader has been woken and has had one turn
    assert 0 < len(heard) < 100
    await host.settled()
    assert len(heard) == 100


async def test_a_coroutine_that_hangs_is_over_after_the_budget(hosting: Hosting) -> None:
    class Hanging(Plugin[PluginConfig]):
        name = "hanging"

        @hookimpl
        def may_post_message(self) -> Coroutine[Any, Any, None]:
            return self._hang()

        async def _hang(self) -> None:
            await asyncio.Event().wait()

    host = await hosting.started(Hanging)
    assert await post(host) == "hello"
    assert [status.faults for status in host.statuses()] == [1]
