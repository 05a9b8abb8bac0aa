"""Pictures of public rooms, for whoever makes a card of a link: drawn when asked for, then kept.

A picture has an address by what is on it, so that one that changes has another; an address of
before shows the present one. A room has a new picture at most every `ANEW_AFTER_S`, and one is
drawn at a time, so that whoever looks at many rooms keeps no member's upload waiting for long.
Nobody's face or letter is on it who is not named outside (`Listening`).
"""

import asyncio
import hashlib
import json
from collections import OrderedDict
from dataclasses import asdict, dataclass

from salon.clock import Clock
from salon.errors import Unavailable
from salon.files.room_pictures import FACES_MAX, RoomPicture, shown
from salon.services.directory import Directory
from salon.services.files import Files
from salon.services.link_pictures import face_of
from salon.services.listening import Heard

KEPT = 64  # of about 50 KB
WAITING_MAX = 8
ANEW_AFTER_S = 10.0


@dataclass(frozen=True, slots=True)
class _Drawn:
    address: str
    png: bytes
    at_s: float


class RoomPictures:
    """Owns the last picture of each room, of the rooms that were asked for last."""

    def __init__(self, directory: Directory, files: Files, clock: Clock) -> None:
        self._directory = directory
        self._files = files
        self._clock = clock
        self._kept: OrderedDict[int, _Drawn] = OrderedDict()
        self._turn = asyncio.Lock()
        self._waiting = 0

    def address(self, heard: Heard, live: str) -> str:
        """Return the piece of an address that changes with the picture; `live` is the sign's."""
        avatars = [one.account and one.account.avatar_id for one in heard.speakers[:FACES_MAX]]
        facts = json.dumps([asdict(self._plain(heard, live)), avatars])
        return hashlib.sha256(facts.encode()).hexdigest()[:16]

    async def png(self, heard: Heard, live: str) -> tuple[str, bytes]:
        """Return (address, picture) as it is now, or was a moment ago.

        Raises Unavailable when many wait.
        """
        known = self._fresh(heard, live)
        if known is None:
            if self._waiting >= WAITING_MAX:
                raise Unavailable("Many pictures are being drawn. Come again.", reason="busy")
            self._waiting += 1
            try:
                async with self._turn:
                    known = self._fresh(heard, live) or await self._draw(heard, live)
            finally:
                self._waiting -= 1
        return known.address, known.png

    def _fresh(self, heard: Heard, live: str) -> _Drawn | None:
        known = self._kept.get(heard.room.id)
        if known is None:
            return None
        is_young = self._clock.monotonic_s() - known.at_s < ANEW_AFTER_S
        return known if is_young or known.address == self.address(heard, live) else None

    async def _draw(self, heard: Heard, live: str) -> _Drawn:
        faces = [await face_of(one.account, self._files) for one in heard.speakers[:FACES_MAX]]
        sizes, sent = shown(faces)
        plain = self._plain(heard, live)
        png = await self._files.draw(RoomPicture(**{**asdict(plain), "faces": sizes}), sent)
        made = _Drawn(self.address(heard, live), png, self._clock.monotonic_s())
        self._kept[heard.room.id] = made
        self._kept.move_to_end(heard.room.id)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made

    def _plain(self, heard: Heard, live: str) -> RoomPicture:
        """Return what is drawn but for faces."""
        first, community = heard.speakers[:FACES_MAX], self._directory.community
        return RoomPicture(
            community=community.name,
            name=heard.room.name,
            topic=heard.room.topic,
            hue=community.accent_hue,
            live=live if heard.is_live else "",
            faces=(0,) * len(first),
            letters=tuple(one.account.display_name[:1] if one.account else "" for one in first),
            more=len(heard.speakers) - len(first),
        )
