"""Pictures for cards of links, as plugins want them: drawn when asked for, then kept.

A picture has an address by what is on it, so that one that changes has another. One is drawn at a
time, few wait, and the ones that were asked for last are kept: whoever looks at many pages keeps no
member's upload waiting for long. What may be seen by everybody is for the plugin to judge.
"""

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict, replace

from salon.domain.accounts import Account
from salon.domain.link_pictures import PEOPLE_MAX, TEXT_MAX, LinkPicture
from salon.errors import Invalid, SalonError, Unavailable
from salon.files.room_pictures import FACES_MAX, RoomPicture, shown
from salon.services.directory import Directory
from salon.services.files import Files

KEPT = 64  # of about 50 KB
WAITING_MAX = 8


class LinkPictures:
    """Owns the pictures that were asked for last."""

    def __init__(self, directory: Directory, files: Files) -> None:
        self._directory = directory
        self._files = files
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._turn = asyncio.Lock()
        self._waiting = 0

    def address(self, picture: LinkPicture) -> str:
        """Return the piece of an address that changes with the picture. Raises Invalid."""
        avatars = [one and one.avatar_id for one in self._people(picture)]
        facts = json.dumps([asdict(self._plain(picture)), avatars])
        return hashlib.sha256(facts.encode()).hexdigest()[:16]

    async def png(self, picture: LinkPicture) -> bytes:
        """Return the picture as it is now. Raises Invalid, Unavailable when many wait."""
        address = self.address(picture)
        if address not in self._kept:
            if self._waiting >= WAITING_MAX:
                raise Unavailable("Many pictures are being drawn. Come again.", reason="busy")
            self._waiting += 1
            try:
                async with self._turn:
                    if address not in self._kept:
                        self._keep(address, await self._draw(picture))
            finally:
                self._waiting -= 1
        self._kept.move_to_end(address)
        return self._kept[address]

    def _keep(self, address: str, png: bytes) -> None:
        self._kept[address] = png
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    async def _draw(self, picture: LinkPicture) -> bytes:
        faces = [await face_of(one, self._files) for one in self._people(picture)]
        sizes, sent = shown(faces)
        return await self._files.draw(replace(self._plain(picture), faces=sizes), sent)

    def _people(self, picture: LinkPicture) -> Sequence[Account | None]:
        return [self._directory.account(id_) for id_ in picture.people[:FACES_MAX]]

    def _plain(self, picture: LinkPicture) -> RoomPicture:
        """Return what is drawn but for faces."""
        texts = (picture.above, picture.title, picture.about)
        if len(picture.people) > PEOPLE_MAX or any(len(text) > TEXT_MAX for text in texts):
            raise Invalid(
                f"On a picture stand texts of {TEXT_MAX} characters and {PEOPLE_MAX} people.",
                reason="malformed",
            )
        people = self._people(picture)
        return RoomPicture(
            community=picture.above,
            name=picture.title,
            topic=picture.about,
            hue=self._directory.community.accent_hue,
            live="",
            faces=(0,) * len(people),
            letters=tuple(one.display_name[:1] if one else "" for one in people),
            more=len(picture.people) - len(people),
        )


async def face_of(account: Account | None, files: Files) -> bytes | None:
    """Return the picture that stands for somebody, if there is one."""
    if account is None or account.avatar_id is None:
        return None
    try:
        return await files.face(account.avatar_id)
    except SalonError:  # it was thrown away meanwhile
        return None
