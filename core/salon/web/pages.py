"""Pages that work without script: set-up, sign-in, invitation, reset; and the shell of the app."""

import json
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import hdrs, web
from markupsafe import Markup

from salon.config import Config
from salon.domain.accounts import Account, Invitation, Registration, SignUp
from salon.errors import Invalid, NotFound, SalonError, TooMany
from salon.services.accounts import Visitor
from salon.services.applications import QUESTION_KEPT
from salon.services.services import Services
from salon.web import bodies, words
from salon.web.assets import Client
from salon.web.auth import Auth
from salon.web.fragments import Fragments
from salon.web.installable import LATER, SHELL_HEADER
from salon.web.origin import Origins
from salon.web.public import PublicPages
from salon.web.templating import Templates

NEXT_MAX = 512
TICKET_MAX = 64
APPLICATION_COOKIE = "salon_asked"
CODE_MAX = 32
# Views that the app fetches on demand, by how their addresses begin; home is the whole address.
VIEWS = {"/": "app/home.tsx", "/r/": "rooms/room_view.tsx"}
NO_VALUES = {
    "community": "",
    "display_name": "",
    "handle": "",
    "password": "",
    "code": "",
    "reason": "",
    "rules": "",
}  # as they stand
Claimed = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a form is shown with after something was wrong."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    notice: str = ""

    def facts(self) -> dict[str, Any]:
        wrong = [name for name in NO_VALUES if self.errors[name]]
        return {
            "values": self.values,
            "errors": self.errors,
            "notice": self.notice,
            "focus": next(iter(wrong), ""),
            "again": "password" not in wrong and bool(wrong or self.notice),
        }


EMPTY = Shown(NO_VALUES, NO_VALUES)


