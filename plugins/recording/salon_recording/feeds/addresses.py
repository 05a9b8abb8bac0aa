"""Members' own feeds: of shows that are for members, at secret addresses.

A podcast program knows no cookies, so an address is a key: it opens one show for one member, and
nothing else of the server, until they revoke it, leave, or are sent away; that is judged at each
fetch. Only its digest is kept: it is shown once, and no copy of the database opens a feed. It
stands in no log, since the log has patterns of addresses. What comes from it may be kept by nobody
but the program itself.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import hdrs, web

from salon.plugin import Account, Command, Conflict, NotFound, Payload, Route, Salon, Transaction
from salon_recording import episodes
from salon_recording.away.sending import Sending
from salon_recording.commands import Nothing
from salon_recording.episodes import Episode
from salon_recording.feeds import address_rows
from salon_recording.feeds.address_rows import Address
from salon_recording.feeds.library import Library, own_url
from salon_recording.feeds.routes import chapters_response, feed_response
from salon_recording.feeds.rss import MEDIA_TYPES
from salon_recording.fields import Id
from salon_recording.programmes.programming import Programming
from salon_recording.programmes.routes import ProgrammeRoutes
from salon_recording.show import Show
from salon_recording.transcript.episodes import Transcripts
from salon_recording.transcript.routes import transcript_response

ADDRESSES_MAX = 10  # of one account
SECRET_BYTES = 24
NOTED_EVERY = timedelta(hours=1)
OWN: Mapping[str, str] = {
    hdrs.CACHE_CONTROL: "private, no-cache",
    "X-Robots-Tag": "noindex, nofollow",
}


class OneShow(Payload):
    """A command about a show."""

    show: Id


class OneAddress(Payload):
    """A command about an address of one's own."""

    address: Id


