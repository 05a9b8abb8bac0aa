"""What can go wrong, by whose fault it is. Everything else that is raised is our bug.

`code` is stable and listed in docs/protocol.md; the message is for a person and says what was
received and what to do. Where one code has several sentences, `reason` tells them apart: a page
says the sentence of that reason in its reader's language, with the facts filled in, and the message
only where it has none. Reasons of a plugin begin with its name and a dot.
"""

import math
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class SalonError(Exception):
    """A refusal that the asker is told about."""

    code: ClassVar[str]
    http_status: ClassVar[int]

    def __init__(
        self, message: str, *, reason: str | None = None, field: str | None = None, **facts: Any
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.field = field
        self.facts: Mapping[str, Any] = facts

    def body(self) -> dict[str, Any]:
        """Return the error as it stands in a frame or a JSON answer."""
        body = {**self.facts, "code": self.code, "message": self.message}
        if self.reason is not None:
            body["reason"] = self.reason
        if self.field is not None:
            body["field"] = self.field
        return body


class Invalid(SalonError):
    """What came is malformed or over a limit."""

    code = "invalid"
    http_status = 400


class Denied(SalonError):
    """The actor may know the thing, but not do this."""

    code = "denied"
    http_status = 403


class NotFound(SalonError):
    """There is no such thing, or the actor may not know of it: the same answer for both."""

    code = "not_found"
    http_status = 404


class Conflict(SalonError):
    """It cannot be done in the present state."""

    code = "conflict"
    http_status = 409


class Unavailable(SalonError):
    """It would be right, but not now: overload, shutdown, database or plugin away."""

    code = "unavailable"
    http_status = 503


class TooMany(Invalid):
    """Asked too often. `retry_after_s` says when it will be taken again."""

    code = "too_many"
    http_status = 429

    def __init__(self, message: str, *, retry_after_s: float, reason: str = "pace") -> None:
        tenths = math.ceil(retry_after_s * 10)  # up: who comes back a little early is refused again
        super().__init__(message, reason=reason, retry_after_s=tenths / 10)
        self.retry_after_s = retry_after_s
