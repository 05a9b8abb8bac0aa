"""Inboxes: in order, bounded, and nobody waits."""

import asyncio

from salon.host.inbox import Inbox, Notice


def _notice(number: int) -> Notice:
    return Notice("message_posted", {"number": number})


async def test_notices_come_out_in_order() -> None:
    inbox = Inbox()
    for number in range(3):
        inbox.put(_notice(number))
    assert [(await inbox.next()).facts["number"] for _ in range(3)] == [0, 1, 2]


async def test_a_full_inbox_loses_the_oldest_and_counts_it() -> None:
    inbox = Inbox(capacity=2)
    assert [inbox.put(_notice(number)) for number in range(5)] == [True, True, False, False, False]
    assert inbox.lost == 3
    assert [(await inbox.next()).facts["number"] for _ in range(2)] == [3, 4]


async def test_it_is_settled_only_when_the_last_notice_has_been_dealt_with() -> None:
    inbox = Inbox()
    assert inbox.is_idle
    inbox.put(_notice(1))
    await inbox.next()
    assert not inbox.is_idle
    asking = asyncio.create_task(inbox.next())
    await inbox.settled()
    asking.cancel()


async def test_a_cleared_inbox_is_settled() -> None:
    inbox = Inbox()
    inbox.put(_notice(1))
    inbox.clear()
    await inbox.settled()
