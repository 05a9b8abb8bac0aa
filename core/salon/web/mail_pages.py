"""Pages about letters, without script: asking for a link, and opening one.

Opening a link changes nothing yet: programs that look into letters open what is in them. A button
does it.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from salon.config import Limits
from salon.errors import Conflict, SalonError
from salon.services.mail import Mail
from salon.web import bodies, words
from salon.web.pages import EMPTY, Pages, Shown


class MailPages:
    """One method per page."""

    def __init__(self, pages: Pages, mail: Mail, limits: Limits) -> None:
        self._pages = pages
        self._mail = mail
        self._limits = limits

    async def show_ask(self, request: web.Request) -> web.Response:
        if not self._mail.is_on:
            raise Conflict("This server sends no letters.", reason="mail_off")
        return await self._pages.page(request, "mail.html", {**EMPTY.facts(), "sent": False})

    async def ask(self, request: web.Request) -> web.Response:
        """Say that a letter is on its way to whoever this names, whether it names anybody."""
        fields = await bodies.form(request, self._limits)
        who, network = fields.get("handle", ""), self._pages.visitor(request).network
        language = self._pages.language(request)
        try:
            if fields.get("purpose") == "reset":
                await self._mail.ask(network, who, "reset", language)
            else:
                await self._mail.ask(network, who, "signin", language)
        except SalonError as error:
            sentence = words.of_error(language, error)
            at_field = error.field == "handle"
            shown = Shown(
                {**EMPTY.values, "handle": who[:256]},
                {**EMPTY.errors, "handle": sentence if at_field else ""},
                "" if at_field else sentence,
            )
            facts = {**shown.facts(), "sent": False}
            return await self._pages.page(request, "mail.html", facts, error.http_status)
        return await self._pages.page(request, "mail.html", {**EMPTY.facts(), "sent": True})

    async def show_sign_in(self, request: web.Request) -> web.Response:
        account = await self._mail.link(request.match_info["token"], "signin")
        return await self._step(request, "mail.signin", name=account.display_name)

    async def sign_in(self, request: web.Request) -> web.Response:
        await bodies.form(request, self._limits)
        account = await self._mail.come_in(request.match_info["token"])
        return await self._pages.through(request, account, "/", is_proof=False)

    async def show_confirm(self, request: web.Request) -> web.Response:
        account = await self._mail.link(request.match_info["token"], "address")
        return await self._step(request, "mail.confirm", name=account.display_name)

    async def confirm(self, request: web.Request) -> web.Response:
        await bodies.form(request, self._limits)
        await self._mail.confirm(request.match_info["token"])
        return await self._done(request, "mail.confirm")

    async def show_unsubscribe(self, request: web.Request) -> web.Response:
        self._mail.check_subscriber(request.match_info["token"])
        return await self._step(request, "mail.unsubscribe")

    async def unsubscribe(self, request: web.Request) -> web.Response:
        """Also asked by mail programs, with a body of their own (RFC 8058, 3.2)."""
        await bodies.read(request, self._limits)
        await self._mail.unsubscribe(request.match_info["token"])
        return await self._done(request, "mail.unsubscribe")

    async def _step(self, request: web.Request, key: str, **facts: str) -> web.Response:
        return await self._page(request, key, {"facts": facts, "is_done": False})

    async def _done(self, request: web.Request, key: str) -> web.Response:
        return await self._page(request, key, {"facts": {}, "is_done": True})

    async def _page(self, request: web.Request, key: str, facts: Mapping[str, Any]) -> web.Response:
        return await self._pages.page(request, "mail_step.html", {"key": key, **facts})
