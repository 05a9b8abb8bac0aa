"""Threads that read: every question has its answer, and what nobody waits for is not asked."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from salon.errors import Unavailable
from salon.store import readers
from salon.store.readers import Readers


@pytest.fixture
async def one_reader() -> AsyncIterator[Readers]:
    made = Readers(1)
    yield made
    await asyncio.to_thread(made.close)


async def test_an_answer_and_an_error_come_to_who_asked(one_reader: Readers) -> None:
    def fails() -> None:
        raise LookupError("not here")

    first, error, last = (
        one_reader.submit(lambda: 1),
        one_reader.submit(fails),
        one_reader.submit(int),
    )
    with pytest.raises(LookupError):
        await error
    assert (await first, await last) == (1, 0)


async def test_what_is_cancelled_before_its_turn_is_not_done(one_reader: Readers) -> None:
    go_on = threading.Event()
    done: list[str] = []
    before = one_reader.submit(lambda: go_on.wait(10))
    given_up = one_reader.submit(lambda: done.append("given up"))
    after = one_reader.submit(lambda: done.append("after"))
    given_up.cancel()
    go_on.set()
    await asyncio.gather(before, after)
    assert done == ["after"]


async def test_too_many_that_wait_are_refused_and_the_others_answered(
    one_reader: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "WAITING_MAX", 2)
    asked = [one_reader.submit(lambda: True) for _ in range(2)]
    with pytest.raises(Unavailable):
        one_reader.submit(lambda: True)
    assert await asyncio.gather(*asked) == [True, True]
    assert await one_reader.submit(lambda: True)


async def test_what_waits_is_done_before_the_threads_end(one_reader: Readers) -> None:
    asked = [one_reader.submit(lambda: True) for _ in range(3)]
    await asyncio.to_thread(one_reader.close)
    assert await asyncio.gather(*asked) == [True] * 3
    with pytest.raises(Unavailable):
        one_reader.submit(lambda: True)


async def test_who_read_last_reads_next_and_another_only_while_it_does() -> None:
    several = Readers(3)
    alone = [await several.submit(threading.get_ident) for _ in range(6)]
    assert len(set(alone)) == 1
    meeting = threading.Barrier(3)  # which opens only if three are there at once

    def met() -> int:
        meeting.wait(10)
        return threading.get_ident()

    together = await asyncio.gather(*(several.submit(met) for _ in range(6)))
    assert len(set(together)) == 3
    await asyncio.to_thread(several.close)
