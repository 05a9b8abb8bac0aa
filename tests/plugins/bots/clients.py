"""Who talks to the server in these tests: REST, a bare gateway client, a program, a proxy."""

import asyncio
import json
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

WITHIN_S = 10.0
ALL = (1 << 26) - 1


@dataclass(frozen=True)
class Registered:
    """A bot, with the secret that was shown once."""

    id: str
    token: str


class Rest:
    """The REST API as one bot asks it."""

    def __init__(self, url: str, token: str | None) -> None:
        headers = {} if token is None else {"Authorization": f"Bot {token}"}
        self.session = aiohttp.ClientSession(url, headers=headers)

    async def ask(self, method: str, path: str, **fields: Any) -> tuple[int, Any]:
        """Return status and decoded body."""
        sent: dict[str, Any] = {"json": fields} if fields else {}
        async with self.session.request(method, f"/api/v10{path}", **sent) as response:
            if response.status == 204:
                return 204, None
            assert response.headers["Content-Type"] == "application/json"
            return response.status, await response.json()


class Line:
    """A bare client of the gateway."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, compressed: bool) -> None:
        self.socket = socket
        self._inflate = zlib.decompressobj() if compressed else None
        self.seq = 0

    async def send(self, op: int, body: Any) -> None:
        await self.socket.send_str(json.dumps({"op": op, "d": body}))

    async def next(self) -> dict[str, Any]:
        """Return the next frame. Raises ConnectionResetError when it was the last."""
        async with asyncio.timeout(WITHIN_S):
            message = await self.socket.receive()
        if message.type is aiohttp.WSMsgType.BINARY and self._inflate is not None:
            assert message.data.endswith(b"\x00\x00\xff\xff")
            frame = json.loads(self._inflate.decompress(message.data))
        elif message.type is aiohttp.WSMsgType.TEXT and self._inflate is None:
            frame = json.loads(message.data)
        else:
            raise ConnectionResetError(str(self.socket.close_code))
        self.seq = frame["s"] or self.seq
        return dict(frame)

    async def expect(self, name: str) -> dict[str, Any]:
        """Return the body of the next dispatch of this name."""
        while True:
            frame = await self.next()
            if frame["t"] == name:
                return dict(frame["d"])

    def stop_reading(self) -> None:
        self._transport.pause_reading()

    def hang_up(self) -> None:
        self._transport.abort()

    @property
    def _transport(self) -> Any:
        connection = self.socket._response.connection
        assert connection is not None
        return connection.transport

    async def close_code(self) -> int | None:
        """Return the code with which the server closes."""
        while True:
            try:
                await self.next()
            except ConnectionResetError:
                return self.socket.close_code

    async def identify(self, token: str, **wish: Any) -> dict[str, Any]:
        """Log in and return READY."""
        await self.send(2, {"token": token, "properties": {}, "intents": ALL} | wish)
        return await self.expect("READY")


class Program:
    """A program in a process of its own, known by what it prints."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.heard: list[str] = []

    async def expect(self, start: str) -> str:
        """Return the next line that begins so."""
        assert self.process.stdout is not None
        async with asyncio.timeout(WITHIN_S * 2):
            while line := (await self.process.stdout.readline()).decode().strip():
                self.heard.append(line)
                if line.startswith(start):
                    return line
        raise AssertionError(f"it ended after {self.heard}")


class Wire:
    """A way to the server that can be cut without a word."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def close(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [writer, back]
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.create_task(_pipe(source, target))
            self._tasks.add(task)


async def _pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while content := await source.read(65_536):
            target.write(content)
            await target.drain()
    target.close()
