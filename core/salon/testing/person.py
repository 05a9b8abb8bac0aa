"""Somebody with a browser's cookies and a real socket; with `join`, a real voice."""

import asyncio
import json
import os
from collections import deque
from contextlib import suppress
from http import HTTPStatus
from io import BytesIO
from socket import SHUT_RDWR, socket
from typing import Any, Self

import aiohttp

from salon.ids import new_secret
from salon.testing.voice import VoicePeer

PASSWORD = "rosy lantern marching quietly"  # noqa: S105 of people who exist during a test
EXPECT_WITHIN_S = 5.0
KEPT_EVENTS = 10_000


class Refused(Exception):
    """A command was refused; `code` and `error` are what the socket carried."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code: str = error["code"]
        self.error = error


class Person:
    """Signs up through the pages, talks over the socket, remembers what it was told.

    `address` is the one of this machine's that the server sees; else the system chooses.
    """

    def __init__(self, url: str, handle: str, password: str, *, address: str | None = None) -> None:
        self.url = url
        self.handle = handle
        self.password = password
        here = None if address is None else (address, 0)
        self.web = aiohttp.ClientSession(
            url,
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            connector=aiohttp.TCPConnector(local_addr=here),
        )
        self.welcome: dict[str, Any] = {}
        self.snapshot: dict[str, Any] = {}
        self.seq = 0
        self.close_code: int | None = None
        self.voice: VoicePeer | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._next_id = 1
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.events: deque[dict[str, Any]] = deque(maxlen=KEPT_EVENTS)
        self._news = asyncio.Condition()

    @property
    def id(self) -> str:
        account_id: str = self.welcome["account"]["id"]
        return account_id

    # -- pages

    async def fill(self, path: str, **fields: str) -> aiohttp.ClientResponse:
        """Send a form like a browser, with our own Origin. Returns the first answer."""
        known = {
            "handle": self.handle,
            "display_name": self.handle.title(),
            "password": self.password,
            "rules": "on",
        }
        response = await self.web.post(
            path, data=known | fields, headers={"Origin": self.url}, allow_redirects=False
        )
        await response.read()
        return response

    async def sign_in(self, password: str | None = None) -> aiohttp.ClientResponse:
        return await self.fill("/signin", password=password or self.password)

    # -- the socket

    async def open(self, *, resume: bool = False) -> Self:
        """Open the socket; with `resume`, go on from what is known."""
        async with self.web.post("/api/ticket", headers={"Origin": self.url}) as response:
            ticket = (await response.json())["ticket"]
        self._socket = await self.web.ws_connect("/socket", origin=self.url, max_msg_size=0)
        self.close_code = None
        hello: dict[str, Any] = {"ticket": ticket}
        if resume:
            hello |= {"epoch": self.welcome["epoch"], "seq": self.seq}
        self._next_id = 1
        self._reader = asyncio.create_task(self._read(self._socket), name=f"{self.handle}.reader")
        self.welcome = await self.command("hello", **hello)
        if self.welcome["snapshot"] is not None:
            self.snapshot = self.welcome["snapshot"]
            self.seq = self.welcome["seq"]
        return self

    async def cut(self) -> None:
        """Lose the line without a word."""
        if self._socket is not None:
            line = self._socket.get_extra_info("socket")
            if line is not None:
                # A loop may keep its sockets to itself; what is done to a copy is done to the line.
                with suppress(OSError), socket(fileno=os.dup(line.fileno())) as own:
                    own.shutdown(SHUT_RDWR)
            await self._end_reader()
            await self._socket.close()
            self._socket = None

    async def close(self) -> None:
        """Close everything: voice, socket, cookies."""
        if self.voice is not None:
            await self.voice.close()
            self.voice = None
        if self._socket is not None:
            await self._socket.close()
        await self._end_reader()
        await self.web.close()

    async def _end_reader(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
            self._reader = None

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._heard(json.loads(message.data))
        finally:
            self.close_code = socket.close_code
            for waiting in self._answers.values():
                if not waiting.done():
                    waiting.set_exception(ConnectionResetError("the socket closed"))
            self._answers.clear()
        async with self._news:
            self._news.notify_all()

    async def _heard(self, frame: dict[str, Any]) -> None:
        if "id" in frame:
            waiting = self._answers.pop(frame["id"], None)
            if waiting is not None and not waiting.done():
                waiting.set_result(frame)
            return
        self.seq = frame.get("seq", self.seq)
        async with self._news:
            self.events.append(frame)
            self._news.notify_all()

    async def send(self, frame: str | bytes) -> None:
        """Send a raw frame; for what a browser would never say."""
        if self._socket is None:
            raise ConnectionResetError("the socket is not open")
        if isinstance(frame, bytes):
            await self._socket.send_bytes(frame)
        else:
            await self._socket.send_str(frame)

    async def command(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Ask and return the result. Raises Refused, ConnectionResetError."""
        id_ = self._next_id
        self._next_id += 1
        waiting: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[id_] = waiting
        await self.send(json.dumps({"id": id_, "type": type_, **fields}))
        async with asyncio.timeout(EXPECT_WITHIN_S * 3):
            answer = await waiting
        if not answer["ok"]:
            raise Refused(answer["error"])
        result: dict[str, Any] = answer["result"]
        return result

    async def expect(self, event: str, **wanted: Any) -> dict[str, Any]:
        """Return the data of the next event of this name whose fields are as wanted.

        Events that were told before and not expected yet count. Raises TimeoutError.
        """
        async with asyncio.timeout(EXPECT_WITHIN_S), self._news:
            while True:
                for frame in self.events:
                    told = frame["data"]
                    if frame["event"] == event and all(told.get(k) == v for k, v in wanted.items()):
                        self.events.remove(frame)
                        return dict(told)
                await self._news.wait()

    async def expect_close(self) -> int | None:
        """Return the code with which the server closes the socket."""
        async with asyncio.timeout(EXPECT_WITHIN_S):
            if self._reader is not None:
                await asyncio.wait({self._reader})
        return self.close_code

    def heard(self, event: str) -> list[dict[str, Any]]:
        """Return what was told under this name and not expected yet."""
        return [frame["data"] for frame in self.events if frame["event"] == event]

    # -- what people do

    def channel(self, name: str) -> str:
        """Return the id of a channel by its name, with or without `#`."""
        return self._find("channels", name.removeprefix("#"))

    def room(self, name: str) -> str:
        return self._find("rooms", name)

    def _find(self, kind: str, name: str) -> str:
        for thing in self.snapshot[kind]:
            if name in {thing["name"], thing["slug"]} and not thing.get("room_id"):
                found: str = thing["id"]
                return found
        raise KeyError(f"{self.handle} sees no {name!r} among the {kind}")

    async def post(self, channel: str, text: str, **fields: Any) -> dict[str, Any]:
        """Post in a channel by name or id and return the message."""
        id_ = channel if channel.isdigit() else self.channel(channel)
        nonce = fields.pop("nonce", None) or new_secret(9)
        result = await self.command("message.post", channel=id_, text=text, nonce=nonce, **fields)
        message: dict[str, Any] = result["message"]
        return message

    async def hand_in(self, content: bytes, name: str, **query: str) -> dict[str, Any]:
        """Hand in a file, for a message in #general unless `channel` (an id) or `for` says else."""
        if "for" not in query:
            query = {"channel": self.channel("general"), **query}
        headers = {"Origin": self.url, "Content-Type": "application/octet-stream"}
        async with self.web.post(
            "/api/files", params={"name": name, **query}, data=BytesIO(content), headers=headers
        ) as response:
            answer = await response.json()
        if response.status != HTTPStatus.OK:
            raise Refused(answer["error"])
        file: dict[str, Any] = answer["file"]
        return file

    async def join(self, room: str, *, hear: bool = True) -> dict[str, Any]:
        """Enter a room by name or id with a real WebRTC peer; the microphone is closed."""
        id_ = room if room.isdigit() else self.room(room)
        joined = await self.command("room.join", room=id_)
        if self.voice is not None:
            await self.voice.close()
        self.voice = VoicePeer(joined, hear=hear)
        answer = await self.voice.answer()
        await self.command("voice.answer", room=id_, peer=joined["peer"], sdp=answer)
        await self.voice.connected()
        return joined

    async def say(self, *, tone_hz: float = 440.0, seconds: float = 1.0) -> None:
        """Open the microphone and speak a tone for a while."""
        if self.voice is None:
            raise RuntimeError(f"{self.handle} is in no room")
        await self.command("voice.set", room=self.voice.room_id, muted=False)
        await self.voice.say(tone_hz, seconds)
