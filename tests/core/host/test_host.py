"""The host: who runs, who is asked and told, what is withdrawn."""

import asyncio
from collections.abc import Callable, MutableMapping
from dataclasses import replace
from typing import Any, ClassVar, cast

import pytest

from salon.clock import SystemClock
from salon.config import Config
from salon.config.problems import Place, Problem
from salon.errors import Conflict, Denied, NotFound, Unavailable
from salon.host import Discovered, Host, PluginFailed, PluginState
from salon.host import host as host_module
from salon.host.inbox import INBOX_NOTICES
from salon.plugin import (
    Account,
    Amend,
    Channel,
    Claim,
    Deny,
    Draft,
    Message,
    Permission,
    Plugin,
    PluginConfig,
    RoomKind,
    Salon,
    hookimpl,
)

from .conftest import Hosting

AUTHOR = cast("Account", None)
CHANNEL = cast("Channel", None)

StateOf = Callable[[Host, str], str]


class Diary(Plugin[PluginConfig]):
    """Writes down on its class what happens; the test that uses it makes a subclass."""

    name = "diary"
    lines: ClassVar[list[str]]

    @hookimpl
    async def startup(self) -> None:
        self.lines.append(f"{self.name} starts")

    @hookimpl
    async def shutdown(self) -> None:
        self.lines.append(f"{self.name} stops")


def diaries(*names: str, **changed: Any) -> tuple[list[str], list[type[Plugin[Any]]]]:
    lines: list[str] = []
    made = [type("Some", (Diary,), {"name": name, "lines": lines} | changed) for name in names]
    return lines, made


class Shouting(Plugin[PluginConfig]):
    name = "shouting"

    @hookimpl
    async def may_post_message(self, draft: Draft) -> Amend[Draft]:
        return Amend(replace(draft, text=draft.text.upper()))


class Exclaiming(Plugin[PluginConfig]):
    name = "exclaiming"

    @hookimpl
    async def may_post_message(self, author: Account, draft: Draft) -> Amend[Draft]:
        assert author is AUTHOR
        return Amend(replace(draft, text=f"{draft.text} oh!"))


class Refusing(Plugin[PluginConfig]):
    name = "refusing"

    @hookimpl
    async def may_post_message(self, draft: Draft) -> Deny | None:
        return Deny(f"Not {draft.text}.")

    @hookimpl
    async def may_join_room(self) -> Deny | None:
        return Deny("Closed.")


async def post(host: Host, text: str = "hello") -> str:
    draft = await host.decide("may_post_message", Draft(text), author=AUTHOR, channel=CHANNEL)
    return draft.text


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


async def test_plugins_start_in_order_and_stop_in_reverse(hosting: Hosting) -> None:
    lines, plugins = diaries("first", "second")
    host = await hosting.started(*plugins)
    await host.stop()
    assert lines == ["first starts", "second starts", "second stops", "first stops"]
    await host.stop()
    assert len(lines) == 4


async def test_a_host_that_was_never_started_stops(hosting: Hosting) -> None:
    lines, plugins = diaries("first")
    host = hosting.host(*plugins)
    await host.prepare()
    await host.stop()
    assert lines == []


async def test_a_plugin_whose_required_one_fails_does_not_start(
    hosting: Hosting, state_of: StateOf
) -> None:
    class Broken(Plugin[PluginConfig]):
        name = "broken"

        @hookimpl
        async def startup(self) -> None:
            raise RuntimeError

    _, (needy,) = diaries("needy", requires=("broken",))
    host = await hosting.started(needy, Broken)
    assert state_of(host, "needy") == "failed"
    assert "'broken', which does not run" in host.statuses()[1].reason


async def test_the_second_of_two_with_one_name_is_refused(hosting: Hosting) -> None:
    host = await hosting.started(Shouting, Shouting)
    assert [status.state for status in host.statuses()] == ["running", "refused"]
    assert await post(host) == "HELLO"


