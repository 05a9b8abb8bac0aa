"""How loud each voice of a room is: told five times a second to whoever wants no packets."""

import asyncio
from collections.abc import Callable

from salon.relay.audio import AudioPacket
from salon.relay.control import LevelsHeard

LEVELS_EVERY_S = 0.2


class LevelMeter:
    """One room's meter: keeps the loudest packet of each voice until it is told.

    It stands among the room's taps, so that a room without one pays nothing for it.
    """

    def __init__(self, room_id: int, tell: Callable[[LevelsHeard], None]) -> None:
        self._room_id = room_id
        self._tell = tell
        self._loudest_dbov: dict[str, int] = {}
        self._was_heard = False
        self._timer = asyncio.get_running_loop().call_later(LEVELS_EVERY_S, self._tick)

    def put(self, packet: AudioPacket) -> None:
        """Note a packet; one whose sender tells no level says nothing here."""
        level_dbov = packet.level_dbov
        if level_dbov is None:
            return
        peer_id = packet.voice.peer_id
        if level_dbov > self._loudest_dbov.get(peer_id, level_dbov - 1):
            self._loudest_dbov[peer_id] = level_dbov

    def _tick(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(LEVELS_EVERY_S, self._tick)
        heard, self._loudest_dbov = self._loudest_dbov, {}
        if heard or self._was_heard:  # once more when nobody sends any longer
            self._tell(LevelsHeard(self._room_id, heard))
        self._was_heard = bool(heard)

    async def close(self) -> None:
        """Tell no more. Twice is once."""
        self._timer.cancel()
