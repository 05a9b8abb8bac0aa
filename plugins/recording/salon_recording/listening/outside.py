"""The latest public episodes, on the first page of who has no account."""

from typing import Any

from aiohttp import hdrs, web

from salon.plugin import Account, PageFragment, Salon
from salon_recording import episodes
from salon_recording.words import preferred

SHOWN = 3


class Outside:
    """Fills a piece of the page; nothing where nothing was published."""

    def __init__(self, salon: Salon) -> None:
        self._salon = salon

    def fragments(self) -> list[PageFragment]:
        """Return what is declared to the host."""
        return [PageFragment("public-home", "recording/outside.html", self._gather)]

    async def _gather(self, request: web.Request, actor: Account | None) -> dict[str, Any]:
        del actor  # everybody is shown the same
        latest = await self._salon.db.read(
            lambda connection: episodes.public(connection, limit=episodes.BESIDE_MAX)
        )
        say = preferred(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""), "en")
        return {
            "say": say,
            "episodes": [
                {
                    "title": one.title,
                    "address": f"/e/{one.slug}",
                    "date": say.date(one.published_at or one.created_at),
                    "length": say.length(one.duration_ms),
                }
                for one in latest[:SHOWN]
            ],
        }
