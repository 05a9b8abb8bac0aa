"""Where a file is handed in: `POST /api/files`, its content as the body and nothing else.

The body is never whole in memory. Its type is `application/octet-stream`, which another site could
not send without asking the browser; what the file is, its content says.
"""

from aiohttp import web

from salon.config import Limits
from salon.domain import wire
from salon.domain.files import Purpose
from salon.errors import Invalid
from salon.ids import ID_DIGITS_MAX, MAX_ID
from salon.services.files import Files
from salon.web import bodies
from salon.web.auth import Auth

PURPOSES = {purpose.value: purpose for purpose in Purpose if purpose is not Purpose.CARD}


class Uploads:
    """The one address."""

    def __init__(self, auth: Auth, files: Files, limits: Limits) -> None:
        self._auth = auth
        self._files = files
        self._limits = limits

    async def receive(self, request: web.Request) -> web.Response:
        """Answer `{file}`. Asked with `name`, and `for` or the `channel` of the message to come."""
        actor = await self._auth.signed_in(request)
        channel = request.query.get("channel")
        file = await self._files.receive(
            actor.account,
            _purpose(request.query.get("for", "message")),
            request.query.get("name", ""),
            bodies.parts(request, self._limits),
            channel_id=None if channel is None else number(channel, "channel"),
            size_bytes=request.content_length,
        )
        return web.json_response({"file": wire.file(file)})


def number(text: str, field: str) -> int:
    """Return an id of an address. Raises Invalid."""
    is_number = text.isascii() and text.isdigit() and len(text) <= ID_DIGITS_MAX
    if not is_number or int(text) > MAX_ID:
        raise Invalid("Expected an id: a decimal number.", field=field, reason="malformed")
    return int(text)


def _purpose(text: str) -> Purpose:
    purpose = PURPOSES.get(text)
    if purpose is None:
        raise Invalid(f"Expected one of {', '.join(PURPOSES)}.", field="for", reason="malformed")
    return purpose
