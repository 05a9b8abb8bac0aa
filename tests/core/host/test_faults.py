"""Every kind of fault against every hook: the plugin pays for it, its neighbours do not."""

import asyncio
import sys
import time
from collections.abc import Callable, MutableMapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from salon.domain.accounts import SignUp
from salon.errors import Denied, Unavailable
from salon.host import Host, PluginFailed
from salon.host import watchdog as watchdog_module
from salon.host.specs import SPECS
from salon.plugin import Amend, Claim, Deny, Draft, Plugin, PluginConfig, Salon, hookimpl

from .conftest import Hosting, PluginClass

HUGE = "x" * 5_000_000

OF_FAMILY = {
    family: [name for name, spec in SPECS.items() if spec.kind.family == family]
    for family in ("contribution", "decision", "notice", "life")
}
DRAFTS = {
    "may_post_message": Draft("hello"),
    "may_sign_up": SignUp("ada", "Ada", None),
    "may_change_name": None,
    "may_join_room": None,
    "may_speak": None,
}


def _raises() -> Any:
    raise ValueError("no words")


def _raises_base() -> Any:
    raise BaseException("rare")  # noqa: TRY002 - what a careless plugin might do


def _exits() -> Any:
    sys.exit(1)


def _cancels() -> Any:
    raise asyncio.CancelledError


def _answers_true() -> Any:
    return True


def _answers_huge_text() -> Any:
    return HUGE


def _answers_huge_list() -> Any:
    return [Claim(f"/x{number}/") for number in range(2_000)]


def _answers_a_coroutine() -> Any:
    return asyncio.sleep(60)


async def _hangs() -> Any:
    await asyncio.Event().wait()


async def _cancels_itself() -> Any:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.Event().wait()


SYNC_FAULTS = [
    _raises,
    _raises_base,
    _exits,
    _cancels,
    _answers_true,
    _answers_huge_text,
    _answers_huge_list,
    _answers_a_coroutine,
]
ASYNC_FAULTS = [
    _raises,
    _raises_base,
    _exits,
    _cancels,
    _hangs,
    _cancels_itself,
    _answers_true,
    _answers_huge_text,
    _answers_huge_list,
]


class Neighbour(Plugin[PluginConfig]):
    """Comes after the faulty one and has to be none the worse for it."""

    name = "neighbour"
    heard: ClassVar[list[str]]

    @hookimpl
    def register_routes(self) -> list[Claim]:
        return [Claim("/neighbour/")]

    @hookimpl
    async def may_post_message(self, draft: Draft) -> Amend[Draft]:
        return Amend(replace(draft, text=f"{draft.text}!"))

    @hookimpl
    async def message_posted(self) -> None:
        self.heard.append("message_posted")

    @hookimpl
    async def shutdown(self) -> None:
        self.heard.append("shutdown")


def faulty(hook: str, fault: Callable[[], Any]) -> PluginClass:
    """Return a plugin whose one hook has this fault."""

    async def async_hook(_self: Any) -> Any:
        answer = fault()
        return await answer if asyncio.iscoroutinefunction(fault) else answer

    def sync_hook(_self: Any) -> Any:
        return fault()

    function = async_hook if SPECS[hook].is_async else sync_hook
    return type("Faulty", (Plugin,), {"name": "faulty", hook: hookimpl(function)})


def neighbour() -> type[Neighbour]:
    return type("Some", (Neighbour,), {"heard": []})


async def assert_neighbours_live(host: Host, beside: type[Neighbour]) -> None:
    """A message is posted and told, as if nothing had happened, and the server stops in order."""
    draft = await host.decide("may_post_message", Draft("hello"), author=None, channel=None)
    assert draft.text == "hello!"
    host.tell("message_posted", message=None, channel=None, author=None)
    await host.settled()
    assert beside.heard == ["message_posted"]
    assert list(host.contributions["neighbour"].claims) == [Claim("/neighbour/")]
    await host.stop()
    assert beside.heard == ["message_posted", "shutdown"]


