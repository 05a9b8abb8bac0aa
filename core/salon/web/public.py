"""What is read without an account: the first page and public channels, which need no script.

What is shown is asked of the services for the visitor, who is judged like anybody else, at each
request. Files are named and not given; pages are counted by where they are asked from, and search
engines are told to leave them alone unless the keeper says otherwise.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import hdrs, web
from markupsafe import Markup, escape

from salon.clock import Clock
from salon.domain.accounts import VISITOR, Account, AccountState
from salon.domain.channels import Channel
from salon.domain.messages import Message
from salon.ids import MAX_ID
from salon.services.directory import Directory
from salon.services.limits import RateLimits
from salon.services.messages import Messages
from salon.web import words
from salon.web.origin import Origins
from salon.web.public_home import PublicHome
from salon.web.templating import Templates

HOME = "/"
PREFIX = "/c/"
PAGE_MESSAGES = 50
PAGES_PER_MIN = 60
_NAMES = re.compile(r'<span class="mention" data-(account|role|channel)="(\d{1,20})">[@#]</span>')


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as the page prints it."""

    id: int
    author: str
    day: str
    time: str
    html: Markup
    files: Sequence[str]


class PublicPages:
    """The first page and those of public channels."""

    def __init__(  # noqa: PLR0913 what is shown, to whom, how often
        self,
        *,
        messages: Messages,
        directory: Directory,
        origins: Origins,
        templates: Templates,
        clock: Clock,
        is_indexed: bool,
        home: PublicHome,
    ) -> None:
        self._home = home
        self._messages = messages
        self._directory = directory
        self._origins = origins
        self._templates = templates
        self._rates = RateLimits(clock)
        self._is_indexed = is_indexed

    async def page(self, request: web.Request, language: str) -> web.Response | None:
        """Return the page of the address if it is open to all. Raises TooMany, Invalid."""
        if not self._directory.is_claimed:
            return None
        if request.path == HOME and self._home.is_open:
            self._count(request)
            facts = await self._home.facts(request, language)
            return await self._answer("public_home.html", language, facts)
        slug = request.path.removeprefix(PREFIX).partition("/")[0]
        channel = self._directory.public_channel(slug) if request.path.startswith(PREFIX) else None
        if channel is None:
            return None
        self._count(request)
        facts = await self._facts(channel, _before(request), language)
        return await self._answer("public.html", language, facts)

    def _count(self, request: web.Request) -> None:
        self._rates.hit(
            "public-page",
            self._origins.asked(request).network,
            times=PAGES_PER_MIN,
            per_s=60,
            message="That is a lot of pages. Please wait a minute.",
        )

    async def _answer(self, template: str, language: str, facts: dict[str, Any]) -> web.Response:
        facts = {**facts, "is_indexed": self._is_indexed}
        html = await self._templates.render(template, language, facts)
        response = web.Response(text=html, content_type="text/html")
        response.headers[hdrs.VARY] = hdrs.COOKIE
        if not self._is_indexed:
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    async def _facts(self, channel: Channel, before: int | None, language: str) -> dict[str, Any]:
        history = await self._messages.history(
            VISITOR, channel.id, before=before, limit=PAGE_MESSAGES
        )
        page = history.page
        told = [message for message in page.messages if message.kind == "text"]
        return {
            "channel": channel.name,
            "topic": channel.topic,
            "address": f"{PREFIX}{channel.slug}",
            "messages": [self._shown(message, language) for message in told],
            "older": page.messages[0].id if page.has_older and page.messages else None,
            "is_newest": not page.has_newer,
            "registration": self._directory.community.registration.value,
        }

    def _shown(self, message: Message, language: str) -> Shown:
        return Shown(
            id=message.id,
            author=message.shown_as or self._called(message.author_id, language),
            day=words.date(language, message.posted_at),
            time=_time(message.posted_at),
            html=Markup(self._named(message.html, language)),  # noqa: S704 sanitised when it was written
            files=[file.name for file in message.files],
        )

    def _called(self, account_id: int, language: str) -> str:
        """Return somebody's name; who has left for good has none, a bot keeps its own."""
        account = self._directory.account(account_id)
        if account is None or _is_nobody(account):
            return words.word(language, "public.left")
        return account.display_name

    def _named(self, html: str, language: str) -> str:
        """Put names where the text names somebody by id; keys reach hidden words and code."""
        named = _NAMES.sub(lambda found: self._name(found[1], int(found[2]), language), html)
        named = named.replace('class="spoiler"', 'class="spoiler" tabindex="0"')
        return named.replace("<pre>", '<pre tabindex="0">')

    def _name(self, kind: str, id_: int, language: str) -> str:
        if kind == "account":
            return _pill("@", self._called(id_, language))
        if kind == "role":
            role = self._directory.roles.get(id_)
            return _pill("@", role.name if role else "…")
        channel = self._directory.channels.get(id_)
        is_known = channel is not None and self._directory.public_channel(channel.slug) == channel
        return _pill("#", channel.name if channel is not None and is_known else "…")


def _pill(sign: str, name: str) -> str:
    return f'<span class="mention">{sign}{escape(name)}</span>'


def _before(request: web.Request) -> int | None:
    text = request.query.get("before", "")
    is_id = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ID))
    return int(text) if is_id and int(text) <= MAX_ID else None


def _time(at: datetime) -> str:
    """The hour of no reader in particular: UTC, as the page says."""
    return f"{at:%H:%M}"


def _is_nobody(account: Account) -> bool:
    return account.state is AccountState.DELETED and account.display_name == account.handle
