"""What plugins declare when they are asked: judged, one function per kind, and prefixed."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar

import click
from aiohttp import web
from pydantic import BaseModel

from salon.config.problems import did_you_mean, shown
from salon.domain.messages import TEXT_MAX_CHARACTERS
from salon.domain.permissions import CORE_PERMISSIONS
from salon.host.checks import NAME, TITLE_MAX_CHARACTERS
from salon.host.contain import Misbehaved
from salon.plugin import (
    Claim,
    CliCommand,
    ClientModule,
    Command,
    Job,
    PageFragment,
    Permission,
    RoomKind,
    Route,
    Schedule,
    SearchSource,
    SlashArgument,
    SlashCommand,
)
from salon.plugin.contributions import LANGUAGES, Contributions

T = TypeVar("T")

DECLARATIONS_MAX = 500
PATH_MAX_CHARACTERS = 200
SENTENCE_MAX_CHARACTERS = 500
BODY_MAX_BYTES = 1_073_741_824
TIMEOUT_MAX_S = 86_400.0
ATTEMPTS_MAX = 20
ARGUMENTS_MAX = 10
CHOICES_MAX = 25
NUMBER_MAX = 2**53
EVERY_MIN = timedelta(seconds=1)

METHODS = ("*", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
ACCESS = ("account", "public", "token")
ARGUMENT_KINDS = ("account", "choice", "number", "text")
GRANTED_TO = ("everyone", "hosts", "owner")
MODULE_ENDINGS = (".js", ".mjs", ".ts", ".tsx")

CORE_ADDRESSES = (
    "/", "/address/", "/admin", "/api/deletion", "/api/export", "/api/files", "/api/passkey/",
    "/api/password", "/api/prove", "/api/ticket", "/app/", "/c/", "/favicon.ico", "/health/", "/i/",
    "/join", "/p/", "/r/", "/reset/", "/robots.txt", "/search", "/settings", "/setup/", "/signin",
    "/signout", "/socket", "/static/", "/unsubscribe/",
)  # fmt: skip

EXPECTED: Mapping[str, tuple[type, ...]] = {
    "register_permissions": (Permission,),
    "register_routes": (Route, Claim),
    "register_commands": (Command, SlashCommand),
    "register_room_kinds": (RoomKind,),
    "register_jobs": (Job, Schedule),
    "register_cli": (CliCommand,),
    "register_client_modules": (ClientModule,),
    "register_page_fragments": (PageFragment,),
    "register_search_sources": (SearchSource,),
}


@dataclass(slots=True)
class Taken:
    """What stands already: the core's permissions and what the plugins before declared.

    Owned by the host while it starts.
    """

    permissions: set[str] = field(default_factory=lambda: set(CORE_PERMISSIONS))
    claims: dict[str, str] = field(default_factory=dict)
    """Plugin by claimed prefix."""

    def add(self, plugin: str, contributions: Contributions) -> None:
        self.permissions |= {permission.name for permission in contributions.permissions}
        self.claims |= {claim.prefix: plugin for claim in contributions.claims}


class Malformed(Misbehaved):
    """A declaration that cannot be used; the text tells the owner why."""


def unusable_answer(hook: str, answer: object) -> str | None:
    """Return what was expected of a `register_…` hook, if this is not it."""
    names = " or ".join(expected.__name__ for expected in EXPECTED[hook])
    if not isinstance(answer, list | tuple):
        return f"a list of {names}"
    if len(answer) > DECLARATIONS_MAX:
        return f"at most {DECLARATIONS_MAX} declarations"
    if not all(isinstance(one, EXPECTED[hook]) for one in answer):
        return f"only {names} in the list"
    return None


def accepted(
    plugin: str, answers: Mapping[str, Sequence[object]], taken: Taken, *, seats_max: int
) -> Contributions:
    """Return what a plugin declared with its full names. Raises Malformed."""
    declared = Contributions(
        permissions=_all(Permission, answers.values()),
        routes=_all(Route, answers.values()),
        claims=_all(Claim, answers.values()),
        commands=_all(Command, answers.values()),
        slash_commands=_all(SlashCommand, answers.values()),
        room_kinds=_all(RoomKind, answers.values()),
        jobs=(*_all(Job, answers.values()), *_all(Schedule, answers.values())),
        cli=_all(CliCommand, answers.values()),
        client_modules=_all(ClientModule, answers.values()),
        fragments=_all(PageFragment, answers.values()),
        search_sources=_all(SearchSource, answers.values()),
    )
    _check_permissions(declared.permissions)
    known = taken.permissions | {f"{plugin}.{one.name}" for one in declared.permissions}
    _check_claims(declared.claims, taken)
    _check_routes(declared, known)
    _check_commands(declared.commands, known)
    _check_slash_commands(declared.slash_commands, known)
    _check_room_kinds(declared.room_kinds, seats_max, known)
    _check_jobs(declared.jobs)
    _check_cli(declared.cli)
    _check_client(declared)
    _check_search_sources(declared.search_sources)
    return replace(
        declared,
        permissions=tuple(replace(p, name=f"{plugin}.{p.name}") for p in declared.permissions),
        commands=tuple(replace(c, name=f"{plugin}.{c.name}") for c in declared.commands),
        slash_commands=tuple(
            replace(s, name=f"{plugin}.{s.name}") for s in declared.slash_commands
        ),
        room_kinds=tuple(replace(k, name=f"{plugin}.{k.name}") for k in declared.room_kinds),
    )


def _all(kind: type[T], answers: Iterable[Sequence[object]]) -> tuple[T, ...]:
    return tuple(one for answer in answers for one in answer if isinstance(one, kind))


def _check_permissions(permissions: Sequence[Permission]) -> None:
    for permission in permissions:
        what = f"permission {shown(permission.name)}"
        _expect_name(what, permission.name)
        _expect_line(what, permission.title, TITLE_MAX_CHARACTERS)
        _expect_one_of(f"granted_to of {what}", permission.granted_to, GRANTED_TO)
    _expect_once("permission", [permission.name for permission in permissions])


def _check_claims(claims: Sequence[Claim], taken: Taken) -> None:
    for claim in claims:
        prefix = claim.prefix
        _expect_path(f"claim {shown(prefix)}", prefix)
        for address in CORE_ADDRESSES:
            if _overlap(prefix, address):
                raise Malformed(f"claim {prefix!r}: {address!r} belongs to the core")
        for other, plugin in taken.claims.items():
            if _overlap(prefix, other):
                raise Malformed(f"claim {prefix!r}: the plugin {plugin!r} has claimed {other!r}")
    _expect_once("claim", [claim.prefix for claim in claims])


def _overlap(one: str, other: str) -> bool:
    """Whether an address could be under both; the core's "/" is the page itself, nothing more."""
    if "/" in {one, other}:
        return one == other
    return f"{one}/".startswith(f"{other.rstrip('/')}/") or f"{other}/".startswith(
        f"{one.rstrip('/')}/"
    )


