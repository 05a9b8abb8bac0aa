"""Command names to payload model and handler. A handler is one call of a service."""

import difflib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from salon.domain.accounts import Account
from salon.errors import Denied, Invalid
from salon.services.invitations import Invitations
from salon.services.services import Services


class Session(Protocol):
    """Who asks: one open socket."""

    @property
    def account(self) -> Account:
        """The account as it is now."""

    @property
    def session_id(self) -> int: ...

    @property
    def core(self) -> "Core": ...


@dataclass(frozen=True, slots=True)
class Core:
    """What handlers may call."""

    services: Services
    invitations: Invitations
    base_url: Callable[[], str]


Result = dict[str, Any] | None
Handler = Callable[[Session, Any], Awaitable[Result]]
PayloadT = TypeVar("PayloadT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Registered:
    payload: type[BaseModel]
    handler: Handler


class Registry:
    """The core's commands, and at the end the plugins'."""

    def __init__(self) -> None:
        self._commands: dict[str, Registered] = {}

    def command(
        self, name: str, payload: type[PayloadT]
    ) -> Callable[
        [Callable[[Session, PayloadT], Awaitable[Result]]],
        Callable[[Session, PayloadT], Awaitable[Result]],
    ]:
        """Register the decorated function under a name."""

        def register(
            handler: Callable[[Session, PayloadT], Awaitable[Result]],
        ) -> Callable[[Session, PayloadT], Awaitable[Result]]:
            self._commands[name] = Registered(payload, handler)
            return handler

        return register

    def include(self, other: "Registry") -> None:
        self._commands |= other.names

    @property
    def names(self) -> Mapping[str, Registered]:
        return self._commands

    async def run(self, session: Session, name: object, fields: dict[str, Any]) -> Result:
        """Check and carry out one command. Raises SalonErrors."""
        if not isinstance(name, str):
            raise Invalid("A command needs a `type`.", field="type", reason="malformed")
        registered = self._commands.get(name)
        if registered is not None:
            payload = validated(registered.payload, fields)
            return await registered.handler(session, payload)
        return await self._run_of_plugin(session, name, fields)

    async def _run_of_plugin(self, session: Session, name: str, fields: dict[str, Any]) -> Result:
        host = session.core.services.host
        for plugin, contributed in host.contributions.items():
            for command in contributed.commands:
                if command.name == name:
                    _check_permission(session, command.permission)
                    payload = validated(command.payload, fields)
                    return await host.call(
                        plugin,
                        f"command {name}",
                        command.handler,
                        session.account,
                        payload,
                        budget_s=PLUGIN_BUDGET_S,
                    )
        raise Invalid(
            f"There is no command {name[:64]!r}{self._near(session, name)}.",
            field="type",
            reason="malformed",
        )

    def _near(self, session: Session, name: str) -> str:
        contributed = session.core.services.host.contributions.values()
        known = [*self._commands, *(c.name for each in contributed for c in each.commands)]
        near = difflib.get_close_matches(name[:64], known, n=1)
        return f", did you mean {near[0]!r}" if near else ""


PLUGIN_BUDGET_S = 10.0


def _check_permission(session: Session, permission: str | None) -> None:
    services = session.core.services
    if permission is not None and not services.directory.may(session.account, permission):
        raise Denied(
            f"You need the permission “{permission}” for that.",
            permission=permission,
            reason="no_permission",
        )


def validated(model: type[PayloadT], fields: dict[str, Any]) -> PayloadT:
    """Return the payload. Raises Invalid that names the first wrong field."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(str(part) for part in first["loc"][:4])[:100]
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            message = "This field is not known here"
        raise Invalid(
            f"{path}: {message}." if path else f"{message}.", field=path or None, **_why(first)
        ) from None


def _why(first: ErrorDetails) -> dict[str, Any]:
    """Return what a page needs to say it: a person can write too much or nothing, no more."""
    context = first.get("ctx", {})
    match first["type"]:
        case "string_too_long":
            return {"reason": "long", "most": context["max_length"]}
        case "string_too_short":
            return {"reason": "empty"}
        case _:
            return {"reason": "malformed"}
