"""A media worker: the relay in a process of its own, told what to do over a socket.

`python -m salon.relay.worker FD`, started by `remote.py` with one end of a socket pair. A slow
request or a plugin that blocks the core delays no packet here. It ends with the socket: a worker
without a core would hold the port and talk to nobody. Signals of the terminal are the core's.
"""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import structlog

from salon.clock import SystemClock
from salon.errors import SalonError, Unavailable
from salon.logs import configure
from salon.relay import wire
from salon.relay.audio import AudioPacket
from salon.relay.control import Attachment, RelayEvent, Source
from salon.relay.local import LocalRelay

READ_BYTES = 65_536
WAITING_MAX_BYTES = 4 << 20  # that a core which is busy has not read yet; then sinks lose packets

log = structlog.get_logger(__name__)


class _Sent:
    """A sink whose packets go to the core. It never waits: what the core does not read is lost."""

    def __init__(self, number: int, writer: asyncio.StreamWriter) -> None:
        self.attachment: Attachment | None = None
        self._number = number
        self._writer = writer
        self._unsent = 0

    @property
    def lost(self) -> int:
        return self._unsent + (0 if self.attachment is None else self.attachment.dropped_packets)

    async def receive(self, packets: Sequence[AudioPacket]) -> None:
        if self._writer.transport.get_write_buffer_size() > WAITING_MAX_BYTES:
            self._unsent += len(packets)
            return
        for frame in wire.packets_frames(self._number, self.lost, packets):
            self._writer.write(frame)


class Worker:
    """Carries out what the core asks, in the order in which it asks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._relay: LocalRelay | None = None
        self._sinks: dict[int, _Sent] = {}
        self._sources: dict[int, Source] = {}
        self._asked: Mapping[str, Callable[..., Coroutine[Any, Any, Any]]] = {
            "begin": self._begin,
            "rebind": self._rebind,
            "attach": self._attach,
            "detach": self._detach,
            "open_source": self._open_source,
            "close_source": self._close_source,
            "measure": self._measure,
        }

    async def run(self) -> None:
        """Work until the core says goodbye or has gone."""
        frames = wire.Frames()
        try:
            while received := await self._reader.read(READ_BYTES):
                for kind, body in frames.feed(received):
                    await self._take(kind, body)
        except (ConnectionError, wire.Garbled) as error:
            log.warning("a media worker lost the core", reason=str(error))
        finally:
            if self._relay is not None:
                await self._relay.stop()

    async def _take(self, kind: int, body: bytes) -> None:
        if kind == wire.SPOKEN:
            self._spoken(body)
            return
        said = wire.json_of(body)
        id_, name, given = said.get("id"), said.get("ask"), said.get("with")
        if not isinstance(id_, int) or not isinstance(name, str) or not isinstance(given, dict):
            raise wire.Garbled("no question")
        try:
            got = await self._method(name)(**given)
            answer = wire.json_frame({"id": id_, "got": got})
        except wire.TooLong as error:  # an answer that cannot be given ends nothing but itself
            log.warning("a media worker had more to say than a frame holds", asked=name)
            answer = wire.refused(id_, _could_not(error, name))
        except wire.Garbled:
            raise
        except SalonError as error:
            answer = wire.refused(id_, error)
        except Exception as error:  # the outermost line: a question ends nothing but itself
            log.exception("a media worker met a fault of ours", asked=name)
            answer = wire.refused(id_, _could_not(error, name))
        self._writer.write(answer)

    def _method(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        if name in self._asked:
            return self._asked[name]
        if self._relay is None:
            raise wire.Garbled("not begun")
        if name not in {
            "open_room",
            "close_room",
            "add_peer",
            "answer",
            "remove_peer",
            "allow",
            "watch_levels",
        }:
            raise wire.Garbled(f"nobody knows {name!r}")
        method: Callable[..., Coroutine[Any, Any, Any]] = getattr(self._relay, name)
        return method

    @property
    def _started(self) -> LocalRelay:
        if self._relay is None:
            raise wire.Garbled("not begun")
        return self._relay

    # -- what is asked

    async def _begin(self, *, version: int, logs: tuple[Any, Any], **settings: int) -> None:
        if version != wire.VERSION:
            raise wire.Garbled(f"version {version}; this worker speaks {wire.VERSION}")
        configure(*logs)
        self._relay = LocalRelay(SystemClock(), **settings)
        self._relay.listen(self._tell)
        await self._relay.start()
        gc.collect()
        gc.freeze()
        self._count()

    async def _rebind(self, *, addresses: list[str], port: int, announced: list[str]) -> int:
        """Return the port in use."""
        await self._started.rebind(addresses, port, announced)
        return self._started.port

    async def _attach(self, *, number: int, room_id: int, capacity_packets: int) -> None:
        sink = _Sent(number, self._writer)
        sink.attachment = await self._started.attach(
            room_id, sink, capacity_packets=capacity_packets
        )
        self._sinks[number] = sink

    async def _detach(self, *, number: int) -> int:
        """Return how many packets were lost on this side."""
        sink = self._sinks.pop(number, None)
        if sink is None or sink.attachment is None:
            return 0
        await sink.attachment.close()
        return sink.lost

    async def _open_source(self, *, number: int, room_id: int, owner: str) -> str:
        source = await self._started.open_source(room_id, owner)
        self._sources[number] = source
        return source.peer_id

    async def _close_source(self, *, number: int) -> None:
        source = self._sources.pop(number, None)
        if source is not None:
            await source.close()

    async def _measure(self, *, room_id: int | None) -> dict[str, Any]:
        (measured,) = await self._started.measure(room_id)
        return wire.measured(measured)

    def _spoken(self, body: bytes) -> None:
        number, samples, level_dbov, opus = wire.spoken_of(body)
        source = self._sources.get(number)
        if source is None:  # closed while this was on its way
            return
        try:
            source.put(opus, samples=samples, level_dbov=level_dbov)
        except SalonError:
            log.debug("a source said what cannot be sent", source=number)

    # -- what is told

    def _tell(self, event: RelayEvent) -> None:
        self._say(wire.told(event))

    def _count(self) -> None:
        self._say(wire.json_frame({"counted": dict(self._started.counters())}))
        asyncio.get_running_loop().call_later(wire.COUNT_EVERY_S, self._count)

    def _say(self, frame: bytes) -> None:
        if self._writer.transport.get_write_buffer_size() > 2 * WAITING_MAX_BYTES:
            self._writer.transport.abort()  # a core that has not read for so long has gone
        else:
            self._writer.write(frame)


def _could_not(error: Exception, asked: str) -> SalonError:
    """Say to the keeper why it cannot begin; to others only that it could not be done."""
    message = str(error) if asked == "begin" else "Voices could not do this. Try again in a moment."
    return Unavailable(message, reason="voices_soon")


async def _main(fd: int) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    reader, writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=fd))
    await Worker(reader, writer).run()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
