"""What plugins find stands beside the messages, in time or not at all."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from salon.plugin import Account, Plugin, PluginConfig, SearchResult, SearchSource, hookimpl
from salon.services import search_sources
from salon.testing import Person, Refused, Server

RECIPES = ("Crème brûlée", "Brioche")


class Kitchen(Plugin[PluginConfig]):
    """Finds recipes; asked for `slow`, `broken` or `odd` it does not."""

    name = "kitchen"
    title = "Kitchen"

    @hookimpl
    def register_search_sources(self) -> list[SearchSource]:
        return [SearchSource("recipes", "Recipes", self.find)]

    async def find(self, actor: Account, words: Sequence[str], limit: int) -> Any:
        match words[0]:
            case "slow":
                await asyncio.Event().wait()
            case "broken":
                raise RuntimeError("the oven is cold")
            case "odd":
                return [SearchResult("Elsewhere", "//evil.example/")]
        plain = {"creme brulee": RECIPES[0], "brioche": RECIPES[1]}
        found = [title for name, title in plain.items() if all(word in name for word in words)]
        return [SearchResult(name, "/p/kitchen/", actor.handle) for name in found][:limit]


with_kitchen = pytest.mark.plugin.with_args(Kitchen)


async def looked(person: Person, query: str) -> dict[str, Any]:
    found = await person.command("search.sources", query=query)
    one: dict[str, Any] = found["sources"][0]
    return one


@with_kitchen
async def test_a_plugin_finds_by_words_without_case_and_accents(owner: Person) -> None:
    assert await looked(owner, "CRÈME brulée") == {
        "plugin": "kitchen",
        "name": "recipes",
        "title": "Recipes",
        "is_late": False,
        "results": [{"title": "Crème brûlée", "detail": "owner", "address": "/p/kitchen/"}],
    }


@with_kitchen
@pytest.mark.parametrize("query", ["slow", "broken", "odd"])
async def test_what_is_slow_fails_or_leads_elsewhere_is_left_out(owner: Person, query: str) -> None:
    one = await looked(owner, query)
    assert (one["is_late"], one["results"]) == (True, [])


@with_kitchen
async def test_being_slow_is_no_fault_of_a_plugin_and_failing_is(
    server: Server, owner: Person
) -> None:
    await looked(owner, "slow")
    assert server.app.host.statuses()[0].faults == 0
    await looked(owner, "broken")
    await looked(owner, "odd")
    assert server.app.host.statuses()[0].faults == 2


@with_kitchen
@pytest.mark.parametrize("query", ["", "!?", "from:me brioche", "has:link"])
async def test_without_words_or_with_filters_nobody_is_asked(owner: Person, query: str) -> None:
    found = await owner.command("search.sources", query=query)
    assert found["sources"] == []


@with_kitchen
async def test_who_asks_plugins_too_often_waits(owner: Person) -> None:
    for _ in range(search_sources.BURST):
        await owner.command("search.sources", query="brioche")
    with pytest.raises(Refused) as refused:
        await owner.command("search.sources", query="brioche")
    assert refused.value.code == "too_many"
