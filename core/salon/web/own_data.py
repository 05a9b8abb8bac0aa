"""Where people fetch what is kept of them, and leave; asked for with the password.

What is sent is a download for its owner only, kept by nobody in between.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import hdrs, web

from salon.config import Limits
from salon.domain import wire
from salon.errors import Invalid
from salon.services.exports import Exports
from salon.services.leaving import Leaving
from salon.web import bodies
from salon.web.auth import Auth

FILE_NAME = "salon-export.zip"


class OwnData:
    """One method per address."""

    def __init__(self, auth: Auth, exports: Exports, leaving: Leaving, limits: Limits) -> None:
        self._auth = auth
        self._exports = exports
        self._leaving = leaving
        self._limits = limits

    async def ask_for_export(self, request: web.Request) -> web.Response:
        actor = await self._auth.signed_in(request)
        fields = await bodies.json_object(request, self._limits)
        export = await self._exports.ask(actor.account, _text(fields, "current"))
        return web.json_response({"export": wire.export(export)})

    async def send_export(self, request: web.Request) -> web.Response:
        actor = await self._auth.signed_in(request)
        found = await self._exports.open(actor.account)
        headers = {
            hdrs.CONTENT_TYPE: "application/zip",
            hdrs.CONTENT_LENGTH: str(found.size_bytes),
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="{FILE_NAME}"',
            hdrs.CACHE_CONTROL: "no-store",
        }
        return web.Response(headers=headers, body=found.pieces)

    async def ask_for_deletion(self, request: web.Request) -> web.Response:
        actor = await self._auth.signed_in(request)
        fields = await bodies.json_object(request, self._limits)
        keeps_content = fields.get("keeps_content")
        if not isinstance(keeps_content, bool):
            raise Invalid(
                "Expected true or false as `keeps_content`.",
                field="keeps_content",
                reason="malformed",
            )
        handle, current = _text(fields, "handle"), _text(fields, "current")
        deletion = await self._leaving.ask(
            actor.account, handle, current, keeps_content=keeps_content
        )
        return web.json_response({"deletion": wire.deletion(deletion)})


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Invalid(f"Expected the text `{name}`.", field=name, reason="malformed")
    return value
