"""Several media workers as one relay: a room lives in one of them, each has its own UDP port."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from salon.errors import Conflict, NotFound, SalonError
from salon.relay.audio import SINK_PACKETS, AudioSink
from salon.relay.control import Attachment, PeerLost, RelayEvent, Source
from salon.relay.measures import WorkerMeasures
from salon.relay.remote import RemoteRelay


class Workers:
    """Implements `control.Relay`. A room is opened where the fewest people are."""

    def __init__(self, relays: Sequence[RemoteRelay]) -> None:
        self._relays = tuple(relays)
        self._rooms: dict[int, RemoteRelay] = {}
        self._peers: dict[str, int] = {}  # the room of each
        for relay in self._relays:
            relay.listen(self._heard)

    @property
    def port(self) -> int:
        """The first worker's UDP port; those of the others follow it."""
        return self._relays[0].port

    def listen(self, callback: Callable[[RelayEvent], None]) -> None:
        for relay in self._relays:
            relay.listen(callback)

    async def start(self) -> None:
        starts = (relay.start() for relay in self._relays)
        failed = [one for one in await asyncio.gather(*starts, return_exceptions=True) if one]
        if failed:
            await self.stop()
            raise failed[0]

    async def stop(self) -> None:
        await asyncio.gather(*(relay.stop() for relay in self._relays))

    async def rebind(
        self, addresses: Sequence[str], port: int, announced: Sequence[str] = ()
    ) -> None:
        before = [relay.bound for relay in self._relays]
        try:
            for number, relay in enumerate(self._relays):
                await relay.rebind(addresses, port and port + number, announced)
        except SalonError:
            for relay, bound in zip(self._relays, before, strict=True):
                if bound is not None and relay.bound != bound:
                    await relay.rebind(*bound)
            raise

    async def open_room(self, room_id: int, *, slots: int) -> None:
        relay = self._rooms.get(room_id) or self._least_busy()
        self._rooms[room_id] = relay
        await relay.open_room(room_id, slots=slots)

    def _least_busy(self) -> RemoteRelay:
        rooms = Counter(self._rooms.values())
        people = Counter(self._rooms[room_id] for room_id in self._peers.values())
        return min(self._relays, key=lambda one: (people[one], rooms[one]))

    async def close_room(self, room_id: int) -> None:
        relay = self._rooms.pop(room_id, None)
        self._peers = {id_: of for id_, of in self._peers.items() if of != room_id}
        if relay is not None:
            await relay.close_room(room_id)

    def _heard(self, event: RelayEvent) -> None:
        if isinstance(event, PeerLost):
            self._peers.pop(event.peer_id, None)

    def _of_room(self, room_id: int) -> RemoteRelay:
        relay = self._rooms.get(room_id)
        if relay is None:
            raise NotFound("This room is not open for voices.", reason="voices_closed")
        return relay

    async def add_peer(
        self, room_id: int, peer_id: str, owner: str, *, may_speak: bool, music: bool = False
    ) -> str:
        relay = self._of_room(room_id)
        if peer_id in self._peers:
            raise Conflict(f"There is a peer {peer_id!r} already.")
        self._peers[peer_id] = room_id  # first: it may be removed before its offer has come
        try:
            return await relay.add_peer(room_id, peer_id, owner, may_speak=may_speak, music=music)
        except BaseException:
            self._peers.pop(peer_id, None)
            raise

    def _of_peer(self, peer_id: str) -> RemoteRelay:
        """Return where a peer is; any worker can say of an unknown one that there is none."""
        return self._rooms.get(self._peers.get(peer_id, 0), self._relays[0])

    async def answer(self, peer_id: str, sdp: str) -> None:
        await self._of_peer(peer_id).answer(peer_id, sdp)

    async def remove_peer(self, peer_id: str) -> None:
        relay = self._of_peer(peer_id)
        self._peers.pop(peer_id, None)
        await relay.remove_peer(peer_id)

    async def allow(self, peer_id: str, *, speak: bool, hear: bool) -> None:
        await self._of_peer(peer_id).allow(peer_id, speak=speak, hear=hear)

    async def attach(
        self, room_id: int, sink: AudioSink, *, capacity_packets: int = SINK_PACKETS
    ) -> Attachment:
        return await self._of_room(room_id).attach(room_id, sink, capacity_packets=capacity_packets)

    async def watch_levels(self, room_id: int, *, told: bool) -> None:
        relay = self._of_room(room_id) if told else self._rooms.get(room_id)
        if relay is not None:
            await relay.watch_levels(room_id, told=told)

    async def open_source(self, room_id: int, owner: str) -> Source:
        return await self._of_room(room_id).open_source(room_id, owner)

    def counters(self) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        for relay in self._relays:
            counts.update(relay.counters())
        return counts

    async def measure(self, room_id: int | None = None) -> tuple[WorkerMeasures, ...]:
        measured = await asyncio.gather(*(relay.measure(room_id) for relay in self._relays))
        return tuple(worker for (worker,) in measured)
