"""One connection of a bot: from HELLO to the end."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeGuard

from aiohttp import WSMsgType, web

from salon_bots import tokens
from salon_bots.bits import KNOWN_INTENTS
from salon_bots.config import BotsConfig
from salon_bots.gateway import frames
from salon_bots.gateway.frames import Close, Closing, Op
from salon_bots.gateway.hub import Hub
from salon_bots.gateway.line import Line
from salon_bots.gateway.members import Members, MembersWish
from salon_bots.gateway.session import Session, Wish
from salon_bots.models import Bot
from salon_bots.registry import Registry

HEARTBEAT_MS = 41_250
IDENTIFY_WITHIN_S = 20.0
FRAMES_MAX = 120
FRAMES_PER_S = 60.0
VERSIONS = ("9", "10")
COMPRESSIONS = (None, "zlib-stream")
THRESHOLD_MIN, THRESHOLD_MAX = 50, 250
SHARDS_MAX = 16
IDS_MAX = 100
NONCE_MAX = 64
QUERY_MAX = 64
END_WITHIN_S = 3.0


class Gateway:
    """The route at `/gateway`."""

    def __init__(self, hub: Hub, members: Members, registry: Registry, config: BotsConfig) -> None:
        self._hub = hub
        self._members = members
        self._registry = registry
        self._config = config

    async def serve(self, request: web.Request, _actor: object) -> web.StreamResponse:
        compression = request.query.get("compress") or None
        if compression not in COMPRESSIONS:
            return web.Response(status=400, text="compress: zlib-stream, or nothing")
        socket = web.WebSocketResponse(compress=False, max_msg_size=frames.FRAME_MAX_BYTES * 4)
        await socket.prepare(request)
        line = Line(
            socket,
            lambda: _abort(request),
            compressed=compression is not None,
            most_bytes=self._config.outbox_max_bytes,
        )
        writer = asyncio.create_task(line.run(), name="bots.gateway.writer")
        connection = Connection(self._hub, self._members, self._registry, line)
        try:
            await self._talk(connection, socket, request.query)
        except asyncio.CancelledError:
            line.close(Close.GOING_AWAY, "The server stops.")
            raise
        finally:
            connection.ended()
            line.left()
            line.close(Close.UNKNOWN, "")
            await asyncio.wait({writer}, timeout=END_WITHIN_S)
            writer.cancel()
        return socket

    async def _talk(
        self, connection: "Connection", socket: web.WebSocketResponse, query: Mapping[str, str]
    ) -> None:
        try:
            _check_query(query)
            await connection.talk(socket)
        except Closing as closing:
            connection.line.close(closing.code, closing.reason)


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _check_query(query: Mapping[str, str]) -> None:
    if query.get("v", "10") not in VERSIONS:
        raise Closing(Close.VERSION, "Only versions 9 and 10 are spoken here.")
    if query.get("encoding", "json") != "json":
        raise Closing(Close.DECODE, "Only JSON is spoken here.")


class Connection:
    """Reads frames and acts on them."""

    def __init__(self, hub: Hub, members: Members, registry: Registry, line: Line) -> None:
        self.line = line
        self._hub = hub
        self._members = members
        self._registry = registry
        self._session: Session | None = None
        self._loop = asyncio.get_running_loop()
        self._patience: asyncio.Timeout | None = None
        line.when_closing(self._stop_reading)
        self._began_s = self._heard_s = self._loop.time()
        self._window_s = self._began_s
        self._frames = 0
        self._actions: dict[int, Callable[[Any], Awaitable[None]]] = {
            Op.HEARTBEAT: self._heartbeat,
            Op.IDENTIFY: self._identify,
            Op.RESUME: self._resume,
            Op.PRESENCE: self._ignore,
            Op.VOICE_STATE: self._ignore,
            Op.REQUEST_MEMBERS: self._request_members,
            Op.SOUNDBOARD: self._soundboard,
        }

    async def talk(self, socket: web.WebSocketResponse) -> None:
        """Read until the other side leaves. Raises Closing."""
        self.line.send(frames.encode(Op.HELLO, {"heartbeat_interval": HEARTBEAT_MS, "_trace": []}))
        while not self.line.is_closing:
            try:
                async with asyncio.timeout_at(self._deadline_s()) as self._patience:
                    message = await socket.receive()
            except TimeoutError as error:
                if self.line.is_closing:
                    return
                raise self._too_quiet() from error
            finally:
                self._patience = None
            if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                return
            self._check_pace()
            op, body = frames.decode(message.data)
            action = self._actions.get(op)
            if action is None:
                raise Closing(Close.OPCODE, f"Nobody knows the opcode {op}.")
            await action(body)

    def _stop_reading(self) -> None:
        if self._patience is not None and not self._patience.expired():
            self._patience.reschedule(self._loop.time())

    def ended(self) -> None:
        if self._session is not None:
            self._hub.leave(self._session, self.line)

    def _deadline_s(self) -> float:
        quiet_s = self._heard_s + HEARTBEAT_MS / 1000 * 1.5
        return quiet_s if self._session else min(quiet_s, self._began_s + IDENTIFY_WITHIN_S)

    def _too_quiet(self) -> Closing:
        if self._session is None:
            return Closing(Close.NOT_IDENTIFIED, "Nobody said who is there.")
        return Closing(Close.TIMEOUT, "No heartbeat came.")

    def _check_pace(self) -> None:
        now_s = self._loop.time()
        if now_s - self._window_s >= FRAMES_PER_S:
            self._window_s, self._frames = now_s, 0
        self._frames += 1
        if self._frames > FRAMES_MAX:
            raise Closing(Close.TOO_MANY, f"More than {FRAMES_MAX} frames in a minute.")

    # -- what frames do

    async def _heartbeat(self, _seq: Any) -> None:
        self._heard_s = self._loop.time()
        self.line.send(frames.encode(Op.ACK))
        if self._session is not None:
            await self._registry.seen(self._session.bot_id)

    async def _identify(self, body: Any) -> None:
        if self._session is not None:
            raise Closing(Close.IDENTIFIED_TWICE, "You said that already.")
        bot = self._bot(body)
        self._session = await self._hub.identify(bot, _wish(body), self.line)
        if self._session is None:
            await self._invalid()

    async def _resume(self, body: Any) -> None:
        if self._session is not None:
            raise Closing(Close.IDENTIFIED_TWICE, "You are here already.")
        bot = self._bot(body)
        self._session = self._hub.resume(bot, body.get("session_id"), body.get("seq"), self.line)
        if self._session is None:
            await self._invalid()

    async def _invalid(self) -> None:
        """Let the bot wait a moment and identify anew, so that not all come back at once."""
        await asyncio.sleep(random.uniform(0.1, 1.0))  # noqa: S311 no secret
        self.line.send(frames.encode(Op.INVALID_SESSION, body=False))

    def _bot(self, body: Any) -> Bot:
        if not isinstance(body, dict):
            raise Closing(Close.DECODE, "The frame has no body.")
        token = tokens.from_identify(body.get("token"))
        bot = None if token is None else self._registry.by_token(token)
        if bot is None:
            raise Closing(Close.BAD_TOKEN, "Nobody has this token.")
        return bot

    async def _ignore(self, _body: Any) -> None:
        if self._session is None:
            raise Closing(Close.NOT_IDENTIFIED, "Say first who you are.")

    async def _request_members(self, body: Any) -> None:
        if self._session is None:
            raise Closing(Close.NOT_IDENTIFIED, "Say first who you are.")
        await self._members.send(self._session, _members_wish(body), self.line)

    async def _soundboard(self, body: Any) -> None:
        await self._ignore(body)
        ids = body.get("guild_ids") if isinstance(body, dict) else None
        for guild_id in (ids if isinstance(ids, list) else [])[:1]:
            sounds = {"guild_id": str(guild_id)[:20], "soundboard_sounds": []}
            if self._session is not None:
                self._session.dispatch("SOUNDBOARD_SOUNDS", sounds)


def _wish(body: Mapping[str, Any]) -> Wish:
    intents = body.get("intents")
    if not _is_whole(intents) or not 0 <= intents <= KNOWN_INTENTS:
        raise Closing(Close.INTENTS, "The intents are no number that is known here.")
    threshold = body.get("large_threshold")
    threshold = threshold if _is_whole(threshold) else THRESHOLD_MIN
    threshold = min(max(threshold, THRESHOLD_MIN), THRESHOLD_MAX)
    return Wish(intents, _shard(body.get("shard")), threshold)


def _shard(value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    match value:
        case [int() as number, int() as count] if 0 <= number < count <= SHARDS_MAX:
            return number, count
    raise Closing(Close.SHARD, f"A shard is [id, n], n at most {SHARDS_MAX}.")


def _members_wish(body: Any) -> MembersWish:
    asked: Mapping[str, Any] = body if isinstance(body, dict) else {}
    query, limit, nonce = asked.get("query"), asked.get("limit"), asked.get("nonce")
    return MembersWish(
        query=query[:QUERY_MAX] if isinstance(query, str) else "",
        limit=max(0, limit) if _is_whole(limit) else 0,
        user_ids=_ids(asked.get("user_ids")),
        presences=asked.get("presences") is True,
        nonce=str(nonce)[:NONCE_MAX] if isinstance(nonce, str | int) else None,
    )


def _ids(value: Any) -> list[int] | None:
    """Return one id or a list of them, each a number or a text of digits."""
    if value is None:
        return None
    found = []
    for one in (value if isinstance(value, list) else [value])[:IDS_MAX]:
        with contextlib.suppress(TypeError, ValueError):
            found.append(int(one))
    return found


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