def facts_for(hook: str) -> dict[str, Any]:
    named = SPECS[hook].arguments
    return dict.fromkeys(named if DRAFTS.get(hook) is None else named[1:])


@pytest.mark.parametrize("hook", OF_FAMILY["contribution"])
@pytest.mark.parametrize("fault", SYNC_FAULTS)
async def test_a_fault_in_a_contribution_refuses_the_plugin(
    hosting: Hosting, hook: str, fault: Callable[[], Any]
) -> None:
    beside = neighbour()
    host = await hosting.started(faulty(hook, fault), beside)
    status = host.statuses()[0]
    assert (status.state, status.where) == ("refused", hook)
    assert hook in status.reason
    assert len(status.reason) < 500
    await assert_neighbours_live(host, beside)


@pytest.mark.parametrize("policy", ["allow", "deny"])
@pytest.mark.parametrize("hook", OF_FAMILY["decision"])
@pytest.mark.parametrize("fault", ASYNC_FAULTS)
async def test_a_fault_in_a_decision_means_what_the_owner_says(
    hosting: Hosting, hook: str, fault: Callable[[], Any], policy: str
) -> None:
    beside = type("Silent", (Plugin,), {"name": "neighbour"})
    settings = {"faulty": {"on_failure": {hook: policy}}}
    host = await hosting.started(faulty(hook, fault), beside, settings=settings)
    asked = host.decide(hook, DRAFTS[hook], **facts_for(hook))
    if policy == "deny":
        with pytest.raises(Denied, match="'faulty'") as denied:
            await asked
        assert denied.value.body()["plugin"] == "faulty"
    else:
        assert await asked == DRAFTS[hook]
    assert host.statuses()[0].faults == 1
    assert host.statuses()[0].where == hook
    assert host.is_running("faulty")


@pytest.mark.parametrize("hook", OF_FAMILY["decision"])
async def test_without_the_owners_word_a_failure_means_what_the_hook_declares(
    hosting: Hosting, hook: str
) -> None:
    host = await hosting.started(faulty(hook, _raises))
    asked = host.decide(hook, DRAFTS[hook], **facts_for(hook))
    if SPECS[hook].kind.on_failure == "deny":
        with pytest.raises(Denied):
            await asked
    else:
        assert await asked == DRAFTS[hook]


@pytest.mark.parametrize("hook", OF_FAMILY["notice"])
@pytest.mark.parametrize("fault", ASYNC_FAULTS)
async def test_a_fault_in_a_notice_is_counted_and_the_next_one_is_told(
    hosting: Hosting, hook: str, fault: Callable[[], Any]
) -> None:
    beside = neighbour()
    host = await hosting.started(faulty(hook, fault), beside)
    host.tell(hook, **facts_for(hook))
    host.tell(hook, **facts_for(hook))
    await host.settled()
    assert (host.statuses()[0].faults, host.statuses()[0].where) == (2, hook)
    beside.heard.clear()
    await assert_neighbours_live(host, beside)


@pytest.mark.parametrize("fault", ASYNC_FAULTS)
async def test_a_fault_in_startup_withdraws_the_plugin_and_lets_it_clean_up(
    hosting: Hosting, fault: Callable[[], Any]
) -> None:
    ended: list[str] = []

    class Cleaning(faulty("startup", fault)):  # type: ignore[misc]
        @hookimpl
        async def shutdown(self) -> None:
            ended.append("shutdown")

        @hookimpl
        async def may_post_message(self) -> Deny:
            return Deny("I should not be asked.")

    beside = neighbour()
    host = await hosting.started(Cleaning, beside)
    assert (host.statuses()[0].state, host.statuses()[0].where) == ("failed", "startup")
    assert ended == ["shutdown"]
    assert hosting.changes == 1
    await assert_neighbours_live(host, beside)
    assert ended == ["shutdown"]


