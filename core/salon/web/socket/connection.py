"""One browser: hello, commands one after another, events in between, a sign of life.

Reading and answering is this task's; events are written by the announcer straight to the
transport. A refused command is answered; a broken frame closes the socket, since what follows it
cannot be trusted. Commands of one socket are carried out in order, so that an edit cannot overtake
its post.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final

import orjson
import structlog
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from salon import __version__, strict_json
from salon.clock import Clock
from salon.config import Limits
from salon.domain import wire
from salon.domain.accounts import Account
from salon.errors import Denied, Invalid, SalonError, TooMany
from salon.ids import new_secret
from salon.services.announcer import CLOSE_SIGN_IN
from salon.services.limits import Bucket
from salon.web.doorman import guard_of
from salon.web.socket import protocol
from salon.web.socket.gateway import Gateway
from salon.web.socket.registry import Core, Result

HELLO_WITHIN_S = 10.0
SILENT_FOR_S = 75.0
LOOK_AGAIN_S = 1.0  # after a command that took longer than one may be silent
LEAVE_WITHIN_S = 3.0  # the command under way may still answer; nothing more is read
HEARTBEAT_S = 25
CLOSE_QUIET: Final = 4008
CLOSE_FLOOD: Final = 4429
CLOSE_SOCKETS: Final = 4009
FLOOD_FACTOR = 5  # frames over the limit are refused; this many times the limit in 10 s ends it

log = structlog.get_logger(__name__)


class Connection:
    """The announcer's end of a socket, and the loop that serves it."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport,
        gateway: Gateway,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self.account_id = 0
        self.session_id = 0
        self._socket = socket
        self._transport = transport
        self._gateway = gateway
        self._limits = limits
        self._clock = clock
        self._last_id = 0
        self._bucket = Bucket(limits.frames_per_10_s, limits.frames_per_10_s / 10)
        refused = FLOOD_FACTOR * limits.frames_per_10_s
        self._patience = Bucket(refused, refused / 10)
        self._closing: asyncio.Task[Any] | None = None
        self._loop = asyncio.get_running_loop()
        self._serving: asyncio.Task[Any] | None = None
        self._reading: asyncio.Task[Any] | None = None  # the same, while it waits for a frame
        self._came_at_s = self._heard_at_s = self._loop.time()
        self._life: asyncio.Handle = self._loop.call_soon(self._look_for_life)
        self._left = asyncio.Event()
        self._is_greeted = False
        self.write: Callable[[bytes], None] = self._write_carefully
        guard = guard_of(transport)
        if guard is not None:
            guard.when_full(self._hold, self._flow)
            self._flow()

    # -- what handlers see

    @property
    def account(self) -> Account:
        account = self._gateway.services.directory.account(self.account_id)
        if account is None:
            raise Denied("This account cannot be used any more.", reason="account_unusable")
        return account

    @property
    def core(self) -> Core:
        return self._gateway.core

    # -- what the announcer sees

    def _flow(self) -> None:
        """Write straight to the transport: a message to a thousand sockets comes by here."""
        self.write = self._transport.write
        self._gateway.services.announcer.rerouted()

    def _hold(self) -> None:
        self.write = self._write_carefully
        self._gateway.services.announcer.rerouted()

    def _write_carefully(self, frames: bytes) -> None:
        """Write while earlier frames wait, up to the limit; a slow reader is hung up on."""
        if self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > self._limits.outbox_max_bytes:
            log.warning("a slow reader is disconnected", account=self.account_id)
            self._gateway.services.announcer.remove(self)
            self._transport.abort()
            return
        self._transport.write(frames)

    def close(self, code: int, reason: str) -> asyncio.Task[Any]:
        """Close soon, from the reading task or from outside; the task ends with the last word.

        Reading ends first: closed under a reader, the connection ends at once, and a frame that
        comes just then makes the kernel throw away the closing one with its code.
        """
        if self._closing is None:
            self._closing = asyncio.create_task(
                self._say_goodbye(code, reason), name="socket.close"
            )
            if self._reading is not None:
                self._reading.cancel()
                self._reading = None
        return self._closing

    async def _say_goodbye(self, code: int, reason: str) -> None:
        with contextlib.suppress(TimeoutError):  # a command that takes long is not waited for
            async with asyncio.timeout(LEAVE_WITHIN_S):
                await self._left.wait()
        await self._socket.close(code=code, message=reason.encode(), drain=False)

    # -- the loop

    async def serve(self) -> None:
        """Serve until the socket ends; never raises for what the browser does."""
        self._serving = asyncio.current_task()
        try:
            await self._read()
        finally:
            self._left.set()
            self._life.cancel()
            if self._is_greeted:
                self._gateway.left(self)
            if self._closing is not None:
                await asyncio.gather(self._closing, return_exceptions=True)

    async def _read(self) -> None:
        while self._closing is None and not self._socket.closed:
            message = await self._received()
            if message is None or not await self._message(message):
                return
            self._heard_at_s = self._loop.time()

    async def _received(self) -> WSMessage | None:
        """Return what comes next; None when `close` ends the reading."""
        task = self._reading = self._serving
        try:
            return await self._socket.receive()
        except asyncio.CancelledError:
            if task is None or self._reading is not None or task.uncancel():
                raise  # somebody else ends the task
            return None
        finally:
            self._reading = None

    def _look_for_life(self) -> None:
        """Close when nothing has come for too long. One timer: one for each frame costs 3 %."""
        now_s = self._loop.time()
        silent_s = now_s - (self._heard_at_s if self._is_greeted else self._came_at_s)
        wait_s = (SILENT_FOR_S if self._is_greeted else HELLO_WITHIN_S) - silent_s
        if wait_s <= 0 and self._reading is not None:  # no command is under way
            self.close(CLOSE_QUIET, "no sign of life")
        else:
            self._life = self._loop.call_later(max(wait_s, LOOK_AGAIN_S), self._look_for_life)

    async def _message(self, message: WSMessage) -> bool:
        """Serve what came; False when the socket has to end."""
        match message.type:
            case WSMsgType.TEXT:
                return await self._frame(message.data)
            case WSMsgType.PING | WSMsgType.PONG:
                return self._ping(message)
            case WSMsgType.BINARY:
                self.close(WSCloseCode.UNSUPPORTED_DATA, "text frames only")
        return False

    def _ping(self, message: WSMessage) -> bool:
        """Answer a ping of the protocol itself; too many are a flood like any other."""
        if self._bucket.take(self._clock.monotonic_s()):
            return self._has_patience()
        if message.type is WSMsgType.PING:
            self.write(protocol.pong(bytes(message.data)))
        return True

    async def _frame(self, text: str) -> bool:
        """Serve one frame; False when the socket has to end."""
        try:
            frame = strict_json.decode_object(
                text,
                max_bytes=self._limits.frame_max_bytes,
                max_depth=self._limits.json_max_depth,
            )
            id_ = self._id(frame)
        except Invalid as error:
            self.close(WSCloseCode.PROTOCOL_ERROR, error.message[:100])
            return False
        if not self._is_greeted:
            return await self._hello(id_, frame)
        try:
            self._take_frame()
        except TooMany as error:
            return self._too_fast(id_, error)
        await self._answer(id_, frame)
        return True

    def _take_frame(self) -> None:
        """Count a frame, of this socket and of all that the account has. Raises TooMany."""
        wait_s = self._bucket.take(self._clock.monotonic_s())
        if wait_s:
            raise TooMany("Too much at once.", retry_after_s=wait_s)
        self._gateway.take_frame(self.account_id)

    def _id(self, frame: dict[str, Any]) -> int:
        id_ = frame.pop("id", None)
        if not isinstance(id_, int) or isinstance(id_, bool) or id_ <= self._last_id:
            raise Invalid(
                "A frame needs an id larger than the last one.", field="id", reason="malformed"
            )
        self._last_id = id_
        return id_

    def _too_fast(self, id_: int, error: TooMany) -> bool:
        if not self._has_patience():
            return False
        self.write(protocol.refusal(id_, error))
        return True

    def _has_patience(self) -> bool:
        if self._patience.take(self._clock.monotonic_s()):
            self.close(CLOSE_FLOOD, "flood")
            return False
        return True

    async def _answer(self, id_: int, frame: dict[str, Any]) -> None:
        name = frame.pop("type", None)
        try:
            answer = protocol.answer(id_, await self._run(name, frame))
        except SalonError as error:
            log.debug("a command was refused", command=_shown(name), code=error.code)
            answer = protocol.refusal(id_, error)
        except Exception:
            request_id = new_secret(6)
            log.exception("a command failed", command=_shown(name), request_id=request_id)
            answer = protocol.refusal(id_, InternalError(request_id))
        self._gateway.services.announcer.answer(self, answer)

    async def _run(self, name: object, fields: dict[str, Any]) -> Result:
        if name == "ping":
            self._gateway.services.announcer.release()  # nothing up to this number is still to come
            return {"seq": self._gateway.services.store.head_seq}
        self._gateway.services.access.actor(self.account)
        return await self._gateway.registry.run(self, name, fields)

    # -- hello

    async def _hello(self, id_: int, frame: dict[str, Any]) -> bool:
        ticket, epoch, seq = frame.get("ticket"), frame.get("epoch"), frame.get("seq")
        redeemed = self._gateway.redeem(ticket) if isinstance(ticket, str) else None
        if frame.get("type") != "hello" or redeemed is None:
            self.close(CLOSE_SIGN_IN, "sign in again")
            return False
        self.account_id, self.session_id = redeemed
        announcer = self._gateway.services.announcer
        if self._is_one_too_many():
            return False
        try:
            known = epoch if isinstance(epoch, str) else None
            missed = await announcer.missed(known, seq if isinstance(seq, int) else None)
            await announcer.load_reads(self.account_id)
            await announcer.load_followed(self.account_id)
            self._check_session()
        except SalonError as error:
            self.write(protocol.refusal(id_, error))
            self.close(CLOSE_SIGN_IN, "sign in again")
            return False
        if self._is_one_too_many():  # others came while this one waited
            return False
        # From here to `add` nothing waits: the snapshot, the replay and what follows fit together.
        replayed = announcer.replay(missed, self.account_id)
        self.write(protocol.answer(id_, self._welcome(is_resumed=replayed is not None)))
        if replayed:
            self.write(b"".join(replayed))
        announcer.add(self)
        self._is_greeted = True
        guard = guard_of(self._transport)
        if guard is not None:
            guard.signed_in(self.account_id)
        self._gateway.came(self)
        return True

    def _is_one_too_many(self) -> bool:
        open_ = self._gateway.services.announcer.count(self.account_id)
        if open_ < self._limits.sockets_per_account:
            return False
        self.close(CLOSE_SOCKETS, "too many open tabs and devices")
        return True

    def _check_session(self) -> None:
        """Ask again after waiting: a session that ended meanwhile was not told to this socket."""
        services = self._gateway.services
        services.access.actor(self.account)
        if not services.sessions.alive(self.session_id):
            raise Denied("This session has ended.", reason="session_ended")

    def _welcome(self, *, is_resumed: bool) -> dict[str, Any]:
        services = self._gateway.services
        account = self.account
        return {
            "session_id": str(self.session_id),
            "account": wire.account(account),
            "epoch": services.store.epoch,
            "seq": services.store.head_seq,
            "heartbeat_s": HEARTBEAT_S,
            "now": wire.time(services.clock.now()),
            "resumed": is_resumed,
            "snapshot": None if is_resumed else self._gateway.snapshot(account),
            "live": self._gateway.live(account),
            "permissions": services.directory.permission_names(account),
            "plugins": {"modules": self._gateway.client_modules()},
            "version": __version__,
        }


class InternalError(SalonError):
    """Our bug; the person gets an id to tell us, and nothing else."""

    code = "internal"
    http_status = 500

    def __init__(self, request_id: str) -> None:
        super().__init__(f"Something went wrong here (id {request_id}).", request_id=request_id)


def _shown(name: object) -> str:
    return orjson.dumps(name, default=str)[:64].decode("utf-8", "replace")