class Pages:
    """One method per page."""

    def __init__(  # noqa: PLR0913 pages touch every door
        self,
        *,
        config: Config,
        services: Services,
        auth: Auth,
        origins: Origins,
        templates: Templates,
        client: Client,
        fragments: Fragments,
        claimed: Claimed,
        shell_version: Callable[[], str],
        public: PublicPages,
    ) -> None:
        self._config = config
        self._services = services
        self._accounts = services.accounts
        self._directory = services.directory
        self._second_step = services.second_step
        self._passkeys = services.passkeys
        self._letters = services.mail.is_on
        self._auth = auth
        self._origins = origins
        self._templates = templates
        self._client = client
        self._fragments = fragments
        self._claimed = claimed
        self._shell_version = shell_version
        self._public = public

    # -- set-up

    async def show_setup(self, request: web.Request) -> web.Response:
        return await self._setup_page(request, EMPTY)

    async def claim(self, request: web.Request) -> web.StreamResponse:
        fields = await bodies.form(request, self._config.limits)
        try:
            _filled(fields, "community", "display_name", "handle", "password")
            account = await self._accounts.claim(
                request.match_info["token"],
                _wish(fields),
                fields.get("password", ""),
                fields.get("community", ""),
                self.language(request),
            )
        except SalonError as error:
            return await self._setup_page(request, self._after(request, fields, error), error)
        response = await self._into(request, account, "/welcome")
        await self._claimed()
        return response

    async def _setup_page(
        self, request: web.Request, shown: Shown, error: SalonError | None = None
    ) -> web.Response:
        await self._accounts.link(request.match_info["token"], "owner")
        least = self._config.accounts.password_min_length
        return await self.page(
            request, "setup.html", {**shown.facts(), "at_least": least}, _status(error)
        )

    # -- sign-in

    async def show_sign_in(self, request: web.Request) -> web.StreamResponse:
        if not self._directory.is_claimed:
            return await self.page(request, "unclaimed.html", {}, 503)
        if await self._auth.actor(request) is not None:
            raise web.HTTPSeeOther(_next(request.query.get("next", "")))
        return await self._sign_in_page(request, EMPTY, request.query.get("next", ""))

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        fields = await bodies.form(request, self._config.limits)
        try:
            _filled(fields, "handle", "password")
            account = await self._accounts.sign_in(
                self.visitor(request),
                fields.get("handle", ""),
                fields.get("password", ""),
                _invitation_in(fields.get("next", "")),
            )
        except SalonError as error:
            shown = self._after(request, fields, error)
            return await self._sign_in_page(request, shown, fields.get("next", ""), error)
        after = fields.get("next", "")
        return await self.through(request, account, "/" if _invitation_in(after) else after)

    async def give_code(self, request: web.Request) -> web.StreamResponse:
        """Let somebody in who gave their password before, and now a code."""
        fields = await bodies.form(request, self._config.limits)
        ticket, after = fields.get("ticket", ""), fields.get("next", "")
        try:
            account = await self._second_step.come_in(ticket, fields.get("code", ""))
        except SalonError as error:
            shown = self._after(request, {}, error)
            if error.field == "code" or isinstance(error, TooMany):
                return await self._code_page(request, ticket, after, shown, error)
            return await self._sign_in_page(request, shown, after, error)
        return await self._into(request, account, after)

    async def through(
        self, request: web.Request, account: Account, after: str, *, is_proof: bool = True
    ) -> web.Response:
        """Let somebody in, or ask for a code first.

        `is_proof`: whether they showed that it is they, and not only that they read their letters.
        """
        ticket = await self._second_step.ticket(account)
        if ticket is not None:
            return await self._code_page(request, ticket, after, EMPTY)
        return await self._into(request, account, after, is_proof=is_proof)

    async def _code_page(
        self,
        request: web.Request,
        ticket: str,
        after: str,
        shown: Shown,
        error: SalonError | None = None,
    ) -> web.Response:
        facts = {**shown.facts(), "ticket": ticket[:TICKET_MAX], "next": _next(after)}
        return _patient(await self.page(request, "code.html", facts, _status(error)), error)

    async def _sign_in_page(
        self, request: web.Request, shown: Shown, after: str, error: SalonError | None = None
    ) -> web.Response:
        facts = {
            **shown.facts(),
            "next": _next(after),
            "passkeys": self._passkeys.are_possible,
            "letters": self._letters,
            "registration": self._registration.value,
        }
        return _patient(await self.page(request, "signin.html", facts, _status(error)), error)

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        await bodies.read(request, self._config.limits)
        response = _see("/signin")
        await self._auth.sign_out(request, response)
        return response

    # -- invitation and open registration

    async def show_invitation(self, request: web.Request) -> web.Response:
        answered = await self._answer_page(request)
        if answered is not None:
            return answered
        invitation = await self._invitation(request)
        return await self._invitation_page(request, invitation, EMPTY)

    async def join(self, request: web.Request) -> web.StreamResponse:
        fields = await bodies.form(request, self._config.limits)
        try:
            account = await self._come_in(request, fields)
        except NotFound:
            raise
        except SalonError as error:
            invitation = await self._invitation(request)
            shown = self._after(request, fields, error)
            return await self._invitation_page(request, invitation, shown, error)
        if isinstance(account, str):
            return self._asked(account)
        return await self._into(request, account, request.query.get("next", "/"))

    async def find_invitation(self, request: web.Request) -> web.StreamResponse:
        """Lead to the page of an invitation that somebody pasted, and from there to `next`."""
        code = request.query.get("code", "").strip().rstrip("/").rpartition("/")[2][:CODE_MAX]
        if not code:
            raise NotFound("This invitation is not known here.", reason="unknown")
        place = urlencode({"next": _next(request.query.get("next", "/"))})
        return _see(f"/i/{quote(code, safe='')}?{place}")

    async def _come_in(self, request: web.Request, fields: Mapping[str, str]) -> Account | str:
        """Return the new account or, where somebody decides about it, the question's token."""
        visitor, code = self.visitor(request), request.match_info.get("code")
        rules_read = fields.get("rules") == "on"
        invitation = await self._invitation(request)
        if code is not None and invitation is not None and invitation.guest_days is not None:
            _filled(fields, "display_name")
            name = fields.get("display_name", "")
            return await self._services.guests.come_in(visitor, name, code, rules_read=rules_read)
        _filled(fields, "display_name", "handle", "password")
        wish, password = _wish(fields), fields.get("password", "")
        if code is None and self._registration is Registration.APPROVAL:
            _filled(fields, "reason")
            return await self._services.applications.apply(
                visitor, wish, password, fields["reason"], rules_read=rules_read
            )
        return await self._accounts.sign_up(visitor, wish, password, code, rules_read=rules_read)

    @property
    def _registration(self) -> Registration:
        if not self._directory.is_claimed:
            return Registration.INVITATION  # and nobody is there who could make one
        return self._directory.community.registration

    def _asked(self, token: str) -> web.Response:
        """Lead to the page that shows the answer; this browser keeps what opens it."""
        response = _see("/join")
        response.set_cookie(
            APPLICATION_COOKIE,
            token,
            max_age=int(QUESTION_KEPT.total_seconds()),
            path="/join",
            secure=self._origins.is_secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    async def _answer_page(self, request: web.Request) -> web.Response | None:
        """Return what became of what this browser asked, if it has."""
        if request.match_info.get("code") is not None:
            return None
        token = request.cookies.get(APPLICATION_COOKIE, "")
        application = await self._services.applications.of_token(token)
        if application is None or "again" in request.query:
            return None
        facts = {
            "state": application.state.value,
            "answer": application.answer,
            "name": application.display_name,
            "handle": application.handle,
        }
        return await self.page(request, "application.html", facts)

    async def _invitation(self, request: web.Request) -> Invitation | None:
        code = request.match_info.get("code")
        if code is not None:
            return await self._accounts.invitation(self.visitor(request), code)
        if self._registration not in {Registration.OPEN, Registration.APPROVAL}:
            raise NotFound("There is nothing at this address.", reason="nothing_here")
        return None

    async def _invitation_page(
        self,
        request: web.Request,
        invitation: Invitation | None,
        shown: Shown,
        error: SalonError | None = None,
    ) -> web.Response:
        inviter = self._directory.account(invitation.inviter_id) if invitation else None
        printed = await self._services.house_rules.printed()
        pieces = await self._fragments.at("invitation", request, None, self.language(request))
        facts = {
            **shown.facts(),
            "inviter": inviter.display_name if inviter else "",
            "note": invitation.note if invitation else "",
            "until": words.date(self.language(request), invitation.expires_at)
            if invitation
            else "",
            "rules": Markup(printed.html),  # noqa: S704 sanitised when it was rendered
            "is_guest": invitation is not None and invitation.guest_days is not None,
            "guest_days": (invitation and invitation.guest_days) or 0,
            "is_asked": invitation is None and self._registration is Registration.APPROVAL,
            "path": request.path if invitation else _next(request.query.get("next", "/")),
            "at_least": self._config.accounts.password_min_length,
            "fragments": pieces,
        }
        return await self.page(request, "invitation.html", facts, _status(error))

    # -- reset

    async def show_reset(self, request: web.Request) -> web.Response:
        return await self._reset_page(request, EMPTY)

    async def reset(self, request: web.Request) -> web.StreamResponse:
        fields = await bodies.form(request, self._config.limits)
        token = request.match_info["token"]
        try:
            _filled(fields, "password")
            account = await self._accounts.reset_password(token, fields.get("password", ""))
        except NotFound:
            raise
        except SalonError as error:
            return await self._reset_page(request, self._after(request, fields, error), error)
        return await self.through(request, account, "/")

    async def _reset_page(
        self, request: web.Request, shown: Shown, error: SalonError | None = None
    ) -> web.Response:
        link = await self._accounts.link(request.match_info["token"], "reset")
        account = self._directory.account(link.account_id or 0)
        facts = {
            **shown.facts(),
            "handle": account.handle if account else "",
            "at_least": self._config.accounts.password_min_length,
        }
        return await self.page(request, "reset.html", facts, _status(error))

    # -- the app

    async def shell(self, request: web.Request) -> web.StreamResponse:
        """Return the page of the app for a signed-in person; else to sign-in and back."""
        actor = await self._auth.actor(request)
        if actor is None and (page := await self._public.page(request, self.language(request))):
            return page
        if actor is None:
            asked = request.path_qs if request.path != "/" else ""
            raise web.HTTPSeeOther(f"/signin?{urlencode({'next': asked})}" if asked else "/signin")
        language = self.language(request)
        main = self._client.bundle.entry("app/main.tsx")
        community = self._directory.community
        boot = {
            "language": language,
            "accent_hue": community.accent_hue,
            "community": community.name,
            "later_style": self._client.bundle.entry(LATER).file,
        }
        view = self._view(request.path)
        facts = {
            "boot": _script_safe(json.dumps(boot)),
            "import_map": self._client.import_map(),
            "script": main.file,
            "styles": main.styles if view is None else (*main.styles, boot["later_style"]),
            "preloads": dict.fromkeys((*main.preloads, *(view or ()))),
        }
        response = await self.page(request, "shell.html", facts)
        response.headers[SHELL_HEADER] = self._shell_version()  # what the worker may keep
        return response

    def _view(self, path: str) -> tuple[str, ...] | None:
        """Return the modules of the view at `path`; None for a channel, which is in the app."""
        if path.startswith("/c/"):
            return None
        for start, name in VIEWS.items():
            if path == start or (start != "/" and path.startswith(start)):
                entry = self._client.bundle.entry(name)
                return (entry.file, *entry.preloads)
        return ()

    # -- shared

    def language(self, request: web.Request) -> str:
        otherwise = self._directory.community.language if self._directory.is_claimed else "en"
        return words.preferred(request.headers.get("Accept-Language", ""), otherwise)

    async def error(self, request: web.Request, status: int, message: str) -> web.Response:
        return await self.page(request, "error.html", {"message": message}, status)

    async def page(
        self, request: web.Request, template: str, facts: Mapping[str, Any], status: int = 200
    ) -> web.Response:
        html = await self._templates.render(template, self.language(request), facts)
        return web.Response(text=html, content_type="text/html", status=status)

    async def _into(
        self, request: web.Request, account: Account, after: str, *, is_proof: bool = True
    ) -> web.Response:
        response = _see(_next(after))
        await self._auth.sign_in(request, response, account, is_proof=is_proof)
        return response

    def visitor(self, request: web.Request) -> Visitor:
        asked = self._origins.asked(request)
        return Visitor(asked.network, request.headers.get("User-Agent", "")[:512])

    def _after(self, request: web.Request, fields: Mapping[str, str], error: SalonError) -> Shown:
        sentence = words.of_error(self.language(request), error)
        kept = {name: fields.get(name, "")[:256] for name in NO_VALUES if name != "password"}
        named = error.facts.get("empty_fields", [error.field])
        wrong = {name: sentence for name in NO_VALUES if name in named}
        return Shown(NO_VALUES | kept, NO_VALUES | wrong, "" if wrong else sentence)


def _patient(page: web.Response, error: SalonError | None) -> web.Response:
    """Say when to come back, where too much was asked."""
    if error is not None and "retry_after_s" in error.facts:
        page.headers[hdrs.RETRY_AFTER] = str(math.ceil(error.facts["retry_after_s"]))
    return page


def _see(address: str) -> web.Response:
    return web.Response(status=303, headers={hdrs.LOCATION: address})


def _wish(fields: Mapping[str, str]) -> SignUp:
    return SignUp(fields.get("handle", ""), fields.get("display_name", ""), None)


def _filled(fields: Mapping[str, str], *names: str) -> None:
    """Raise Invalid for empty fields. A browser would say so in its own language, not in ours."""
    if empty := [name for name in names if not fields.get(name, "").strip()]:
        raise Invalid("Please fill this in.", reason="empty", empty_fields=empty)


def _invitation_in(path: str) -> str | None:
    """Return the code of the invitation that somebody came by to sign in."""
    start, _, code = path.rpartition("/")
    return code[:CODE_MAX] if start == "/i" and code else None


def _status(error: SalonError | None) -> int:
    return 200 if error is None else error.http_status


def _next(path: str) -> str:
    """Return where to go after sign-in: a path of ours, never another site."""
    is_path = path.startswith("/") and not path.startswith(("//", "/\\"))
    is_plain = path.isprintable() and "\\" not in path and len(path) <= NEXT_MAX
    return path if is_path and is_plain else "/"


def _script_safe(text: str) -> str:
    """Keep JSON from ending its script element (HTML, 13.1.2.5)."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
