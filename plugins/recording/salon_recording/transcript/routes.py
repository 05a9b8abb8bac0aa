"""The files of transcripts, for everybody who may hear the episode."""

from collections.abc import Mapping

from aiohttp import hdrs, web

from salon.plugin import Account, Route
from salon_recording.transcript.episodes import Transcripts

HEADERS = {  # as the feed's other files: for every player on every site, asked about each time
    hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    hdrs.CACHE_CONTROL: "public, no-cache",
}


class TranscriptRoutes:
    """Handlers; none reads a cookie."""

    def __init__(self, transcripts: Transcripts) -> None:
        self._transcripts = transcripts

    def all(self) -> list[Route]:
        """Return what is declared to the host."""
        path = "/e/{slug}/transcript.{ending}"
        return [
            Route(method, path, self.file, access="public", at="claim", body_max_bytes=0)
            for method in ("GET", "HEAD")
        ]

    async def file(self, request: web.Request, _actor: Account | None) -> web.StreamResponse:
        """Send a transcript as what the ending of its address says."""
        slug, ending = request.match_info["slug"], request.match_info["ending"]
        media_type, text = await self._transcripts.write(slug, ending)
        return transcript_response(media_type, text, HEADERS)


def transcript_response(media_type: str, text: str, headers: Mapping[str, str]) -> web.Response:
    """Answer with a transcript."""
    answer = web.Response(text=text, content_type=media_type, charset="utf-8", headers=headers)
    answer.enable_compression()
    return answer
