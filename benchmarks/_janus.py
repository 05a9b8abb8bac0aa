"""Janus' VideoRoom as a peer: one event loop, lite ICE, nothing else loaded."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from _figures import NotPossible
from _voice import Voice

from salon.testing.server import free_port

ROOM = 1_234
UP_WITHIN_S = 10.0
ONLY = {"plugins": "libjanus_videoroom", "transports": "libjanus_websockets"}

MAIN = """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{parts}/plugins"
  transports_folder = "{parts}/transports"
  events_folder = "{folder}"
  loggers_folder = "{folder}"
  debug_level = 2
  event_loops = 1
  session_timeout = 0
}}
media: {{ ipv6 = false }}
nat: {{ ice_lite = true
  ice_tcp = false }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
"""
SOCKETS = """
general: {{ ws = true
  ws_port = {port}
  ws_ip = "127.0.0.1" }}
"""
VIDEOROOM = f"""
room-{ROOM}: {{ publishers = 6
  audiocodec = "opus" }}
"""


class Janus:
    """One connection to it. Answers are found by their transaction."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, pid: int) -> None:
        self.pid = pid
        self._socket = socket
        self._transactions = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._reading = asyncio.create_task(self._read(), name="janus.read")
        self._session = 0
        self._publisher = 0

    async def _read(self) -> None:
        async for message in self._socket:
            said = message.json()
            waiting = self._waiting.get(said.get("transaction", ""))
            if waiting is not None and said["janus"] != "ack" and not waiting.done():
                waiting.set_result(said)

    async def _ask(self, **said: Any) -> dict[str, Any]:
        transaction = str(next(self._transactions))
        if self._session:
            said["session_id"] = self._session
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[transaction] = answer
        await self._socket.send_json({"transaction": transaction, **said})
        async with asyncio.timeout(UP_WITHIN_S):
            got = await answer
        if got["janus"] == "error" or "error" in got.get("plugindata", {}).get("data", {}):
            raise RuntimeError(f"Janus refused: {got}")
        return got

    async def begin(self) -> None:
        self._session = (await self._ask(janus="create"))["data"]["id"]

    async def _handle(self) -> int:
        got = await self._ask(janus="attach", plugin="janus.plugin.videoroom")
        return int(got["data"]["id"])

    async def _say(self, handle: int, body: dict[str, Any], sdp: str = "", kind: str = "") -> Any:
        jsep = {"jsep": {"type": kind, "sdp": sdp}} if sdp else {}
        return await self._ask(janus="message", handle_id=handle, body=body, **jsep)

    async def speaker(self) -> Voice:
        """Let somebody in who speaks."""
        voice, handle = Voice(), await self._handle()
        joined = await self._say(handle, {"request": "join", "ptype": "publisher", "room": ROOM})
        self._publisher = joined["plugindata"]["data"]["id"]
        answered = await self._say(handle, {"request": "configure"}, voice.offer(), "offer")
        voice.reach(answered["jsep"]["sdp"])
        await voice.connected()
        return voice

    async def listener(self) -> Voice:
        """Let somebody in who hears the speaker."""
        voice, handle = Voice(), await self._handle()
        streams = [{"feed": self._publisher}]
        asked = {"request": "join", "ptype": "subscriber", "room": ROOM, "streams": streams}
        offer = (await self._say(handle, asked))["jsep"]["sdp"]
        await self._say(handle, {"request": "start"}, voice.answer(offer), "answer")
        voice.reach(offer)  # not before: it drops a handshake that overtakes the answer
        await voice.connected()
        return voice

    async def end(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)


@asynccontextmanager
async def janus(folder: Path) -> AsyncIterator[Janus]:
    """Run it on ports of its own. Raises NotPossible where it is not installed."""
    program, port = shutil.which("janus"), free_port()
    if program is None:
        raise NotPossible("the peer, the Debian package janus, is not installed")
    _configure(folder, port)
    process = await asyncio.create_subprocess_exec(
        program,
        "-F",
        str(folder),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with aiohttp.ClientSession() as web:
            socket = await _opened(web, port)
            talk = Janus(socket, process.pid)
            await talk.begin()
            yield talk
            await talk.end()
    finally:
        process.kill()
        await process.wait()


def _configure(folder: Path, port: int) -> None:
    found: Sequence[Path] = sorted(Path("/usr/lib").glob("*-linux-gnu/janus"))
    if not found:
        raise NotPossible("the parts of the Debian package janus are not where they should be")
    disabled = {
        kind: ",".join(p.name for p in (found[0] / kind).glob("*.so") if p.stem != only)
        for kind, only in ONLY.items()
    }
    parts = {"folder": folder, "parts": found[0], **disabled}
    (folder / "janus.jcfg").write_text(MAIN.format(**parts))
    (folder / "janus.transport.websockets.jcfg").write_text(SOCKETS.format(port=port))
    (folder / "janus.plugin.videoroom.jcfg").write_text(VIDEOROOM)


async def _opened(web: aiohttp.ClientSession, port: int) -> aiohttp.ClientWebSocketResponse:
    async with asyncio.timeout(UP_WITHIN_S):
        while True:
            try:
                return await web.ws_connect(
                    f"http://127.0.0.1:{port}/", protocols=("janus-protocol",)
                )
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