def _check_routes(declared: Contributions, known: set[str]) -> None:
    seen: dict[tuple[str, str], set[str]] = {}
    for route in declared.routes:
        what = f"route {shown(route.path)}"
        _expect_one_of(f"method of {what}", route.method, METHODS)
        _expect_one_of(f"at of {what}", route.at, ("plugin", "claim"))
        _expect_path(what, route.path)
        _expect_access(what, route.access, known)
        _expect_handler(what, route.handler, "request", "actor")
        _expect_number(f"body_max_bytes of {what}", route.body_max_bytes, 0, BODY_MAX_BYTES)
        if route.at == "claim" and not any(
            _is_under(route.path, claim.prefix) for claim in declared.claims
        ):
            raise Malformed(f"{what}: it is under none of the prefixes that the plugin claims")
        if route.at == "plugin" and _is_under(route.path, "/static/"):
            raise Malformed(f"{what}: /static/ holds the plugin's files")
        methods = seen.setdefault((route.at, route.path), set())
        if route.method in methods or "*" in methods or (route.method == "*" and methods):
            raise Malformed(f"{what}: declared twice for {route.method}")
        methods.add(route.method)


def _is_under(path: str, prefix: str) -> bool:
    return f"{path}/".startswith(f"{prefix.rstrip('/')}/")