async def test_a_plugin_with_a_wrong_section_is_refused_with_the_place(hosting: Hosting) -> None:
    problem = Problem(Place("config.yaml", 3, 5), "plugins.shouting.loud", "unknown setting")
    host = Host(
        clock=SystemClock(),
        config=Config().with_plugins({}, {"shouting": (problem,)}),
        plugins=[Discovered("shouting", "a test", Shouting)],
        salon_for=lambda _name: cast("Salon", None),
        on_change=lambda: None,
    )
    await host.start()
    assert host.statuses()[0].state is PluginState.REFUSED
    assert host.statuses()[0].reason.startswith("config.yaml:3:5: plugins.shouting.loud")
    await host.stop()


async def test_a_section_that_nobody_checked_is_refused() -> None:
    unchecked = Host(
        clock=SystemClock(),
        config=Config(),
        plugins=[Discovered("shouting", "a test", Shouting)],
        salon_for=lambda _name: cast("Salon", None),
        on_change=lambda: None,
    )
    await unchecked.start()
    assert "was not checked" in unchecked.statuses()[0].reason
    await unchecked.stop()


async def test_what_is_off_or_cannot_be_imported_is_listed(hosting: Hosting) -> None:
    found = [
        Discovered("shouting", "a test", Shouting),
        Discovered("gone", "a test", problem="cannot be imported: SyntaxError"),
        Discovered("asleep", "a test"),
    ]
    host = await hosting.started(found=found)
    assert [status.body()["state"] for status in host.statuses()] == ["running", "refused", "off"]
    assert not host.is_running("gone")
    assert not host.is_running("nobody")


async def test_a_failing_migration_refuses_the_plugin_and_nothing_of_it_is_left(
    hosting: Hosting,
) -> None:
    async def migrate(name: str, _plugin: type[Plugin[Any]]) -> None:
        if name == "shouting":
            raise RuntimeError("no such column")

    host = await hosting.started(Shouting, Exclaiming, migrate=migrate)
    assert host.statuses()[0].state is PluginState.REFUSED
    assert "no such column" in host.statuses()[0].reason
    assert await post(host) == "hello oh!"
    assert list(host.contributions) == ["exclaiming"]


async def test_nothing_of_a_refused_plugin_is_asked_under_the_name_of_its_successor(
    hosting: Hosting,
) -> None:
    twin = type("Twin", (Plugin,), {"name": "refusing"})

    async def migrate(_name: str, plugin: type[Plugin[Any]]) -> None:
        if plugin is Refusing:
            raise RuntimeError("no such column")

    host = await hosting.started(Refusing, twin, migrate=migrate)
    assert [status.state for status in host.statuses()] == ["refused", "running"]
    assert await post(host) == "hello"


class Matches(Plugin[PluginConfig]):
    name = "matches"
    title = "Match rooms"

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [Permission("score", "Keep the score")]

    @hookimpl
    def register_room_kinds(self) -> list[RoomKind]:
        return [RoomKind("match", "Match", "A room for talking")]

    @hookimpl
    def register_routes(self) -> list[Claim]:
        return [Claim("/e/")]


async def test_contributions_are_known_before_anything_starts(hosting: Hosting) -> None:
    lines, plugins = diaries("first")
    host = hosting.host(*plugins, Matches)
    await host.prepare()
    assert lines == []
    assert [one.name for one in host.contributions["matches"].permissions] == ["matches.score"]
    assert [(kind.kind, kind.running) for kind in host.room_kinds] == [("matches.match", False)]
    await host.start()
    assert [(kind.kind, kind.running) for kind in host.room_kinds] == [("matches.match", True)]


async def test_a_claim_is_refused_to_the_second_plugin_wholly(hosting: Hosting) -> None:
    late = type("Late", (Matches,), {"name": "late"})
    host = await hosting.started(Matches, late)
    assert "the plugin 'matches' has claimed '/e/'" in host.statuses()[1].reason
    assert list(host.contributions) == ["matches"]


