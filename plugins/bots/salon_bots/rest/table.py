"""Which address leads where: templates, matched one by one; the rest is answered as not there."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salon.plugin import Account
from salon_bots.errors import DiscordError, no_such_route, not_here, unknown, wrong_method
from salon_bots.models import Bot
from salon_bots.pace import Limit
from salon_bots.reading import ID_MAX


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a bot, with the ids of its path and what its body carries.

    `reason` is what the audit log is to say."""

    bot: Bot
    account: Account
    ids: Mapping[str, str]
    query: Mapping[str, str]
    fields: Mapping[str, Any]
    reason: str = ""

    def id(self, name: str, what: str) -> int:
        """Return an id of the path. Raises DiscordError when it can be nobody's."""
        return parse_id(self.ids[name], what)


def parse_id(text: str, what: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 20:  # noqa: PLR2004 digits of 2^64
        number = int(text)
        if 0 < number <= ID_MAX:
            return number
    raise unknown(what)


Answer = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`None` as the answer's body is 204. `major` is the id that has a bucket of its own."""

    method: str
    template: str
    answer: Answer
    limit: Limit | None = None
    major: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    endpoint: Endpoint
    ids: Mapping[str, str]

    @property
    def bucket(self) -> str:
        major = self.ids.get(self.endpoint.major or "", "")
        return f"{self.endpoint.method} {self.endpoint.template} {major}"


WEBHOOK_MORE = r"/webhooks/\d+/[\w-]+(/.+)?"

# Addresses of Discord's that Salon does not answer, with what to call the missing thing.
NOT_HERE: Sequence[tuple[str, str]] = (
    (r"/channels/\d+/messages/\d+/reactions(/.*)?", "reactions"),
    (r"/channels/\d+(/messages)?/pins(/\d+)?", "pinned messages"),
    (r"/channels/\d+/messages/bulk-delete", "deleting several messages at once"),
    (r"/channels/\d+(/messages/\d+)?/threads(/.*)?", "threads"),
    (r"/channels/\d+/(thread-members|users/@me/threads)(/.*)?", "threads"),
    (r"/channels/\d+/(invites|permissions|webhooks|polls|followers)(/.*)?", "this of channels"),
    (r"/applications/\d+/.*", "application commands"),
    (r"/interactions/.*", "interactions"),
    (r"/guilds/\d+/.*", "this of the server"),
    (r"/invites/.*", "invitations"),
    (r"/stage-instances(/.*)?", "stages"),
    (r"/webhooks/\d+", "managing webhooks"),
    (WEBHOOK_MORE, "this of webhooks"),
    (r"/users/@me/channels", "direct messages"),
    (r"/(guilds|channels/\d+|users/@me|applications/@me)", "changing this"),
)
_NOT_HERE = tuple((re.compile(pattern), feature) for pattern, feature in NOT_HERE)


class Table:
    """Finds the endpoint of a request."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._rows = [(_pattern(endpoint.template), endpoint) for endpoint in endpoints]

    def find(self, method: str, path: str) -> Found:
        """Raises DiscordError: 404 for nothing, 405 for a method, 40006 for what is Discord's."""
        methods = set()
        for pattern, endpoint in self._rows:
            match = pattern.fullmatch(path)
            if match is None:
                continue
            if endpoint.method == method:
                return Found(endpoint, match.groupdict())
            methods.add(endpoint.method)
        raise self._refusal(path, has_other_methods=bool(methods))

    def _refusal(self, path: str, *, has_other_methods: bool) -> DiscordError:
        for pattern, feature in _NOT_HERE:
            if pattern.fullmatch(path):
                return not_here(feature)
        return wrong_method() if has_other_methods else no_such_route()


def _pattern(template: str) -> re.Pattern[str]:
    """`/channels/{channel}` matches ids; `{member:me}` also takes `@me`."""
    pattern = re.sub(r"\{(\w+):me\}", r"(?P<\1>\\d{1,20}|@me)", template)
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>\\d{1,20})", pattern))
