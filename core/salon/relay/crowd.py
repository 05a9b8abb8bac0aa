"""Listeners who get the same: those at one socket at once, few of them one by one."""

import socket
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from salon.relay import batch
from salon.relay.batch import Batch
from salon.relay.outlet import Outlet
from salon.relay.port import SocketPath
from salon.relay.srtp import Refused

BATCH_FROM = 12  # listeners at one socket; fewer cost less one by one (measured)
STARTS = 1 << 15  # a first number above could not be told from one of the round before (SRTP)


class Crowd:
    """Made anew whenever somebody comes, goes or moves.

    Its numbers move together: counted once for all, and what one was left out of is taken off.
    """

    def __init__(
        self, outlets: Iterable[Outlet], send: Callable[[bytes, SocketPath], bool]
    ) -> None:
        self._outlets = tuple(outlets)
        self._members = frozenset(self._outlets)
        self._send = send
        self._ahead = [0] * len(self._outlets[0].numbers)
        self._batches: list[Batch] = []
        self._others: list[Outlet] = []  # sent to one by one
        for outlet in self._outlets:
            outlet.follow(self._ahead)
        for slot in range(len(self._ahead)):
            self._start_alike(slot)
        self._sort()

    def _start_alike(self, slot: int) -> None:
        """Let those who have heard nothing of a slot start where most are; see `batch.py`."""
        new = [outlet for outlet in self._outlets if not outlet.numbers[slot]]
        others = [o.starts[slot] + o.numbers[slot] for o in self._outlets if o.numbers[slot]]
        for number, _ in Counter(others).most_common(1):
            for outlet in new:
                outlet.starts[slot] = number % STARTS

    def _sort(self) -> None:
        together: dict[Any, list[Outlet]] = defaultdict(list)
        for outlet in self._outlets:
            opened = outlet.path[0]
            if batch.is_possible and isinstance(opened, socket.socket):
                together[opened, outlet.profile].append(outlet)
            else:
                self._others.append(outlet)
        for (opened, _), outlets in together.items():
            if len(outlets) >= BATCH_FROM:
                self._batches.append(Batch(opened, outlets))
            else:
                self._others += outlets

    def send(self, slot: int, step: int, packet: bytes, but: Outlet | None) -> tuple[int, int]:
        """Send to all but one, each under the number `step` after their last: (sent, not sent)."""
        if step != 1:
            self._skip(slot, step, but)
        if step > 0:
            self._ahead[slot] += step
            if but in self._members:
                but.numbers[slot] -= step
        ahead = self._ahead[slot] + min(step, 0)
        sent = unsent = 0
        for together in self._batches:
            done, lost = together.send(slot, ahead, packet, but, is_late=step < 0)
            sent += done
            unsent += lost
        for outlet in self._others:
            if outlet is not but:
                sent += self._send_one(outlet, slot, outlet.numbers[slot] + ahead, packet)
        return sent, unsent

    def _skip(self, slot: int, step: int, but: Outlet | None) -> None:
        """Note the numbers that are left out, or that a late packet has its number after all."""
        skipped = step - 1 if step > 0 else -1
        for outlet in self._outlets:
            if outlet is not but and outlet.number(slot) + step > 0:
                outlet.skipped[slot] = max(0, outlet.skipped[slot] + skipped)

    def _send_one(self, outlet: Outlet, slot: int, number: int, packet: bytes) -> int:
        if number < 1:  # a late packet for one who has heard nothing yet
            return 0
        number = outlet.starts[slot] + number & 0xFFFF
        try:
            protected = outlet.session.protect(packet[:2] + number.to_bytes(2) + packet[4:])
        except Refused:  # later than SRTP can follow
            return 0
        return int(self._send(protected, outlet.path))  # what was not taken is counted there