class Listening(Plugin[PluginConfig]):
    name = "listening"
    heard: ClassVar[list[int]]
    gate: ClassVar[asyncio.Event]
    told: ClassVar[asyncio.Semaphore]

    @hookimpl
    async def message_posted(self, message: Message) -> None:
        await self.gate.wait()
        self.heard.append(cast("int", message))
        self.told.release()


def listener(name: str, gate: asyncio.Event) -> type[Listening]:
    facts = {"name": name, "heard": [], "gate": gate, "told": asyncio.Semaphore(0)}
    return type("Some", (Listening,), facts)


async def test_each_plugin_hears_in_order_and_a_slow_one_loses_the_oldest(
    hosting: Hosting,
) -> None:
    opened, shut = asyncio.Event(), asyncio.Event()
    opened.set()
    quick, slow = listener("quick", opened), listener("slow", shut)
    host = await hosting.started(quick, slow, kind=Host)
    for number in range(INBOX_NOTICES + 6):
        host.tell("message_posted", message=number, channel=CHANNEL, author=AUTHOR)
        await quick.told.acquire()  # the quick one takes its turn, the slow one is stuck
    shut.set()
    await host.settled()
    assert quick.heard == list(range(INBOX_NOTICES + 6))
    assert slow.heard == [0, *range(6, INBOX_NOTICES + 6)]
    assert [status.lost_notices for status in host.statuses()] == [0, 5]


async def test_a_plugin_that_stopped_is_told_nothing_more(hosting: Hosting) -> None:
    gate = asyncio.Event()
    plugin = listener("late", gate)
    host = await hosting.started(plugin)
    await host.stop()
    host.tell("message_posted", message=1, channel=CHANNEL, author=AUTHOR)
    await host.settled()
    assert plugin.heard == []


class Forgetting(Plugin[PluginConfig]):
    name = "forgetting"
    erased: ClassVar[list[int]]
    fails: ClassVar[bool]

    @hookimpl
    async def erase_account(self, account_id: int) -> None:
        if self.fails:
            raise OSError
        self.erased.append(account_id)

    @hookimpl
    async def startup(self) -> None:
        if self.name == "failed":
            raise RuntimeError


async def test_erasing_asks_everybody_and_is_not_done_until_all_have(hosting: Hosting) -> None:
    erased: list[int] = []
    facts = {"erased": erased, "fails": False}
    failing = type("Failing", (Forgetting,), facts | {"name": "failing", "fails": True})
    fine = type("Fine", (Forgetting,), facts | {"name": "fine"})
    failed = type("Failed", (Forgetting,), facts | {"name": "failed"})
    host = await hosting.started(failing, failed, fine)
    with pytest.raises(Unavailable) as undone:
        await host.erase_account(7)
    assert undone.value.facts["plugins"] == ["failing", "failed"]
    assert erased == [7]
    await (await hosting.started(fine)).erase_account(8)
    assert erased == [7, 8]


async def _answers(value: int) -> int:
    return value


async def _fails() -> None:
    raise RuntimeError


async def _refuses() -> None:
    raise Conflict("Taken.")


async def test_foreign_code_is_called_with_what_it_is_given(hosting: Hosting) -> None:
    host = await hosting.started(Shouting)
    assert await host.call("shouting", "command x", _answers, 7, budget_s=1) == 7
    with pytest.raises(Conflict, match="Taken"):
        await host.call("shouting", "command x", _refuses, budget_s=None)
    with pytest.raises(PluginFailed) as failed:
        await host.call("shouting", "command x", _fails, budget_s=1)
    assert failed.value.body() == {
        "code": "plugin_error",
        "message": failed.value.message,
        "plugin": "shouting",
    }
    assert host.statuses()[0].where == "command x"


async def test_what_is_off_cannot_be_called_or_fed(hosting: Hosting) -> None:
    host = await hosting.started(Shouting)
    await host.stop()
    for name in ("shouting", "nobody"):
        with pytest.raises(Unavailable, match="off at present"):
            await host.call(name, "command x", _answers, 7, budget_s=1)
        with pytest.raises(Unavailable, match="off at present"):
            await host.feed(name, "audio sink", _answers, 7, budget_s=1)


