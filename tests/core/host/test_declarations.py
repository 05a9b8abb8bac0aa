"""What plugins declare: well-formed, prefixed, and nobody's but theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import click
import pytest
from aiohttp import web

from salon.host.declarations import Malformed, Taken, accepted, unusable_answer
from salon.plugin import (
    Account,
    Channel,
    Claim,
    CliCommand,
    ClientModule,
    Command,
    Job,
    PageFragment,
    Payload,
    Permission,
    RoomKind,
    Route,
    Schedule,
    SearchResult,
    SearchSource,
    SlashArgument,
    SlashCommand,
)
from salon.plugin.contributions import Contributions


class Warn(Payload):
    account_id: int


async def show(request: web.Request, actor: Account | None) -> web.StreamResponse:
    return web.Response()


async def warn(actor: Account, payload: Warn) -> None: ...


async def produce(payload: dict[str, Any]) -> None: ...


async def gather(request: web.Request, actor: Account | None) -> dict[str, Any]:
    return {}


async def find(actor: Account, words: Sequence[str], limit: int) -> list[SearchResult]:
    return []


def sync(*_: Any) -> None: ...


async def takes_one(one: Any) -> None: ...


def accept(*declared: object, taken: Taken | None = None) -> Contributions:
    return accepted("mod", {"any": declared}, taken or Taken(), seats_max=25)


def route(path: str = "/cases", **changed: Any) -> Route:
    facts: dict[str, Any] = {"method": "GET", "handler": show, "access": "account"} | changed
    return Route(path=path, **facts)


WORDS = {"en": "Sides", "fr": "Faces"}
SIDES = SlashArgument("sides", WORDS, kind="number", least=2, most=20)


async def roll(actor: Account, channel: Channel, arguments: Mapping[str, Any]) -> None: ...


def slash(**changed: Any) -> SlashCommand:
    facts: dict[str, Any] = {"name": "roll", "words": WORDS, "handler": roll} | changed
    return SlashCommand(**facts)


def test_names_get_the_plugins_prefix_and_jobs_and_addresses_stay() -> None:
    every = timedelta(hours=1)
    accepted_ = accepted(
        "mod",
        {
            "register_permissions": [Permission("view", "See reports")],
            "register_routes": [route(access="permission:mod.view"), Claim("/e/")],
            "register_commands": [Command("warn", Warn, warn, "mod.view")],
            "register_room_kinds": [RoomKind("match", "Match", "A room")],
            "register_jobs": [Job("produce", produce), Schedule("prune", produce, every)],
            "register_cli": [CliCommand(click.Command("list"))],
            "register_client_modules": [ClientModule("main.tsx")],
            "register_page_fragments": [PageFragment("admin.sections", "mod/a.html", gather)],
            "register_search_sources": [SearchSource("cases", "Cases", find)],
        },
        Taken(),
        seats_max=25,
    )
    assert [permission.name for permission in accepted_.permissions] == ["mod.view"]
    assert [command.name for command in accepted_.commands] == ["mod.warn"]
    assert [kind.name for kind in accepted_.room_kinds] == ["mod.match"]
    assert [job.name for job in accepted_.jobs] == ["produce", "prune"]
    assert [one.path for one in accepted_.routes] == ["/cases"]
    assert [claim.prefix for claim in accepted_.claims] == ["/e/"]
    assert [source.name for source in accepted_.search_sources] == ["cases"]
    assert len(accepted_.cli) == len(accepted_.client_modules) == len(accepted_.fragments) == 1


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (Permission("View", "See"), "permission 'View'"),
        (Permission("mod.view", "See"), "the plugin's name is put before it"),
        (Permission("view", ""), "expected a line"),
        (Permission("view", "x" * 65), "expected a line"),
        (Permission("view", "See", "owners"), "did you mean 'owner'?"),  # type: ignore[arg-type]
        (route("cases"), "begins with '/'"),
        (route("/a/../b"), "lead elsewhere"),
        (route("//evil.example"), "lead elsewhere"),
        (route("/a b"), "plain letters"),
        (route("/é"), "plain letters"),
        (route("/{"), "route '/{'"),
        (route("/" + "x" * 300), "up to 200 characters"),
        (route("/static/x.js"), "holds the plugin's files"),
        (route(method="get"), "method of route"),
        (route(access="permission:mod.veiw"), "nobody declared the permission"),
        (route(access="anybody"), "expected account, public, token, permission:NAME"),
        (route(access=None), "access of route"),
        (route(handler=sync), "`async def`"),
        (route(handler=None), "cannot be called"),
        (route(handler=takes_one), "has to take (request, actor)"),
        (route(at="claim"), "under none of the prefixes"),
        (route(body_max_bytes=-1), "body_max_bytes"),
        (route(body_max_bytes=2**40), "body_max_bytes"),
        (Claim("e/"), "begins with '/'"),
        (Claim("/api/"), "belongs to the core"),
        (Claim("/"), "belongs to the core"),
        (Claim("/p/other"), "belongs to the core"),
        (Claim("/join/us/"), "belongs to the core"),
        (Command("warn!", Warn, warn, None), "command 'warn!'"),
        (slash(name="roll!"), "slash command 'roll!'"),
        (slash(words={"en": "Roll"}), "its words in each of en, fr"),
        (slash(words={"en": "Roll", "fr": "a\nb"}), "expected a line"),
        (slash(handler=takes_one), "has to take (actor, channel, arguments)"),
        (slash(permission="mod.fly"), "nobody declared"),
        (slash(arguments=[]), "a tuple of at most 10"),
        (slash(arguments=(SIDES,) * 11), "a tuple of at most 10"),
        (slash(arguments=(SIDES, SIDES)), "declared twice"),
        (slash(arguments=("sides",)), "is no SlashArgument"),
        (slash(arguments=(replace(SIDES, kind=cast("Any", "date")),)), "expected account, choice"),
        (slash(arguments=(replace(SIDES, most=0),)), "most of argument 'sides'"),
        (slash(arguments=(replace(SIDES, least=21),)), "least of argument 'sides'"),
        (slash(arguments=(replace(SIDES, kind="choice"),)), "choices belong to"),
        (Command("warn", dict, warn, None), "no subclass of Payload"),  # type: ignore[arg-type]
        (Command("warn", Warn, takes_one, None), "has to take (actor, payload)"),  # type: ignore[arg-type]
        (Command("warn", Warn, warn, "message.pots"), "did you mean 'message.post'?"),
        (RoomKind("match", "", "A room"), "expected a line"),
        (RoomKind("match", "Match", ""), "without"),
        (RoomKind("match", "Match", "A room", seats=26), "seats"),
        (RoomKind("match", "Match", "A room", seats=True), "seats"),
        (Job("Produce", produce), "job 'Produce'"),
        (Job("produce", produce, attempts=0), "attempts"),
        (Job("produce", produce, timeout_s=float("nan")), "timeout_s"),
        (Schedule("prune", produce, timedelta(0)), "at least a second"),
        (Schedule("prune", produce, 5), "at least a second"),  # type: ignore[arg-type]
        (CliCommand(click.Command(None)), "no click command with a name"),
        (CliCommand(sync), "no click command"),  # type: ignore[arg-type]
        (ClientModule("main.css"), "ends in"),
        (ClientModule("../main.js"), "lead elsewhere"),
        (SearchSource("Old", "Old", find), "search source 'Old'"),
        (SearchSource("old", "", find), "expected a line"),
        (SearchSource("old", "Old", takes_one), "has to take (actor, words, limit)"),  # type: ignore[arg-type]
        (PageFragment("admin.sections", "", gather), "expected a line"),
        (PageFragment("admin.sections", "a.html", sync), "`async def`"),  # type: ignore[arg-type]
    ],
)
def test_a_malformed_declaration_is_refused_with_the_reason(declared: object, words: str) -> None:
    with pytest.raises(Malformed) as refused:
        accept(declared)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "declared",
    [
        Permission("view", "See"),
        route(),
        Claim("/e/"),
        Command("warn", Warn, warn, None),
        RoomKind("match", "Match", "A room"),
        Job("produce", produce),
        CliCommand(click.Command("list")),
        ClientModule("main.tsx"),
        SearchSource("old", "Old", find),
        slash(arguments=(SIDES,)),
    ],
)
def test_what_is_declared_twice_is_refused(declared: object) -> None:
    with pytest.raises(Malformed, match="twice"):
        accept(declared, declared)


def test_a_route_for_all_methods_stands_alone() -> None:
    with pytest.raises(Malformed, match="twice"):
        accept(route(), route(method="*"))


@pytest.mark.parametrize("second", ["/e/", "/e/live/", "/e"])
def test_a_prefix_is_refused_to_the_second_plugin(second: str) -> None:
    taken = Taken()
    taken.add("other", accept(Claim("/e/")))
    with pytest.raises(Malformed, match="the plugin 'other' has claimed '/e/'"):
        accept(Claim(second), taken=taken)


@pytest.mark.parametrize("prefix", ["/api/v9/", "/gateway", "/cdn/", "/episodes/", "/embed/"])
def test_a_prefix_beside_the_cores_addresses_is_free(prefix: str) -> None:
    taken = Taken()
    taken.add("other", accept(Claim("/e/")))
    assert accept(Claim(prefix), taken=taken).claims == (Claim(prefix),)


def test_a_route_may_lie_under_a_claim() -> None:
    assert accept(Claim("/e/"), route("/e/{slug}", at="claim", access="public")).routes


def test_a_permission_of_a_plugin_before_may_be_asked_for() -> None:
    taken = Taken()
    taken.add("mod", accept(Permission("view", "See")))
    command = Command("warn", Warn, warn, "mod.view")
    assert accepted("other", {"any": [command]}, taken, seats_max=25).commands


@pytest.mark.parametrize("answer", [None, "text", {}, 7, iter(())])
def test_an_answer_that_is_no_list_is_refused(answer: object) -> None:
    assert unusable_answer("register_commands", answer) == "a list of Command or SlashCommand"


def test_an_answer_with_something_else_in_it_is_refused() -> None:
    assert (
        unusable_answer("register_routes", [Claim("/e/"), 7]) == "only Route or Claim in the list"
    )


def test_an_endless_answer_is_refused() -> None:
    assert unusable_answer("register_routes", [Claim("/e/")] * 501) == "at most 500 declarations"
