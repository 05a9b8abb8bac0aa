"""Calendars for programs that know no cookies: one for everybody, and secret ones of members.

The address of a member's calendar is a key: it shows what that member may know of, judged anew at
each fetch, until they revoke it or leave. Only its digest is kept, so that it is shown once.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from salon.plugin import Account, Conflict, NotFound, Salon, TooMany, Transaction
from salon_events import address_rows, occurrence_rows
from salon_events.address_rows import Address
from salon_events.audience import VIEW, Audience
from salon_events.event import TO_COME, Occurrence, State
from salon_events.listing import Listing
from salon_events.occurrence_rows import Wanted
from salon_events.payloads import ID_DIGITS_MAX, ID_MAX, MakeAddress, Nothing, Revoke
from salon_events.shapes import time

ADDRESSES_MAX = 10
SECRET_BYTES = 24
ENTRIES_MAX = 500
BACK = timedelta(days=30)
MEDIA_TYPE = "text/calendar"
WAITING_MAX = 20
RETRY_S = 30.0
NOTED_EVERY = timedelta(hours=1)
SHOWN = (*TO_COME, State.OVER, State.CANCELLED)


class Addresses:
    """Makes addresses, and answers at them."""

    def __init__(self, salon: Salon, audience: Audience, listing: Listing) -> None:
        self._salon = salon
        self._audience = audience
        self._listing = listing
        self._writing = asyncio.Lock()  # a long one takes a quarter of a second
        self._waiting = 0

    # -- commands

    async def make(self, actor: Account, payload: MakeAddress) -> dict[str, Any]:
        """Return a new address, this once. Raises NotFound (room), Conflict (too many)."""
        room_id = payload.room
        if room_id is not None and not self._sees_room(actor, room_id):
            raise NotFound("There is no such room.", field="room", reason="no_room")
        secret = secrets.token_urlsafe(SECRET_BYTES)
        now = self._salon.clock.now()
        address = Address(
            self._salon.new_id(), actor.id, _digest(secret), payload.holds, room_id, now
        )

        def add(tx: Transaction) -> None:
            if len(address_rows.of_account(tx.connection, actor.id)) >= ADDRESSES_MAX:
                raise Conflict(
                    f"You have {ADDRESSES_MAX} addresses. Revoke one first.",
                    reason="events.addresses_full",
                    most=ADDRESSES_MAX,
                )
            address_rows.add(tx, address)

        await self._salon.db.write(add)
        url = f"{self._salon.base_url}/p/events/calendar/{secret}.ics"
        return {"address": _shape(address), "url": url}

    async def list(self, actor: Account, _payload: Nothing) -> dict[str, Any]:
        """Return one's addresses without what makes them secret, and the one for everybody."""
        found = await self._salon.db.read(lambda c: address_rows.of_account(c, actor.id))
        return {
            "addresses": [_shape(each) for each in found],
            "public_url": f"{self._salon.base_url}/p/events/calendar.ics",
        }

    async def revoke(self, actor: Account, payload: Revoke) -> None:
        """Let one of one's addresses lead nowhere. Raises NotFound."""

        def drop(tx: Transaction) -> None:
            if not address_rows.delete(tx, payload.address, actor.id):
                raise NotFound(
                    "There is no such address.", field="address", reason="events.no_address"
                )

        await self._salon.db.write(drop)

    # -- what programs fetch

    async def everybody(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Answer with what who has no account may know of."""
        wanted = Wanted(SHOWN, self._salon.clock.now() - BACK, is_public=True)
        found = await self._listing.among(
            wanted, ENTRIES_MAX, lambda each: self._audience.is_for_everybody(each.event)
        )
        return await self._answer(request, found, "public, no-cache")

    async def of_room(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Answer with what who has no account may know of a room. Raises NotFound."""
        room_id = _id(request.match_info["room"])
        if room_id is None:
            raise NotFound("There is no such calendar.", reason="nothing_here")
        begins = self._salon.clock.now() - BACK
        wanted = Wanted(SHOWN, begins, room_id=room_id, is_public=True)
        found = await self._listing.among(
            wanted, ENTRIES_MAX, lambda each: self._audience.is_for_everybody(each.event)
        )
        return await self._answer(request, found, "public, no-cache")

    async def secret(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Answer with what the owner of an address may know of. Raises NotFound."""
        digest = _digest(request.match_info["secret"])
        address = await self._salon.db.read(lambda c: address_rows.find(c, digest))
        account = None if address is None else self._salon.accounts.get(address.account_id)
        now = self._salon.clock.now()
        if address is None or account is None or not account.is_usable(now):
            raise NotFound("There is no such calendar.", reason="nothing_here")
        wanted = Wanted(
            SHOWN,
            now - BACK,
            room_id=address.room_id,
            account_id=account.id if address.holds == "mine" else None,
        )
        found = await self._listing.seen_by(account, wanted, ENTRIES_MAX)
        if address.fetched_at is None or now - address.fetched_at > NOTED_EVERY:
            await self._salon.db.write(lambda tx: address_rows.note_fetch(tx, address.id))
        return await self._answer(request, found, "private, no-cache")

    async def one(self, request: web.Request, actor: Account | None) -> web.StreamResponse:
        """Answer with one occurrence, to put into a calendar. Raises NotFound."""
        known: Occurrence | None = None
        if id_ := _id(request.match_info["occurrence"]):
            known = await self._salon.db.read(lambda c: occurrence_rows.find(c, id_))
        if known is None or actor is None or not self._audience.sees(actor, known.event):
            raise NotFound("There is no such event.", reason="events.no_event")
        answer = await self._answer(request, [known], "private, no-cache")
        answer.headers[hdrs.CONTENT_DISPOSITION] = 'attachment; filename="event.ics"'
        return answer

    async def _answer(
        self, request: web.Request, found: Sequence[Occurrence], cached: str
    ) -> web.StreamResponse:
        name, base_url = self._salon.community.name, self._salon.base_url
        if self._waiting >= WAITING_MAX:
            raise TooMany("Many ask for calendars. Please wait.", retry_after_s=RETRY_S)
        self._waiting += 1
        try:
            async with self._writing:
                body = await asyncio.to_thread(_written, name, base_url, found)
        finally:
            self._waiting -= 1
        tag = hashlib.sha256(body).hexdigest()[:32]
        headers = {hdrs.CACHE_CONTROL: cached, hdrs.ETAG: f'"{tag}"'}
        if any(known.value in {tag, "*"} for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=MEDIA_TYPE, charset="utf-8", headers=headers)

    def _sees_room(self, actor: Account, room_id: int) -> bool:
        is_there = self._salon.rooms.get(room_id) is not None
        return is_there and self._salon.accounts.may(actor, VIEW, room_id)


def _written(name: str, base_url: str, found: Sequence[Occurrence]) -> bytes:
    # icalendar takes 4 MiB, and many servers have no calendar that is fetched.
    from salon_events.calendar_text import Source, write_calendar

    host = urlsplit(base_url).hostname or "localhost"
    return write_calendar(Source(name, host, base_url), found)


def _id(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= ID_DIGITS_MAX
    return int(text) if is_number and int(text) <= ID_MAX else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _shape(address: Address) -> dict[str, Any]:
    return {
        "id": str(address.id),
        "holds": address.holds,
        "room_id": None if address.room_id is None else str(address.room_id),
        "made_at": time(address.made_at),
        "fetched_at": None if address.fetched_at is None else time(address.fetched_at),
    }
