"""Rendering: a public page in the reader's language, its style and its script."""

import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from aiohttp import hdrs, web

from salon.plugin import NotFound, Salon
from salon_recording.show import Show
from salon_recording.words import Phrases, chosen, preferred

FRESH = "public, no-cache"  # kept, but asked about: a voice may be taken out at any time
STYLES = ("page.css", "episode.css", "lists.css", "player.css")


class Rendering:
    """Renders the plugin's templates for everybody; no cookie is read."""

    def __init__(self, salon: Salon) -> None:
        self._salon = salon

    def phrases(self, request: web.Request, show: Show) -> Phrases:
        """Return the words in the language that the address names, else the reader's wish."""
        named = request.query.get("lang", "")
        wishes = request.headers.get(hdrs.ACCEPT_LANGUAGE, "")
        return chosen(named) or preferred(wishes, show.language[:2])

    async def page(
        self,
        template: str,
        say: Phrases,
        show: Show,
        *,
        script: str = "episode.ts",
        status: int = 200,
        **facts: Any,
    ) -> web.Response:
        """Return a page made of `recording/<template>`."""
        page = await self._salon.render(
            f"recording/{template}",
            say=say,
            language=say.language,
            show=show,
            style=f"/p/recording/page.css?v={_version()}",
            script=self._script(script),
            **facts,
        )
        headers = {hdrs.CACHE_CONTROL: FRESH, hdrs.VARY: hdrs.ACCEPT_LANGUAGE}
        response = web.Response(text=page, content_type="text/html", status=status, headers=headers)
        response.enable_compression()
        return response

    def _script(self, source: str) -> str | None:
        try:
            return self._salon.asset(source)
        except NotFound:  # not built: the page works without it
            return None


@lru_cache(maxsize=1)
def style() -> bytes:
    """Return the style of all public pages."""
    folder = files("salon_recording") / "static"
    return b"".join((folder / name).read_bytes() for name in STYLES)


@lru_cache(maxsize=1)
def _version() -> str:
    return hashlib.sha256(style()).hexdigest()[:12]
