"""Whoever blocks the core delays no packet: each one's way is measured by the load generator."""

import asyncio
import select
import time
from typing import Any

import pytest
from _audience import RtpEar
from _voice import Voice

from salon.plugin import Command, Payload, Plugin, hookimpl
from salon.testing import Person

BLOCKED_S = 2.0
FRAME_S = 0.02
PACKETS = 125  # half a second more than the core stands still
FIRST = 5  # with which the room finds out that somebody talks
TRIES = 3  # the machine itself may stall


class Nothing(Payload):
    """A command without fields."""


class Blocking(Plugin[Any]):
    """A plugin whose author forgot that waiting has to be awaited."""

    name = "blocking"

    @hookimpl
    def register_commands(self) -> list[Command]:
        return [Command("block", Nothing, self.block, None)]

    async def block(self, _actor: object, _payload: Nothing) -> dict[str, Any]:
        time.sleep(BLOCKED_S)  # noqa: ASYNC251 this is the fault
        return {}


def delays_ms(speaker: Voice, ear: RtpEar, packets: int = PACKETS) -> list[float]:
    """Say a packet every 20 ms; return how long each was on its way, by the kernel's stamps."""
    ear.begin()
    due_s = time.monotonic()
    for _ in range(packets):
        speaker.say()
        due_s += FRAME_S
        while (left_s := due_s - time.monotonic()) > 0:
            if select.select([ear.socket], [], [], left_s)[0]:
                ear.receive()
    return ear.ages_ms.copy()


@pytest.mark.settings(media={"workers": 1})
@pytest.mark.plugin.with_args(Blocking)
async def test_a_plugin_that_blocks_the_core_for_two_seconds_delays_not_one_packet(
    owner: Person, alice: Person
) -> None:
    room = owner.room("Kitchen table")
    speaker, listener = Voice(), Voice()
    await speaker.speak(owner, room)
    await listener.join(alice, room)
    ear = RtpEar(listener, {})
    ear.listen_closely()
    await asyncio.to_thread(delays_ms, speaker, ear, FIRST)
    for _ in range(TRIES):
        calm = await asyncio.to_thread(delays_ms, speaker, ear)
        saying = asyncio.create_task(asyncio.to_thread(delays_ms, speaker, ear))
        began_s = time.monotonic()
        await alice.command("blocking.block")
        assert time.monotonic() - began_s >= BLOCKED_S
        assert not saying.done()
        blocked = await saying
        assert len(calm) == len(blocked) == PACKETS
        if max(blocked) <= max(*calm, FRAME_S * 1_000):
            break
    else:
        pytest.fail(f"up to {max(blocked):.1f} ms, without blocking {max(calm):.1f} ms")
    speaker.close()
    ear.socket.close()
