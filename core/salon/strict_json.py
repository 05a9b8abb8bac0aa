"""The only door through which JSON of strangers comes in: strict, limited, one clear error a fault.

Refused: over the limit, deeper than 32, duplicate keys, NaN and infinities, integers over 2^53,
lone surrogates, NUL (security.md of any system that took them tells why). RFC 8259 leaves these
open; two readers that differ on them are how checks are passed by. Frames, bodies of requests and
the plugins' own addresses come through it.
"""

import functools
import json
import math
from typing import Any, NoReturn

from salon.errors import Invalid

DEPTH_MAX = 32
INTEGER_MAX = 2**53
DIGITS_MAX = 400


def decode(
    text: str | bytes,
    *,
    max_bytes: int,
    max_depth: int = DEPTH_MAX,
    max_integer: int = INTEGER_MAX,
) -> Any:
    """Return what the JSON says. Raises Invalid with `reason` "json" or "size"."""
    size = len(text) if isinstance(text, bytes) else _size_of(text)
    if size > max_bytes:
        raise Invalid(f"It has {size} bytes, at most {max_bytes} are taken.", reason="size")
    try:
        clean = text.decode("utf-8") if isinstance(text, bytes) else text
        if clean.count("[") + clean.count("{") > max_depth:  # the usual frame has few
            _check_depth(clean, max_depth)
        decoded = _decoder(max_integer).decode(clean)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"This is not usable JSON: {_reason(error)}.", reason="json") from None
    if "\\u" in clean or not clean.isascii():  # nothing else can hide half a character or a NUL
        _check_texts(decoded)
    return decoded


def decode_object(
    text: str | bytes, *, max_bytes: int, max_depth: int = DEPTH_MAX
) -> dict[str, Any]:
    """Like `decode`, for what must be an object."""
    decoded = decode(text, max_bytes=max_bytes, max_depth=max_depth)
    if not isinstance(decoded, dict):
        raise Invalid("Expected a JSON object.", reason="json")
    return decoded


def _size_of(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _check_depth(text: str, max_depth: int) -> None:
    """Refuse nesting before the decoder recurses; what stands in strings does not count."""
    depth = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > max_depth:
                raise ValueError(f"deeper than {max_depth}")
        elif character in "]}":
            depth -= 1


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _integer(max_integer: int, digits: str) -> int:
    if len(digits) > DIGITS_MAX or abs(int(digits)) > max_integer:
        raise ValueError(f"a number over {max_integer}")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number over all that a browser can say")
    return number


@functools.cache
def _decoder(max_integer: int) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_without_duplicates,
        parse_constant=_refuse_constant,
        parse_float=_float,
        parse_int=functools.partial(_integer, max_integer),
    )


def _check_texts(decoded: Any) -> None:
    stack = [decoded]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
                raise Invalid("This holds half a character (a lone surrogate).", reason="json")
            if "\x00" in value:
                raise Invalid("This holds a NUL character.", reason="json")
        elif isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            stack.extend(value)
            stack.extend(value.values())


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return f"deeper than {DEPTH_MAX}"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return str(error)