@pytest.mark.parametrize("fault", ASYNC_FAULTS)
async def test_a_fault_in_shutdown_does_not_keep_the_server_up(
    hosting: Hosting, fault: Callable[[], Any]
) -> None:
    beside = neighbour()
    host = await hosting.started(beside, faulty("shutdown", fault))
    await assert_neighbours_live(host, beside)
    assert host.statuses()[1].state == "stopped"
    assert host.statuses()[1].where == "shutdown"


@pytest.mark.parametrize("fault", [fault for fault in ASYNC_FAULTS if fault is not _hangs])
async def test_a_fault_in_erasing_leaves_it_to_be_tried_again(
    hosting: Hosting, fault: Callable[[], Any]
) -> None:
    host = await hosting.started(faulty("erase_account", fault))
    with pytest.raises(Unavailable, match="not erased yet by faulty"):
        await host.erase_account(7)
    assert host.is_running("faulty")


@pytest.mark.parametrize("fault", [_raises, _raises_base, _exits, _cancels])
async def test_a_fault_in_the_constructor_refuses_the_plugin(
    hosting: Hosting, fault: Callable[[], Any]
) -> None:
    class Faulty(Plugin[PluginConfig]):
        name = "faulty"

        def __init__(self, salon: Salon, config: PluginConfig) -> None:
            super().__init__(salon, config)
            fault()

    beside = neighbour()
    host = await hosting.started(Faulty, beside)
    assert (host.statuses()[0].state, host.statuses()[0].where) == ("refused", "__init__")
    await assert_neighbours_live(host, beside)


@pytest.mark.parametrize(
    "changed",
    [
        Draft("x" * 4_001),
        Draft("\ud800"),
        Draft(7),  # type: ignore[arg-type]
        Draft("x", reply_to_id="7"),  # type: ignore[arg-type]
        SignUp("ada", "Ada", None),
        "text",
        None,
    ],
)
async def test_an_amendment_that_is_no_real_draft_is_a_fault(
    hosting: Hosting, changed: object
) -> None:
    host = await hosting.started(faulty("may_post_message", lambda: Amend(changed)))
    draft = await host.decide("may_post_message", Draft("hello"), author=None, channel=None)
    assert draft == Draft("hello")
    assert host.statuses()[0].faults == 1


async def test_a_deny_without_a_text_and_an_amend_of_nothing_are_faults(hosting: Hosting) -> None:
    host = await hosting.started(faulty("may_post_message", lambda: Deny(None)))  # type: ignore[arg-type]
    await host.decide("may_post_message", Draft("hello"), author=None, channel=None)
    assert host.statuses()[0].faults == 1
    host = await hosting.started(faulty("may_join_room", lambda: Amend(None)))
    with pytest.raises(Denied, match="it failed"):
        await host.decide("may_join_room", None, account=None, room=None)


async def test_a_plugin_that_blocks_the_loop_is_named_to_the_owner(
    hosting: Hosting,
    monkeypatch: pytest.MonkeyPatch,
    log_lines: list[MutableMapping[str, Any]],
) -> None:
    monkeypatch.setattr(watchdog_module, "BLOCK_LIMIT_S", 0.05)
    monkeypatch.setattr(watchdog_module, "BEAT_S", 0.01)

    def blocks() -> None:
        until_s = time.monotonic() + 10
        while not log_lines and time.monotonic() < until_s:
            pass

    host = await hosting.started(faulty("message_posted", blocks))
    host.tell("message_posted", message=None, channel=None, author=None)
    await host.settled()
    await host.stop()
    last = host._by_name["faulty"].standing.last_fault
    assert last is not None
    assert last.where == "message_posted"
    assert "blocked the event loop at test_faults.py" in last.text


async def _post(host: Host, times: int) -> None:
    for _ in range(times):
        await host.decide("may_post_message", Draft("hello"), author=None, channel=None)


