"""Visitors of public rooms: a page that listens without an account, and rooms to listen to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from salon.testing import Person, Server
from salon.testing.voice import VoicePeer

TONE_HZ = 440.0
WITHIN_S = 10.0
NOBODYS = "/listen/never"
SOCKET = "/listen/kitchen-table/socket"


class Listener:
    """A page of somebody without an account, which may do what no page of ours does."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.voice: VoicePeer | None = None
        self.room: dict[str, Any] = {}

    async def frame(self, kind: str) -> dict[str, Any]:
        """Return the next frame of a kind."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                frame: dict[str, Any] = await self.socket.receive_json()
                if frame["type"] == "room":
                    self.room = frame
                if frame["type"] == kind:
                    return frame

    async def connect(self) -> VoicePeer:
        offer = (await self.frame("offer"))["sdp"]
        await self.frame("room")
        self.voice = VoicePeer({"room": {"id": ""}, "offer": offer})
        await self.say(type="answer", sdp=await self.voice.answer())
        await self.voice.connected()
        return self.voice

    async def say(self, **said: Any) -> None:
        await self.socket.send_str(json.dumps(said))

    async def closed(self) -> int | None:
        """Return the code with which the server hangs up."""
        async with asyncio.timeout(WITHIN_S):
            while not self.socket.closed:
                await self.socket.receive()
        return self.socket.close_code


@asynccontextmanager
async def listener(server: Server, slug: str = "kitchen-table") -> AsyncIterator[Listener]:
    async with (
        server.visitor() as web,
        web.ws_connect(f"/listen/{slug}/socket", origin=server.url) as socket,
    ):
        visitor = Listener(socket)
        try:
            yield visitor
        finally:
            if visitor.voice is not None:
                await visitor.voice.close()


def own(server: Server) -> dict[str, str]:
    """Return what a script of ours sends."""
    return {"Origin": server.url, "Accept": "application/json"}


async def refusal(server: Server, path: str, **headers: str) -> tuple[int, Any]:
    """Return how the server refuses a socket."""
    async with server.visitor() as web, web.get(path, headers=headers) as answer:
        is_refused = answer.content_type == "application/json"
        return answer.status, (await answer.json())["error"] if is_refused else {}


async def shut(server: Server, slug: str = "kitchen-table") -> bool:
    """Whether nothing of the room is there, in exactly the words for what never was."""
    page, nothing = f"/listen/{slug}", await refusal(server, NOBODYS, **own(server))
    assert nothing[0] == 404
    socket = await refusal(server, f"{page}/socket", **own(server))
    return await refusal(server, page, **own(server)) == nothing and socket == nothing


async def publish(owner: Person, room: str = "Kitchen table") -> str:
    """Make a room public in a community that has public rooms."""
    await owner.command("community.edit", public_rooms=True)
    await owner.command("room.edit", room=owner.room(room), is_public=True)
    return owner.room(room)


async def talking(person: Person, room: str = "Kitchen table") -> str:
    await person.join(room)
    assert person.voice is not None
    await person.command("voice.set", room=person.voice.room_id, muted=False)
    person.voice.talk(TONE_HZ)
    return person.voice.room_id