def _check_commands(commands: Sequence[Command], known: set[str]) -> None:
    for command in commands:
        what = f"command {shown(command.name)}"
        _expect_name(what, command.name)
        if not (isinstance(command.payload, type) and issubclass(command.payload, BaseModel)):
            raise Malformed(f"{what}: its payload is no subclass of Payload")
        _expect_handler(what, command.handler, "actor", "payload")
        if command.permission is not None:
            _expect_permission(what, command.permission, known)
    _expect_once("command", [command.name for command in commands])


def _check_slash_commands(commands: Sequence[SlashCommand], known: set[str]) -> None:
    for command in commands:
        what = f"slash command {shown(command.name)}"
        _expect_name(what, command.name)
        _expect_words(what, command.words)
        _expect_handler(what, command.handler, "actor", "channel", "arguments")
        if command.permission is not None:
            _expect_permission(what, command.permission, known)
        arguments = command.arguments
        if not isinstance(arguments, tuple) or len(arguments) > ARGUMENTS_MAX:
            raise Malformed(f"{what}: expected a tuple of at most {ARGUMENTS_MAX} arguments")
        for argument in arguments:
            _check_argument(what, argument)
        _expect_once(f"argument of {what}", [argument.name for argument in arguments])
    _expect_once("slash command", [command.name for command in commands])


def _check_argument(where: str, argument: SlashArgument) -> None:
    if not isinstance(argument, SlashArgument):
        raise Malformed(f"{where}: {shown(argument)} is no SlashArgument")
    what = f"argument {shown(argument.name)} of {where}"
    _expect_name(what, argument.name)
    _expect_words(what, argument.words)
    _expect_one_of(f"kind of {what}", argument.kind, ARGUMENT_KINDS)
    longest = TEXT_MAX_CHARACTERS if argument.kind == "text" else NUMBER_MAX
    _expect_number(f"most of {what}", argument.most, 1, longest)
    _expect_number(f"least of {what}", argument.least, -NUMBER_MAX, argument.most)
    choices = argument.choices
    if not isinstance(choices, Mapping) or len(choices) > CHOICES_MAX:
        raise Malformed(f"choices of {what}: expected at most {CHOICES_MAX}, each with its words")
    if (argument.kind == "choice") != bool(choices):
        raise Malformed(f"{what}: choices belong to the kind 'choice', which has some")
    for choice, words in choices.items():
        _expect_name(f"choice of {what}", choice)
        _expect_words(f"choice {choice!r} of {what}", words)


def _expect_words(what: str, words: object) -> None:
    if not isinstance(words, Mapping) or set(words) != set(LANGUAGES):
        raise Malformed(f"{what}: expected its words in each of {', '.join(LANGUAGES)}")
    for text in words.values():
        _expect_line(what, text, TITLE_MAX_CHARACTERS)


def _check_room_kinds(kinds: Sequence[RoomKind], seats_max: int, known: set[str]) -> None:
    for kind in kinds:
        what = f"room kind {shown(kind.name)}"
        _expect_name(what, kind.name)
        _expect_line(what, kind.title, TITLE_MAX_CHARACTERS)
        _expect_line(f"{what}, without", kind.without, SENTENCE_MAX_CHARACTERS)
        _expect_number(f"seats of {what}", kind.seats, 1, seats_max)
        if kind.hint:
            _expect_words(f"hint of {what}", kind.hint)
        if kind.permission is not None:
            _expect_permission(what, kind.permission, known)
    _expect_once("room kind", [kind.name for kind in kinds])


def _check_jobs(jobs: Sequence[Job | Schedule]) -> None:
    for job in jobs:
        what = f"job {shown(job.name)}"
        _expect_name(what, job.name)
        _expect_handler(what, job.handler, "payload")
        _expect_number(f"timeout_s of {what}", job.timeout_s, 0.001, TIMEOUT_MAX_S)
        if isinstance(job, Job):
            _expect_number(f"attempts of {what}", job.attempts, 1, ATTEMPTS_MAX)
        elif not isinstance(job.every, timedelta) or job.every < EVERY_MIN:
            raise Malformed(f"{what}: every is {shown(job.every)}, expected at least a second")
    _expect_once("job", [job.name for job in jobs])


def _check_cli(cli: Sequence[CliCommand]) -> None:
    for one in cli:
        if not isinstance(one.command, click.Command) or not one.command.name:
            raise Malformed(f"{shown(one.command)} is no click command with a name")
    _expect_once("command of the command line", [one.command.name for one in cli])