class Addresses:
    """Makes addresses and revokes them, and answers at them."""

    def __init__(
        self,
        salon: Salon,
        programming: Programming,
        library: Library,
        *,
        sending: Sending,
        files: ProgrammeRoutes,
        transcripts: Transcripts,
    ) -> None:
        self._salon = salon
        self._programming = programming
        self._library = library
        self._sending = sending
        self._files = files
        self._transcripts = transcripts

    def commands(self) -> list[Command]:
        """Return what is declared to the host."""
        return [
            Command("addresses", Nothing, self.shown, permission=None),
            Command("make_address", OneShow, self.make, permission=None),
            Command("revoke_address", OneAddress, self.revoke, permission=None),
        ]

    def routes(self) -> list[Route]:
        """Return what is declared to the host: all that stands in a member's own feed."""
        found = [
            ("feed.xml", self.feed),
            ("cover.png", self.cover),
            *((f"{{episode}}.{suffix}", self.sound) for suffix in MEDIA_TYPES),
            ("{episode}/chapters.json", self.chapters),
            ("{episode}/transcript.{ending}", self.transcript),
        ]
        return [
            Route(method, f"/feeds/{{secret}}/{path}", handler, access="token", body_max_bytes=0)
            for path, handler in found
            for method in ("GET", "HEAD")
        ]

    # -- commands

    async def shown(self, actor: Account, _asked: Nothing) -> dict[str, Any]:
        """Return the shows for members, and one's addresses without what makes them secret."""
        found = await self._salon.db.read(lambda c: address_rows.of_account(c, actor.id))
        members = [show for show in await self._programming.all() if show.for_members]
        return {
            "shows": [_wire_show(show) for show in members],
            "addresses": [_wire(address) for address in found],
        }

    async def make(self, actor: Account, asked: OneShow) -> dict[str, Any]:
        """Return a new address, this once. Raises NotFound, Conflict (too many)."""
        show = await self._programming.show(int(asked.show))
        if not show.for_members:
            raise NotFound("There is no such show.", field="show", reason="recording.no_show")
        secret = secrets.token_urlsafe(SECRET_BYTES)
        now = self._salon.clock.now()
        address = Address(self._salon.new_id(), actor.id, show.id, _digest(secret), now)

        def add(tx: Transaction) -> None:
            if len(address_rows.of_account(tx.connection, actor.id)) >= ADDRESSES_MAX:
                raise Conflict(
                    f"You have {ADDRESSES_MAX} addresses. Revoke one first.",
                    reason="recording.addresses_full",
                    most=ADDRESSES_MAX,
                )
            address_rows.add(tx, address)

        await self._salon.db.write(add)
        await self._record(actor, "address_made", show)
        return {
            "address": _wire(address),
            "url": f"{own_url(self._salon.base_url, secret)}/feed.xml",
        }

    async def revoke(self, actor: Account, asked: OneAddress) -> None:
        """Let one of one's addresses lead nowhere. Raises NotFound."""
        address_id = int(asked.address)
        gone = await self._salon.db.write(lambda tx: address_rows.remove(tx, address_id, actor.id))
        if gone is None:
            raise NotFound(
                "There is no such address.", field="address", reason="recording.no_address"
            )
        await self._record(actor, "address_revoked", await self._programming.show(gone.show_id))

    async def _record(self, actor: Account, what: str, show: Show) -> None:
        await self._salon.audit.record(
            actor, what, kind="show", target_id=str(show.id), name=show.title
        )

    # -- what programs fetch

    async def feed(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Answer with the feed, its addresses with this secret. Raises NotFound."""
        address = await self._opened(request)
        now = self._salon.clock.now()
        if address.fetched_at is None or now - address.fetched_at > NOTED_EVERY:
            await self._salon.db.write(lambda tx: address_rows.note_fetch(tx, address.id))
        show = await self._programming.show(address.show_id)
        kept = await self._library.own(show, request.match_info["secret"])
        return feed_response(request, kept, OWN)

    async def sound(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Send an episode's file, or the part that is asked for. Raises NotFound."""
        suffix = request.path.rpartition(".")[2]
        return await self._sending.answer(request, await self._episode(request), suffix, OWN)

    async def chapters(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Send an episode's chapters. Raises NotFound."""
        return chapters_response(request, await self._episode(request), OWN)

    async def cover(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Send the show's picture. Raises NotFound."""
        show = await self._programming.show((await self._opened(request)).show_id)
        return await self._files.picture(request, show, OWN)

    async def transcript(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Send what is said in an episode. Raises NotFound."""
        episode, ending = await self._episode(request), request.match_info["ending"]
        media_type, text = await self._transcripts.written(episode, ending)
        return transcript_response(media_type, text, OWN)

    async def _episode(self, request: web.Request) -> Episode:
        address, slug = await self._opened(request), request.match_info["episode"]
        episode = await self._salon.db.read(lambda c: episodes.by_slug(c, slug))
        if episode is None or not episode.is_out or episode.show_id != address.show_id:
            raise _nothing()
        return episode

    async def _opened(self, request: web.Request) -> Address:
        """Return the address that a request came to. Raises NotFound, whatever is wrong with it."""
        digest = _digest(request.match_info["secret"])
        address = await self._salon.db.read(lambda c: address_rows.find(c, digest))
        account = None if address is None else self._salon.accounts.get(address.account_id)
        if address is None or account is None or not account.is_usable(self._salon.clock.now()):
            raise _nothing()
        return address


def _nothing() -> NotFound:
    return NotFound("There is nothing at this address.", reason="nothing_here")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _wire_show(show: Show) -> dict[str, Any]:
    return {"id": str(show.id), "title": show.title, "description": show.description}


def _wire(address: Address) -> dict[str, Any]:
    fetched_at = address.fetched_at
    return {
        "id": str(address.id),
        "show_id": str(address.show_id),
        "made_at": address.made_at.isoformat(),
        "fetched_at": None if fetched_at is None else fetched_at.isoformat(),
    }
