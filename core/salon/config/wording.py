"""pydantic's errors in our words: what was expected, and what came."""

from collections.abc import Sequence

from pydantic_core import ErrorDetails

from salon.config.problems import shown
from salon.config.tree import Branch, Found, Leaf, Listing

EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "settings, each as 'key: value'",
    "enum": "{expected}",
    "float_parsing": "a number",
    "float_type": "a number",
    "frozen_set_type": "a list",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a smaller number",
    "int_type": "a whole number",
    "ip_v4_address": "an IPv4 address",
    "ip_v4_network": "an IPv4 network",
    "ip_v6_address": "an IPv6 address",
    "ip_v6_network": "an IPv6 network",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "list_type": "a list",
    "literal_error": "{expected}",
    "mapping_type": "settings, each as 'key: value'",
    "model_type": "settings, each as 'key: value'",
    "none_required": "nothing",
    "path_type": "a path",
    "set_type": "a list",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} characters",
    "string_type": "text",
    "too_long": "at most {max_length} entries",
    "too_short": "at least {min_length} entries",
    "tuple_type": "a list",
}
_WANT_TEXT = {"enum", "literal_error", "path_type", "string_type"}
_AUTHORS = {"value_error", "assertion_error"}


def told(same: Sequence[ErrorDetails], found: Found, *, is_secret: bool) -> str:
    """Return one sentence for all that is wrong with one setting."""
    first = same[0]
    if first["type"] == "missing":
        return "required, but not set"
    expected = " or ".join(dict.fromkeys(_expected(error) for error in same))
    if first["loc"][-1:] == ("[key]",):
        return f"this name is not allowed: {_begun(expected)}"
    text = expected if first["type"] in _AUTHORS else _begun(expected)
    return text + _got(found, wants_text=_wants_text(same), is_secret=is_secret)


def _expected(error: ErrorDetails) -> str:
    if pattern := EXPECTED.get(error["type"]):
        return pattern.format_map(error.get("ctx", {}))
    if error["type"] in _AUTHORS:
        return " ".join(str(error.get("ctx", {}).get("error", error["msg"])).split())
    text = error["msg"].removeprefix("Input should be ")
    return text[:1].lower() + text[1:]


def _begun(expected: str) -> str:
    return f"expected {expected}"


def _wants_text(same: Sequence[ErrorDetails]) -> bool:
    return any(error["type"] in _WANT_TEXT for error in same)


def _got(found: Found, *, wants_text: bool, is_secret: bool) -> str:
    match found.node:
        case Leaf(secret=hidden) if hidden or is_secret:
            return ", got a value that is not shown here"
        case Leaf(value=None):
            return ", got nothing"
        case Leaf(value=bool(value), written=written) if wants_text:
            means = "true" if value else "false"
            reads = "" if written == means else f", which YAML reads as {means}"
            return f', got {written}{reads}; quote it: "{written}"'
        case Leaf(value=int() | float(), written=written) if wants_text:
            return f', got {shown(written)[1:-1]}, a number; quote it: "{shown(written)[1:-1]}"'
        case Leaf(value=str(value)):
            return f", got {shown(value)}"
        case Leaf(written=written):
            return f", got {shown(written)[1:-1]}"
        case Listing(items=items):
            return f", got a list of {len(items)}"
        case Branch():
            return ""
