"""What a plugin adds to the server: declared once in `register_…`, before the doors open."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

import click
from aiohttp import web
from pydantic import BaseModel

from salon.domain.accounts import Account
from salon.domain.channels import Channel

RouteHandler = Callable[[web.Request, Account | None], Awaitable[web.StreamResponse]]
CommandHandler = Callable[[Account, Any], Awaitable[dict[str, Any] | None]]
LANGUAGES = ("en", "fr")
BODY_PARTS = web.RequestKey("body_parts", AsyncIterator[bytes])  # where the host leaves them
Sentence = Mapping[str, str]
"""The same in each of these languages, by its two letters."""

SlashHandler = Callable[[Account, Channel, Mapping[str, Any]], Awaitable[Sentence | None]]
JobHandler = Callable[[dict[str, Any]], Awaitable[None]]
SearchHandler = Callable[[Account, Sequence[str], int], Awaitable[Sequence["SearchResult"]]]
FragmentGather = Callable[[web.Request, Account | None], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Permission:
    """`moderation.view` is declared as `Permission("view", "See reports")`.

    `granted_to` says which role gets it when the server meets it for the first time.
    """

    name: str
    title: str
    granted_to: Literal["everyone", "hosts", "owner"] = "owner"


@dataclass(frozen=True, slots=True)
class Route:
    """An address under `/p/<plugin>` (`path` begins with "/"), or at a claimed prefix.

    `access` has no default: "public" and "token" read no cookie and are exempt from the checks on
    Origin and body type ("token" means the handler authenticates by itself); "account" needs a
    sign-in; "permission:NAME" a permission (full name, e.g. "moderation.view").
    The handler gets `(request, actor)`; it may raise any SalonError.
    `at` "claim" mounts `path` as it stands, which must begin with one of the plugin's claims.
    `streams`: the body is a file (`application/octet-stream`, and nothing else, where there is a
    sign-in), is never whole in memory, and is read by the handler with `body_parts`.
    """

    method: str
    path: str
    handler: RouteHandler
    access: str
    at: Literal["plugin", "claim"] = "plugin"
    body_max_bytes: int = 1_048_576
    streams: bool = False


def body_parts(request: web.Request) -> AsyncIterator[bytes]:
    """Yield the body of a route that streams, as it comes; once.

    Raises SalonError children: what is over the route's `body_max_bytes`, too slow, or broken.
    """
    return request[BODY_PARTS]


@dataclass(frozen=True, slots=True)
class Claim:
    """A short prefix for pages that people share, refused to a second plugin: "/e/", "/shows/"."""

    prefix: str


@dataclass(frozen=True, slots=True)
class Command:
    """`Command("warn", WarnAccount, warn, permission="moderation.warn")` becomes `moderation.warn`.

    The handler gets `(actor, payload)`, returns the result (JSON-ready) or None, or raises a
    SalonError. `permission` None means every signed-in account.
    """

    name: str
    payload: type[BaseModel]
    handler: CommandHandler
    permission: str | None


@dataclass(frozen=True, slots=True)
class SlashArgument:
    """One thing that a slash command takes, typed and bounded.

    `kind`: "text" is one line of at most `most` characters, "number" a whole one from `least` to
    `most`, "choice" a key of `choices`, "account" somebody here; the handler gets the `Account`.
    What is not required and not given is None.
    """

    name: str
    words: Sentence
    kind: Literal["text", "number", "choice", "account"] = "text"
    is_required: bool = True
    least: int = 0
    most: int = 200
    choices: Mapping[str, Sentence] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """What people write as `/match` where they write messages; `sports_rooms.match` in full.

    The handler gets `(actor, channel, arguments)` after the core has judged the permission, at that
    channel, and every argument. It returns what is said to the actor alone, in both languages, or
    None, or raises a SalonError. `permission` None means whoever may write there.
    """

    name: str
    words: Sentence
    handler: SlashHandler
    arguments: tuple[SlashArgument, ...] = ()
    permission: str | None = None


@dataclass(frozen=True, slots=True)
class RoomKind:
    """`RoomKind("match", …)` becomes `sports_rooms.match`.

    `hint` tells in a line what it is for where one opens a room. `without` tells members what
    remains of such a room when the plugin is off. `permission` is what members need to open one
    themselves, beside that to open rooms.
    """

    name: str
    title: str
    without: str
    seats: int = 25
    permission: str | None = None
    hint: Sentence = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """Work that survives a restart: a row, claimed by one worker, retried with growing pauses.

    Handlers are idempotent. `salon.jobs.enqueue(name, payload)` starts one.
    """

    name: str
    handler: JobHandler
    attempts: int = 3
    timeout_s: float = 1_800


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job that the server enqueues by itself, at most once at a time."""

    name: str
    handler: JobHandler
    every: timedelta
    timeout_s: float = 600


@dataclass(frozen=True, slots=True)
class CliCommand:
    """`salon <plugin> <command>`: a click command; the server need not run."""

    command: click.Command


@dataclass(frozen=True, slots=True)
class ClientModule:
    """An ES module for the page, by its name in `static/app/manifest.json`: `{name: {"file": …,
    "css": […], "imports": […]}}`, files beside it. The build writes one for `client/main.tsx`; what
    needs no build has one by hand. A module may import `@salon/client`, Preact and its signals.
    """

    source: str


@dataclass(frozen=True, slots=True)
class PageFragment:
    """A piece of a page rendered on the server: place, template, what fills it.

    The places are "invitation", under the house rules, and "public-home", on the first page of who
    has no account: a `section` with a heading and a list, or nothing.
    """

    place: str
    template: str
    gather: FragmentGather


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One thing that was found: a title, a line below it, and its address here ("/e/first")."""

    title: str
    address: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SearchSource:
    """What else can be searched; its results stand under `title` on the page of search.

    The handler gets `(actor, words, limit)`: the words are all wanted, without case and accents
    (compare with `folded`), and it returns at most `limit` results that the actor may know of.
    What takes longer than 300 ms is left out. A module in the page may give the title in the
    reader's language as its words `search.<name>`.
    """

    name: str
    title: str
    handler: SearchHandler


@dataclass(frozen=True, slots=True)
class Contributions:
    """All that one plugin declared, after the host has checked and prefixed it."""

    permissions: tuple[Permission, ...] = ()
    routes: tuple[Route, ...] = ()
    claims: tuple[Claim, ...] = ()
    commands: tuple[Command, ...] = ()
    slash_commands: tuple[SlashCommand, ...] = ()
    room_kinds: tuple[RoomKind, ...] = ()
    jobs: tuple[Job | Schedule, ...] = ()
    cli: tuple[CliCommand, ...] = ()
    client_modules: tuple[ClientModule, ...] = ()
    fragments: tuple[PageFragment, ...] = ()
    search_sources: tuple[SearchSource, ...] = ()
