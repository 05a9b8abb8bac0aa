"""One browser: hello, commands one after another, events in between, a sign of life.

Reading and answering is this task's; events are written by the announcer straight to the
transport. A refused command is answered; a broken frame closes the socket, since what follows it
cannot be trusted. Commands of one socket are carried out in order, so that an edit cannot overtake
its post.
"""

import asyncio
from typing import Any, Final

import orjson
import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from salon import __version__
from salon.clock import Clock
from salon.config import Limits
from salon.domain import wire
from salon.domain.accounts import Account
from salon.errors import Denied, Invalid, SalonError, TooMany
from salon.ids import new_secret
from salon.services.announcer import CLOSE_SIGN_IN
from salon.services.limits import Bucket
from salon.web.socket import protocol
from salon.web.socket.gateway import Gateway
from salon.web.socket.registry import Core, Result

HELLO_WITHIN_S = 10.0
SILENT_FOR_S = 75.0
HEARTBEAT_S = 25
CLOSE_QUIET: Final = 4008
CLOSE_FLOOD: Final = 4029
CLOSE_SOCKETS: Final = 4009
FLOOD_FACTOR = 5  # frames over the limit are answered with an error; this many times it, closed

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
        self._refused = 0
        self._closing: asyncio.Task[Any] | None = None
        self._is_greeted = False

    # -- what handlers see

    @property
    def account(self) -> Account:
        account = self._gateway.services.directory.account(self.account_id)
        if account is None:
            raise Denied("This account cannot be used any more.")
        return account

    @property
    def core(self) -> Core:
        return self._gateway.core

    # -- what the announcer sees

    def write(self, frames: bytes) -> None:
        if self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > self._limits.outbox_max_bytes:
            log.warning("a slow reader is disconnected", account=self.account_id)
            self._gateway.services.announcer.remove(self)
            self._transport.abort()
            return
        self._transport.write(frames)

    def close(self, code: int, reason: str) -> None:
        if self._closing is None:
            work = self._socket.close(code=code, message=reason.encode(), drain=False)
            self._closing = asyncio.create_task(work, name="socket.close")

    # -- the loop

    async def serve(self) -> None:
        """Serve until the socket ends; never raises for what the browser does."""
        try:
            await self._read()
        finally:
            if self._is_greeted:
                self._gateway.left(self)
            if self._closing is not None:
                await asyncio.gather(self._closing, return_exceptions=True)

    async def _read(self) -> None:
        while not self._socket.closed:
            timeout_s = SILENT_FOR_S if self._is_greeted else HELLO_WITHIN_S
            try:
                message = await self._socket.receive(timeout=timeout_s)
            except TimeoutError:
                self.close(CLOSE_QUIET, "no sign of life")
                return
            if message.type is not WSMsgType.TEXT:
                if message.type is WSMsgType.BINARY:
                    self.close(WSCloseCode.UNSUPPORTED_DATA, "text frames only")
                return
            if not await self._frame(message.data):
                return

    async def _frame(self, text: str) -> bool:
        """Serve one frame; False when the socket has to end."""
        try:
            frame = protocol.decode_object(text, max_bytes=self._limits.frame_max_bytes)
            id_ = self._id(frame)
        except Invalid as error:
            self.close(WSCloseCode.PROTOCOL_ERROR, error.message[:100])
            return False
        if not self._is_greeted:
            return await self._hello(id_, frame)
        wait_s = self._bucket.take(self._clock.monotonic_s())
        if wait_s:
            return self._too_fast(id_, wait_s)
        await self._answer(id_, frame)
        return True

    def _id(self, frame: dict[str, Any]) -> int:
        id_ = frame.pop("id", None)
        if not isinstance(id_, int) or isinstance(id_, bool) or id_ <= self._last_id:
            raise Invalid("A frame needs an id larger than the last one.", field="id")
        self._last_id = id_
        return id_

    def _too_fast(self, id_: int, wait_s: float) -> bool:
        self._refused += 1
        if self._refused > FLOOD_FACTOR * self._limits.frames_per_10_s:
            self.close(CLOSE_FLOOD, "flood")
            return False
        self.write(protocol.refusal(id_, TooMany("Too much at once.", retry_after_s=wait_s)))
        return True

    async def _answer(self, id_: int, frame: dict[str, Any]) -> None:
        name = frame.pop("type", None)
        try:
            result = await self._run(name, frame)
        except SalonError as error:
            log.debug("a command was refused", command=_shown(name), code=error.code)
            self.write(protocol.refusal(id_, error))
            return
        except Exception:
            request_id = new_secret(6)
            log.exception("a command failed", command=_shown(name), request_id=request_id)
            self.write(protocol.refusal(id_, InternalError(request_id)))
            return
        self.write(protocol.answer(id_, result))

    async def _run(self, name: object, fields: dict[str, Any]) -> Result:
        if name == "ping":
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
        if announcer.count(self.account_id) >= self._limits.sockets_per_account:
            self.close(CLOSE_SOCKETS, "too many open tabs and devices")
            return False
        try:
            known = epoch if isinstance(epoch, str) else None
            missed = await announcer.missed(known, seq if isinstance(seq, int) else None)
            await announcer.load_reads(self.account_id)
            self._gateway.services.access.actor(self.account)
        except SalonError as error:
            self.write(protocol.refusal(id_, error))
            self.close(CLOSE_SIGN_IN, "sign in again")
            return False
        # From here to `add` nothing waits: the snapshot, the replay and what follows fit together.
        replayed = announcer.replay(missed, self.account_id)
        self.write(protocol.answer(id_, self._welcome(is_resumed=replayed is not None)))
        if replayed:
            self.write(b"".join(replayed))
        announcer.add(self)
        self._is_greeted = True
        self._gateway.came(self)
        return True

    def _welcome(self, *, is_resumed: bool) -> dict[str, Any]:
        services = self._gateway.services
        account = self.account
        return {
            "session_id": str(self.session_id),
            "account": wire.account(account),
            "epoch": services.store.epoch,
            "seq": services.store.head_seq,
            "heartbeat_s": HEARTBEAT_S,
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
