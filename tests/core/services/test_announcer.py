"""Coming back: bounded in memory, and right while things move."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from salon.services import announcer
from salon.testing import Person, Server


async def test_a_large_gap_is_told_as_a_snapshot(
    owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alice.cut()
    for n in range(3):
        await owner.post("#general", f"{n}" * 100)
    monkeypatch.setattr(announcer, "REPLAY_MAX_BYTES", 500)
    await alice.open(resume=True)
    assert not alice.welcome["resumed"]


async def test_what_is_kept_for_those_who_come_back_is_bounded_in_bytes(
    server: Server, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcer, "RING_MAX_BYTES", 2_000)
    await alice.cut()
    for n in range(8):
        await owner.post("#general", f"{n}" * 200)
    assert sum(len(entry.body) for entry in server.app.announcer._ring) <= 2_000
    await alice.open(resume=True)
    heard = [(await alice.expect("message.posted"))["text"][0] for _ in range(8)]
    assert heard == list("01234567")


async def test_what_is_read_elsewhere_while_somebody_comes_in_is_known(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = await owner.post("#general", "news")
    channel = owner.channel("#general")
    await owner.cut()
    store, actor = server.app.store, server.app.directory.account(int(owner.id))
    assert actor is not None
    read = store.read

    async def slow(work: Callable[[Any], Any]) -> Any:
        found = await read(work)
        if server.app.announcer._moved:
            await server.app.services.messages.move_read(actor, int(channel), int(posted["id"]))
        return found

    monkeypatch.setattr(store, "read", slow)
    await owner.open()
    assert owner.snapshot["reads"] == {channel: posted["id"]}


async def test_unused_tickets_of_an_account_are_few(server: Server, owner: Person) -> None:
    tickets = []
    for _ in range(50):
        async with owner.web.post("/api/ticket", headers={"Origin": owner.url}) as response:
            tickets.append((await response.json())["ticket"])
    gateway = server.app.front.gateway
    assert len(gateway._tickets) == 20
    assert gateway.redeem(tickets[0]) is None
    assert gateway.redeem(tickets[-1]) is not None


async def held(server: Server, who: Person, *texts: str) -> list[asyncio.Task[Any]]:
    """Let somebody say this to all, and return when it is written down: nobody is answered yet."""
    queue: asyncio.Queue[object] = asyncio.Queue()
    server.app.announcer.when_committed(queue.put_nowait)
    posting = [asyncio.create_task(who.post("#general", text)) for text in texts]
    for _ in texts:
        await asyncio.wait_for(queue.get(), 10)
    return posting


async def test_what_many_hear_is_held_and_comes_before_whatever_is_told_next(
    server: Server, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcer, "MANY", 1)
    monkeypatch.setattr(announcer, "HOLD_S", 3_600)
    texts = ["one", "two"]
    posting = await held(server, owner, *texts)
    assert not alice.heard("message.posted")
    assert not any(posted.done() for posted in posting)
    await owner.command("typing.start", channel=owner.channel("#general"))
    await alice.expect("typing.started")
    assert [each["text"] for each in alice.heard("message.posted")] == texts
    assert [each["text"] for each in await asyncio.gather(*posting)] == texts


async def test_an_answer_comes_behind_what_is_held(
    server: Server, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcer, "MANY", 1)
    monkeypatch.setattr(announcer, "HOLD_S", 0.2)
    (posting,) = await held(server, owner, "news")
    await alice.command("rules.show")
    assert [each["text"] for each in alice.heard("message.posted")] == ["news"]
    await posting
    assert [each["text"] for each in owner.heard("message.posted")] == ["news"]


async def test_what_is_held_goes_with_the_commit_that_is_on_its_way(
    server: Server, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcer, "MANY", 1)
    monkeypatch.setattr(announcer, "HOLD_S", 0.05)
    monkeypatch.setattr(announcer, "HOLD_FOR_COMMIT_S", 3_600)
    disk = threading.Event()
    (first,) = await held(server, owner, "one")
    slow = asyncio.ensure_future(server.app.store.write(lambda _tx: disk.wait(10)))
    second = asyncio.ensure_future(owner.post("#general", "two"))
    asyncio.get_running_loop().call_later(0.2, disk.set)
    assert (await alice.expect("message.posted"))["text"] == "one"
    assert disk.is_set()
    assert [each["text"] for each in alice.heard("message.posted")] == ["two"]
    await asyncio.gather(first, slow, second)


async def test_in_a_busy_place_the_next_write_waits_until_the_loop_has_rested_from_the_last(
    server: Server, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcer, "MANY", 1)
    monkeypatch.setattr(announcer, "HOLD_S", 0)
    monkeypatch.setattr(announcer, "REST", 1e9)
    monkeypatch.setattr(announcer, "HOLD_BUSY_S", 3_600)
    await owner.post("#general", "one")  # written at once: nothing was written before
    monkeypatch.setattr(announcer, "REST", 0)
    await alice.command("ping")  # has nothing to write, and shortens no rest
    posting = await held(server, owner, "two", "three")
    async with alice.web.get(
        "/health/live"
    ) as response:  # rounds of the loop, in which nothing is told
        response.raise_for_status()
    assert [each["text"] for each in alice.heard("message.posted")] == ["one"]
    assert not any(posted.done() for posted in posting)
    await alice.command("ping")
    assert [each["text"] for each in alice.heard("message.posted")] == ["one", "two", "three"]
    await asyncio.gather(*posting)


async def test_what_many_hear_comes_by_itself_soon(
    owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcer, "MANY", 1)
    await owner.post("#general", "news")
    assert (await alice.expect("message.posted"))["text"] == "news"


async def test_a_heartbeat_never_overtakes_what_is_held(
    server: Server, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcer, "MANY", 1)
    monkeypatch.setattr(announcer, "HOLD_S", 3_600)
    (posting,) = await held(server, owner, "news")
    assert (await alice.command("ping"))["seq"] == server.app.store.head_seq == alice.seq
    assert [each["text"] for each in alice.heard("message.posted")] == ["news"]
    await posting


async def test_who_is_put_out_while_a_message_is_held_was_there_when_it_was_said(
    server: Server, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcer, "MANY", 1)
    monkeypatch.setattr(announcer, "HOLD_S", 3_600)
    (posting,) = await held(server, owner, "before")
    await owner.command("sanction.impose", account=alice.id, kind="ban", reason="noise")
    assert await alice.expect_close() == announcer.CLOSE_SIGN_IN
    assert [each["text"] for each in alice.heard("message.posted")] == ["before"]
    await posting


async def test_what_is_held_is_bounded_in_bytes(
    owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcer, "MANY", 1)
    monkeypatch.setattr(announcer, "HOLD_S", 3_600)
    monkeypatch.setattr(announcer, "HOLD_MAX_BYTES", 100)
    await owner.post("#general", "n" * 200)
    assert (await alice.expect("message.posted"))["text"] == "n" * 200