def _check_client(declared: Contributions) -> None:
    for module in declared.client_modules:
        source = module.source
        what = f"client module {shown(source)}"
        if not isinstance(source, str) or not source.endswith(MODULE_ENDINGS):
            raise Malformed(f"{what}: expected a name that ends in {', '.join(MODULE_ENDINGS)}")
        _expect_path(what, f"/{source}")
    for fragment in declared.fragments:
        what = f"page fragment {shown(fragment.place)}"
        _expect_line(what, fragment.place, TITLE_MAX_CHARACTERS)
        _expect_line(what, fragment.template, PATH_MAX_CHARACTERS)
        _expect_handler(what, fragment.gather, "request", "actor")
    _expect_once("client module", [module.source for module in declared.client_modules])


def _check_search_sources(sources: Sequence[SearchSource]) -> None:
    for source in sources:
        what = f"search source {shown(source.name)}"
        _expect_name(what, source.name)
        _expect_line(what, source.title, TITLE_MAX_CHARACTERS)
        _expect_handler(what, source.handler, "actor", "words", "limit")
    _expect_once("search source", [source.name for source in sources])


def _expect_name(what: str, name: object) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Malformed(
            f"{what}: expected up to 32 of a-z, 0-9 and _, a letter at the start; "
            "the plugin's name is put before it"
        )


def _expect_line(what: str, text: object, most: int) -> None:
    if not isinstance(text, str) or not text.strip() or not text.isprintable() or len(text) > most:
        raise Malformed(f"{what}: expected a line of 1 to {most} characters, got {shown(text)}")


def _expect_one_of(what: str, value: object, known: Sequence[str]) -> None:
    if value not in known:
        hint = did_you_mean(value, known) if isinstance(value, str) else ""
        raise Malformed(f"{what} is {shown(value)}, expected {', '.join(known)}{hint}")


def _expect_number(what: str, value: object, least: float, most: float) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not least <= float(str(value)) <= most:
        raise Malformed(f"{what} is {shown(value)}, expected {least:g} to {most:g}")


def _expect_path(what: str, path: object) -> None:
    """Expect an address that the router takes, without ways out of its folder."""
    if not isinstance(path, str) or not path.startswith("/") or len(path) > PATH_MAX_CHARACTERS:
        raise Malformed(f"{what}: expected a text that begins with '/', up to 200 characters")
    if not path.isascii() or not path.isprintable() or set(path) & set(" ?#%\\"):
        raise Malformed(f"{what}: expected plain letters, digits and signs of an address")
    if {".", ".."} & set(path.split("/")) or "//" in path:
        raise Malformed(f"{what}: '.', '..' and '//' lead elsewhere")
    try:
        web.UrlDispatcher().add_resource(path)
    except ValueError as error:
        raise Malformed(f"{what}: {error}") from error


def _expect_access(what: str, access: object, known: set[str]) -> None:
    if access in ACCESS:
        return
    if not isinstance(access, str) or not access.startswith("permission:"):
        choices = ", ".join((*ACCESS, "permission:NAME"))
        raise Malformed(f"access of {what} is {shown(access)}, expected {choices}")
    _expect_permission(what, access.removeprefix("permission:"), known)


def _expect_permission(what: str, permission: object, known: set[str]) -> None:
    if permission not in known:
        hint = did_you_mean(permission, known) if isinstance(permission, str) else ""
        raise Malformed(f"{what}: nobody declared the permission {shown(permission)}{hint}")


def _expect_handler(what: str, handler: Any, *arguments: str) -> None:
    if not callable(handler):
        raise Malformed(f"{what}: its handler cannot be called")
    is_named = inspect.isroutine(handler) and getattr(handler, "__name__", "") != "<lambda>"
    if is_named and not inspect.iscoroutinefunction(handler):
        raise Malformed(f"{what}: its handler has to be `async def`")
    if not _takes(handler, len(arguments)):
        raise Malformed(f"{what}: its handler has to take ({', '.join(arguments)})")


def _takes(handler: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(handler).bind(*[None] * count)
    except TypeError:
        return False
    except ValueError:  # built-ins do not tell
        return True
    return True


def _expect_once(what: str, names: Sequence[str | None]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Malformed(f"{what} {twice!r} is declared twice")
