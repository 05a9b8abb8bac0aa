"""The devices that take pushes, what may knock at each, and the way to their push services.

A push service is an address that somebody gave: it is gone to through the one door
(`services/fetch.py`). One that says that nobody is there any more (404, 410) is forgotten. The key
by which push services know this server is made at its first start and stays: with another one all
devices would have to ask anew.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Literal
from zoneinfo import ZoneInfo

import orjson
import structlog

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.push import DAY_MIN, Device, QuietHours, Wishes
from salon.errors import Denied, Invalid, NotFound, Unavailable
from salon.services.fetch import Fetch, Unfetchable
from salon.services.limits import RateLimits
from salon.services.web_push import SECRET_BYTES, ServerKey, decoded, is_point, seal
from salon.store import push as stored
from salon.store.base import CoreTransaction
from salon.store.store import Store

DEVICES_PER_ACCOUNT = 10
NEWS_FOR = timedelta(hours=12)
BUSY_MAX = timedelta(days=7)
GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})

_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")

log = structlog.get_logger(__name__)

Outcome = Literal["sent", "gone", "refused", "later"]


class PushDevices:
    """Owns them."""

    def __init__(
        self,
        *,
        store: Store,
        fetch: Fetch,
        rates: RateLimits,
        clock: Clock,
        contact: Callable[[], str],
    ) -> None:
        """`contact`: where a push service finds who runs this server (RFC 8292, 2.1)."""
        self._store = store
        self._fetch = fetch
        self._rates = rates
        self._clock = clock
        self._contact = contact
        self._devices: dict[int, dict[int, Device]] = {}  # by account, then by sign-in
        self._owners: dict[int, int] = {}  # accounts by sign-in, of the same devices
        self._key: ServerKey

    async def start(self) -> None:
        """Make this server's key, the first time, and learn the devices."""
        fresh = ServerKey.fresh()
        self._key = ServerKey(await self._store.write(lambda tx: stored.keep_key(tx, fresh)))
        for device in await self._store.read(stored.load_devices):
            self._keep(device)

    def accounts(self) -> Collection[int]:
        """Return who has a device."""
        return self._devices.keys()

    def of(self, account_id: int) -> Sequence[Device]:
        return tuple(self._devices.get(account_id, {}).values())

    def find(self, session_id: int) -> Device | None:
        return self._devices.get(self._owners.get(session_id, 0), {}).get(session_id)

    @property
    def public_key(self) -> str:
        """Return what a browser asks its push service with: base64url."""
        return self._key.public

    async def quiet_hours(self, actor: Account) -> QuietHours | None:
        found = await self._store.read(lambda c: stored.quiet_hours_of(c, (actor.id,)))
        return found.get(actor.id)

    async def set_quiet_hours(self, actor: Account, hours: QuietHours | None) -> None:
        """Keep when nothing knocks; None for never. Raises Invalid."""

        def save(tx: CoreTransaction) -> None:
            if hours is not None:
                _check(hours)  # here, since a zone is a file
            stored.save_quiet_hours(tx, actor.id, hours)

        await self._store.write(save)

    async def subscribe(
        self, actor: Account, session_id: int, endpoint: str, keys: tuple[str, str], language: str
    ) -> Device:
        """Let a browser take pushes; the device used longest makes room. Raises Invalid, TooMany.

        `keys` are the browser's point and its secret, base64url.
        """
        self._rates.hit(
            "push", str(actor.id), times=20, per_s=60, message="Too often. Please wait a moment."
        )
        public, secret = (decoded(key) or b"" for key in keys)
        if not is_point(public) or len(secret) != SECRET_BYTES:
            raise Invalid("These are no keys of a browser.", field="keys", reason="malformed")
        try:
            self._fetch.check(endpoint)
        except Unfetchable as error:
            raise Invalid(
                "Pushes cannot go to this address.", field="endpoint", reason="push_address"
            ) from error
        known = self._devices.get(actor.id, {}).get(session_id)
        wishes = known.wishes if known else Wishes()
        device = Device(session_id, actor.id, endpoint, public, secret, language, wishes)
        await self._save(device)
        mine = self._devices[actor.id]
        for surplus in list(mine)[: max(0, len(mine) - DEVICES_PER_ACCOUNT)]:
            await self.unsubscribe(actor, surplus)
        return device

    async def change(
        self,
        actor: Account,
        session_id: int,
        choose: Callable[[Wishes], Wishes],
        busy_for: timedelta | None = None,
    ) -> Device:
        """Choose what may knock at one of one's own devices. Raises NotFound.

        `busy_for`: nothing does for so long; zero ends that.
        """
        device = self._device(actor, session_id)
        until = device.busy_until
        if busy_for is not None:
            until = self._clock.now() + min(busy_for, BUSY_MAX) if busy_for else None
        changed = replace(device, wishes=choose(device.wishes), busy_until=until)
        await self._save(changed)
        return changed

    async def unsubscribe(self, actor: Account, session_id: int) -> None:
        """Send nothing more to one of one's own devices. Raises NotFound."""
        await self._forget(self._device(actor, session_id))

    async def test(self, actor: Account, session_id: int) -> None:
        """Knock at a device once. Raises NotFound, TooMany, Unavailable."""
        device = self._device(actor, session_id)
        self._rates.hit(
            "push.test", str(actor.id), times=5, per_s=60, message="Too often. Please wait."
        )
        content = {"kind": "test", "language": device.language, "silent": False}
        if await self.deliver(device, content, topic="test", urgency="high") != "sent":
            raise Unavailable(
                "The push service of this browser did not take it.", reason="push_failed"
            )

    def session_ended(self, account_id: int, session_id: int | None) -> None:
        """Forget the device of a sign-in, or of all of an account; its row goes with it."""
        mine = self._devices.get(account_id, {})
        for ended in tuple(mine) if session_id is None else (session_id,):
            mine.pop(ended, None)
            self._owners.pop(ended, None)
        if not mine:
            self._devices.pop(account_id, None)

    def _device(self, actor: Account, session_id: int) -> Device:
        device = self._devices.get(actor.id, {}).get(session_id)
        if device is None:
            raise NotFound("This device takes no pushes.", field="session", reason="no_device")
        return device

    async def _save(self, device: Device) -> None:
        if not await self._store.write(lambda tx: stored.save_device(tx, device)):
            raise Denied("This session has ended.", reason="session_ended")
        known = [each for mine in self._devices.values() for each in mine.values()]
        for other in known:
            if other.endpoint == device.endpoint:
                self.session_ended(other.account_id, other.session_id)
        self._keep(device)

    def _keep(self, device: Device) -> None:
        self._devices.setdefault(device.account_id, {})[device.session_id] = device
        self._owners[device.session_id] = device.account_id

    async def _forget(self, device: Device) -> None:
        self.session_ended(device.account_id, device.session_id)
        await self._store.write(lambda tx: stored.delete_device(tx, device.session_id))

    async def deliver(
        self, device: Device, content: Mapping[str, Any], *, topic: str, urgency: str
    ) -> Outcome:
        """Hand something to a device's push service; "later" when it does not take it now."""
        contact = self._contact()
        headers = {
            "Authorization": self._key.authorization(device.endpoint, self._clock.now(), contact),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(NEWS_FOR.total_seconds())),
            "Topic": topic,
            "Urgency": urgency,
            "User-Agent": "Salon (Web Push)",
        }
        sealed = seal(orjson.dumps(content), device.public, device.secret)
        try:
            status = await self._fetch.post(device.endpoint, sealed, headers)
        except Unfetchable as error:
            log.info("a push service was not reached", reason=str(error))
            return "later"
        return await self._outcome(device, status)

    async def _outcome(self, device: Device, status: int) -> Outcome:
        if status < HTTPStatus.MULTIPLE_CHOICES:
            return "sent"
        if status in GONE:
            await self._forget(device)
            return "gone"
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return "later"
        log.warning("a push service refused", status=status, session=device.session_id)
        return "refused"


def _check(hours: QuietHours) -> None:
    """Raise Invalid unless they are two times of a day in a zone of the world."""
    times = (hours.begins_min, hours.ends_min)
    if hours.begins_min == hours.ends_min or not all(0 <= each < DAY_MIN for each in times):
        raise Invalid("These are no hours.", field="begins_min", reason="malformed")
    if not _is_zone(hours.zone):
        raise Invalid("There is no such time zone.", field="zone", reason="malformed")


def _is_zone(name: str) -> bool:
    try:
        return bool(_ZONE.fullmatch(name) and ZoneInfo(name))
    except (ValueError, KeyError, OSError):  # a path, no file, a folder
        return False
