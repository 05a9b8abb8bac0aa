"""The first page for who has no account: what is on, what may be read, and what plugins let out.

A place that lets nothing be heard or read from outside has none: who comes is asked to sign in.
"""

from typing import Any

from aiohttp import web

from salon.services.directory import Directory
from salon.services.listening import Heard, Listening
from salon.web.fragments import Fragments

PLACE = "public-home"
ROOMS_SHOWN = 6
CHANNELS_SHOWN = 12
FACES_SHOWN = 4
NAMES_SHOWN = 2


class PublicHome:
    """Gathers what the page prints; names are those of people who show theirs outside."""

    def __init__(self, *, directory: Directory, listening: Listening, fragments: Fragments) -> None:
        self._directory = directory
        self._listening = listening
        self._fragments = fragments

    @property
    def is_open(self) -> bool:
        """Whether anything may be heard or read without an account."""
        return bool(self._listening.rooms() or self._directory.public_channels())

    async def facts(self, request: web.Request, language: str) -> dict[str, Any]:
        rooms = self._listening.rooms()[:ROOMS_SHOWN]
        pieces = await self._fragments.at(PLACE, request, None, language)
        return {
            "rooms": [_room(heard) for heard in rooms],
            "is_lit": any(heard.is_live for heard in rooms),
            "channels": self._directory.public_channels()[:CHANNELS_SHOWN],
            "pieces": pieces,
            "registration": self._directory.community.registration.value,
        }


def _room(heard: Heard) -> dict[str, Any]:
    known = [one.account for one in heard.speakers if one.account is not None]
    talking = [one.account for one in heard.speakers if one.account is not None and one.is_talking]
    return {
        "name": heard.room.name,
        "topic": heard.room.topic,
        "address": f"/listen/{heard.room.slug}",
        "is_live": heard.is_live,
        "faces": [(each.display_name[:1], each.hue) for each in known[:FACES_SHOWN]],
        "talking": [each.display_name for each in talking[:NAMES_SHOWN]],
        "people": len(heard.speakers) + heard.listening,
    }
