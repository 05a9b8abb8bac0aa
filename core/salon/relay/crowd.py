"""Listeners who get the same: those at one socket at once, few of them one by one."""

import socket
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from salon.relay import batch
from salon.relay.batch import Batch
from salon.relay.outlet import Outlet
from salon.relay.port import SocketPath
from salon.relay.srtp import Refused

BATCH_FROM = 12  # listeners at one socket; fewer cost less one by one (measured)


class Crowd:
    """Made anew whenever somebody comes, goes or moves."""

    def __init__(
        self, outlets: Iterable[Outlet], send: Callable[[bytes, SocketPath], None]
    ) -> None:
        self._outlets = tuple(outlets)
        self._send = send
        self._batches: list[Batch] = []
        self._others: list[Outlet] = []  # sent to one by one
        self._sort()

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
        sent = unsent = 0
        for together in self._batches:
            done, lost = together.send(slot, step, packet, but)
            sent += done
            unsent += lost
        for outlet in self._others:
            if outlet is not but:
                sent += self._send_one(outlet, slot, step, packet)
        return sent, unsent

    def _skip(self, slot: int, step: int, but: Outlet | None) -> None:
        """Note the numbers that are left out, or that a late packet has its number after all."""
        skipped = step - 1 if step > 0 else -1
        for outlet in self._outlets:
            if outlet is not but and outlet.numbers[slot] + step > 0:
                outlet.skipped[slot] = max(0, outlet.skipped[slot] + skipped)

    def _send_one(self, outlet: Outlet, slot: int, step: int, packet: bytes) -> int:
        number = outlet.numbers[slot] + step
        if number < 1:  # a late packet for one who has heard nothing yet
            return 0
        if step > 0:
            outlet.numbers[slot] = number
        try:
            protected = outlet.session.protect(
                packet[:2] + (number & 0xFFFF).to_bytes(2) + packet[4:]
            )
        except Refused:  # later than SRTP can follow
            return 0
        self._send(protected, outlet.path)
        return 1