async def test_a_sink_is_fed_until_its_plugin_has_closed_it(hosting: Hosting) -> None:
    fed: list[int] = []
    hosts: list[Host] = []

    class Recorder(Plugin[PluginConfig]):
        name = "recorder"

        @hookimpl
        async def shutdown(self) -> None:
            fed.append(await hosts[0].feed("recorder", "audio sink", _answers, 7, budget_s=1))

    hosts.append(await hosting.started(Recorder, kind=Host))
    await hosts[0].stop()
    assert fed == [7]


async def test_what_a_plugin_spawned_ends_with_it(hosting: Hosting) -> None:
    host = await hosting.started(Shouting)
    began, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    host.spawn("shouting", work(), name="scoreboard")
    await began.wait()
    await host.stop()
    assert ended.is_set()
    with pytest.raises(Conflict):
        host.spawn_forever("shouting", work, name="scoreboard")


async def test_two_servers_in_one_process_keep_their_plugins_apart(hosting: Hosting) -> None:
    class Counting(Plugin[PluginConfig]):
        name = "counting"

        def __init__(self, salon: Salon, config: PluginConfig) -> None:
            super().__init__(salon, config)
            self.count = 0

        @hookimpl
        async def may_post_message(self, draft: Draft) -> Amend[Draft]:
            self.count += 1
            return Amend(replace(draft, text=str(self.count)))

    one, two = await hosting.started(Counting), await hosting.started(Counting)
    assert [await post(one), await post(one), await post(two)] == ["1", "2", "1"]
    await one.stop()
    assert await post(two) == "2"


async def test_only_what_has_failed_can_be_resumed(hosting: Hosting) -> None:
    host = await hosting.started(Shouting)
    with pytest.raises(NotFound):
        await host.resume("nobody")
    with pytest.raises(Conflict, match="is running"):
        await host.resume("shouting")


async def test_a_plugin_that_failed_to_start_is_tried_again(
    hosting: Hosting, state_of: StateOf
) -> None:
    class Fickle(Plugin[PluginConfig]):
        name = "fickle"
        works = False

        @hookimpl
        async def startup(self) -> None:
            if not Fickle.works:
                raise FileNotFoundError("no ffmpeg")

    host = await hosting.started(Fickle)
    assert state_of(host, "fickle") == "failed"
    assert "no ffmpeg" in host.statuses()[0].reason
    with pytest.raises(PluginFailed):
        await host.resume("fickle")
    Fickle.works = True
    await host.resume("fickle")
    assert state_of(host, "fickle") == "running"
    assert host.statuses()[0].faults == 0


async def test_a_slow_startup_is_told_while_it_lasts(
    hosting: Hosting,
    monkeypatch: pytest.MonkeyPatch,
    log_lines: list[MutableMapping[str, Any]],
) -> None:
    class Slow(Plugin[PluginConfig]):
        name = "slow"

        @hookimpl
        async def startup(self) -> None:
            while not log_lines:  # noqa: ASYNC110 - a log line wakes nobody
                await asyncio.sleep(0)

    monkeypatch.setattr(host_module, "SLOW_STARTUP_S", 0)
    await hosting.started(Slow)
    assert log_lines[0]["event"] == "a plugin starts slowly"
    assert log_lines[0]["plugin"] == "slow"


async def test_a_server_that_stops_while_a_plugin_starts_leaves_it_stopped(
    hosting: Hosting, state_of: StateOf
) -> None:
    begun, release = asyncio.Event(), asyncio.Event()

    class Slow(Plugin[PluginConfig]):
        name = "slow"

        @hookimpl
        async def startup(self) -> None:
            begun.set()
            await release.wait()

    host = hosting.host(Slow, kind=Host)
    starting = asyncio.create_task(host.start())
    await begun.wait()
    await host.stop()
    release.set()
    await starting
    assert state_of(host, "slow") == "stopped"