async def test_the_third_fault_in_an_hour_is_shown_to_the_owner(hosting: Hosting) -> None:
    host = await hosting.started(faulty("may_post_message", _raises))
    await _post(host, 2)
    assert hosting.changes == 0
    hosting.clock.advance(minutes=61)
    await _post(host, 2)
    assert hosting.changes == 0
    assert not host.statuses()[0].needs_attention
    await _post(host, 1)
    assert hosting.changes == 1
    assert host.statuses()[0].needs_attention
    await _post(host, 1)
    assert hosting.changes == 1


class Failing(Plugin[PluginConfig]):
    """Fails when asked, and writes down its life."""

    name = "failing"
    life: ClassVar[list[str]]

    @hookimpl
    async def startup(self) -> None:
        self.life.append("startup")

    @hookimpl
    async def shutdown(self) -> None:
        self.life.append("shutdown")

    @hookimpl
    async def may_post_message(self) -> None:
        raise RuntimeError

    @hookimpl
    async def may_join_room(self) -> Deny:
        return Deny("Closed.")


def failing() -> type[Failing]:
    return type("Some", (Failing,), {"life": []})


async def test_twenty_faults_in_ten_minutes_suspend_a_plugin_until_the_owner_resumes_it(
    hosting: Hosting,
) -> None:
    plugin = failing()
    host = await hosting.started(plugin)
    await _post(host, 20)
    assert host.statuses()[0].state == "suspended"
    assert "failed too often, the last time in may_post_message" in host.statuses()[0].reason
    assert host.statuses()[0].body()["reason"] == "failing"
    assert hosting.changes == 2  # the third fault, and the suspension
    await host.decide("may_join_room", None, account=None, room=None)  # as if absent
    with pytest.raises(Unavailable):
        await host.call("failing", "command x", asyncio.sleep, 0, budget_s=1)
    await host.resume("failing")
    assert plugin.life == ["startup", "shutdown", "startup"]
    assert host.statuses()[0].body()["faults"] == 0
    with pytest.raises(Denied, match="Closed"):
        await host.decide("may_join_room", None, account=None, room=None)
    await host.stop()
    assert plugin.life == ["startup", "shutdown", "startup", "shutdown"]


async def test_faults_far_apart_do_not_suspend(hosting: Hosting) -> None:
    host = await hosting.started(failing())
    await _post(host, 19)
    hosting.clock.advance(minutes=11)
    await _post(host, 19)
    assert host.is_running("failing")


async def test_a_suspended_plugin_forgets_its_notices_and_ends_its_tasks(hosting: Hosting) -> None:
    class Noisy(Plugin[PluginConfig]):
        name = "noisy"

        @hookimpl
        async def message_posted(self) -> None:
            raise RuntimeError

    host = await hosting.started(Noisy)
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    host.spawn("noisy", work(), name="scoreboard")
    for _ in range(500):
        host.tell("message_posted", message=None, channel=None, author=None)
    await host.settled()
    await ended.wait()
    assert host.statuses()[0].state == "suspended"
    assert host.statuses()[0].faults == 20


async def test_faults_caught_elsewhere_count_too(hosting: Hosting) -> None:
    host = await hosting.started(failing())
    failed = host.count_fault("failing", "write", TimeoutError("over 200 ms"))
    assert isinstance(failed, PluginFailed)
    assert host.statuses()[0].where == "write"


async def test_a_fault_is_logged_once_a_minute_and_without_what_it_quotes(
    hosting: Hosting, log_lines: list[MutableMapping[str, Any]]
) -> None:
    def quotes() -> None:
        raise ValueError("the text of a message")

    host = await hosting.started(faulty("may_post_message", quotes))
    await _post(host, 3)
    hosting.clock.advance(seconds=61)
    await _post(host, 1)
    warnings = [line for line in log_lines if line["log_level"] == "warning"]
    assert [line["kept_back"] for line in warnings] == [0, 2]
    assert warnings[0]["error"] == "ValueError"
    assert "test_faults.py" in warnings[0]["at"]
    assert "the text of a message" not in str(warnings)
