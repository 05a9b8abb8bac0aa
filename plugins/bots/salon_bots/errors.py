"""Refusals in Discord's shape: an HTTP status, a code that libraries know, a sentence."""

from collections.abc import Mapping
from typing import Any

from salon.plugin import Conflict, Denied, Invalid, NotFound, SalonError, TooMany

UNKNOWN = {
    "channel": (10003, "Unknown Channel"),
    "message": (10008, "Unknown Message"),
    "reply_to": (10008, "Unknown Message"),
    "account": (10013, "Unknown User"),
}


class DiscordError(Exception):
    """What a program written for Discord is told."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        errors: Mapping[str, Any] | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.retry_after_s = retry_after_s

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = dict(self.errors)
        if self.status == 429:  # noqa: PLR2004 too many requests
            body |= {"retry_after": round(self.retry_after_s or 1.0, 3), "global": False}
        return body


def unauthorized() -> DiscordError:
    return DiscordError(401, 0, "401: Unauthorized")


def no_such_route() -> DiscordError:
    return DiscordError(404, 0, "404: Not Found")


def wrong_method() -> DiscordError:
    return DiscordError(405, 0, "405: Method Not Allowed")


def not_here(feature: str) -> DiscordError:
    """A part of Discord's API that Salon does not have.

    Every library raises its ordinary error at once; 404 would be read as "the object is gone".
    """
    return DiscordError(400, 40006, f"Not available on this server: {feature}")


def unknown(what: str) -> DiscordError:
    codes = {"Channel": 10003, "Guild": 10004, "Member": 10007, "Message": 10008}
    codes |= {"Role": 10011, "User": 10013, "Webhook": 10015, "Ban": 10026}
    return DiscordError(404, codes[what], f"Unknown {what}")


def bad_field(field: str, code: str, message: str) -> DiscordError:
    """One field of the body cannot be taken; libraries print the tree."""
    errors = {field: {"_errors": [{"code": code, "message": message}]}}
    return DiscordError(400, 50035, "Invalid Form Body", errors=errors)


def of_salon(error: SalonError) -> DiscordError:
    """Translate a refusal of the server."""
    match error:
        case TooMany():
            return DiscordError(
                429, 20028, "You are being rate limited.", retry_after_s=error.retry_after_s
            )
        case NotFound():
            code, message = UNKNOWN.get(error.field or "", (10008, "Unknown Message"))
            return DiscordError(404, code, message)
        case Denied() if "plugin" in error.facts:
            return DiscordError(400, 200000, error.message)
        case Denied():
            return DiscordError(403, 50013, error.message)
        case Invalid():
            return bad_field(error.field or "content", "INVALID", error.message)
        case Conflict():
            return DiscordError(400, 50035, error.message)
        case _:
            return DiscordError(503, 0, error.message, retry_after_s=1.0)
