"""The latest episodes, for the first page of whoever is signed in; all may ask, they are public."""

from typing import Any

from salon.plugin import Account, Command, Salon
from salon_recording import episodes
from salon_recording.commands import Nothing
from salon_recording.programmes.programming import Programming

SHOWN = 3


class Latest:
    """Answers which episodes came last."""

    def __init__(self, salon: Salon, programming: Programming) -> None:
        self._salon = salon
        self._programming = programming

    def commands(self) -> list[Command]:
        """Return what is declared to the host."""
        return [Command("latest", Nothing, self.latest, permission=None)]

    async def latest(self, _actor: Account, _asked: Nothing) -> dict[str, Any]:
        """Return the latest episodes of all shows, the newest first."""
        public = await self._salon.db.read(lambda c: episodes.public(c, limit=episodes.BESIDE_MAX))
        shows = {show.id: show for show in await self._programming.all()}
        return {
            "episodes": [
                {
                    "id": str(one.id),
                    "url": f"/e/{one.slug}",
                    "title": one.title,
                    "published_at": (one.published_at or one.created_at).isoformat(),
                    "duration_s": one.duration_ms / 1_000,
                    "voices": len(one.speaker_ids),
                    "show": shows[one.show_id].title,
                    "show_url": shows[one.show_id].address,
                    "cover_url": f"{shows[one.show_id].address}/cover.png",
                }
                for one in public[:SHOWN]
                if one.show_id in shows
            ]
        }
