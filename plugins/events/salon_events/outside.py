"""What comes up that everybody may know of, on the first page of who has no account."""

from typing import Any

from aiohttp import web

from salon.plugin import Account, PageFragment, Salon
from salon_events.audience import Audience
from salon_events.event import TO_COME
from salon_events.listing import Listing
from salon_events.occurrence_rows import Wanted
from salon_events.shapes import time

SHOWN = 4
WORDS = {
    "en": {"title": "Coming up, open to all", "calendar": "In your own calendar"},
    "fr": {"title": "Prochainement, ouvert à tout le monde", "calendar": "Dans ton agenda"},
}


class Outside:
    """Fills a piece of the page; nothing where nothing comes."""

    def __init__(self, salon: Salon, audience: Audience, listing: Listing) -> None:
        self._salon = salon
        self._audience = audience
        self._listing = listing

    def fragments(self) -> list[PageFragment]:
        """Return what is declared to the host."""
        return [PageFragment("public-home", "events/outside.html", self._gather)]

    async def _gather(self, request: web.Request, actor: Account | None) -> dict[str, Any]:
        del request, actor  # everybody is shown the same
        wanted = Wanted(TO_COME, self._salon.clock.now(), is_public=True)
        found = await self._listing.among(
            wanted, SHOWN, lambda each: self._audience.is_for_everybody(each.event)
        )
        return {
            "words": WORDS,
            "events": [
                {
                    "title": each.event.title,
                    "address": f"/p/events/{each.id}",
                    "starts_at": time(each.starts_at),
                    "in_utc": f"{each.starts_at:%Y-%m-%d %H:%M} UTC",
                }
                for each in found
            ],
        }
