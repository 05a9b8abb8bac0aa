"""What a request carries: JSON, or a form with JSON in it.

What two readers may take differently is refused: JSON as everywhere on the server, a field that
stands twice, a part that says it is encoded (RFC 7578, 4.7: nobody does), text that is not UTF-8.
"""

import re
from email import policy
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import hdrs, web

from salon.plugin import Invalid
from salon_bots.errors import DiscordError, not_here
from salon_bots.reading import read

FIELDS_MAX = 20
NAME_MAX = 64
PAYLOAD = "payload_json"
PLAIN = frozenset({"binary", "8bit", "7bit"})


async def fields(request: web.Request) -> dict[str, Any]:
    """Return the fields of a body; null counts as absent. Raises DiscordError."""
    body = await request.read()
    if not body:
        return {}
    match request.content_type:
        case "application/json":
            return _decoded(body)
        case "multipart/form-data":
            return _decoded(_payload_part(request.headers[hdrs.CONTENT_TYPE], body))
        case "application/x-www-form-urlencoded":
            return _form(body)
    raise DiscordError(400, 50109, "The request body contains invalid JSON.")


_NESTED = re.compile(rb"^content-type\s*:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        value = read(raw, max_bytes=len(raw))  # the server has judged the size of the body
    except Invalid as error:
        why = f"The request body contains invalid JSON: {error.message}"
        raise DiscordError(400, 50109, why) from error
    if not isinstance(value, dict):
        raise DiscordError(400, 50035, "Invalid Form Body", errors=_only_objects())
    return {key: inner for key, inner in value.items() if inner is not None}


def _only_objects() -> dict[str, Any]:
    message = "Only dictionaries may be used in a DictType"
    return {"_errors": [{"code": "DICT_TYPE_CONVERT", "message": message}]}


def _payload_part(content_type: str, body: bytes) -> bytes:
    """Return the JSON part of a form. Files are refused by name, not dropped silently."""
    if _NESTED.search(
        body
    ):  # a thousand levels would cost half a second, and then recurse too deep
        raise DiscordError(400, 50035, "A form has no forms inside.")
    head = f"Content-Type: {content_type[:512]}\r\n\r\n".encode("ascii", "replace")
    message = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if len(parts) > FIELDS_MAX:
        raise DiscordError(400, 50035, f"A form has at most {FIELDS_MAX} parts.")
    plain = _without_doubles([_field(part) for part in parts])
    return plain[PAYLOAD].encode() if PAYLOAD in plain else orjson.dumps(plain)


def _field(part: Any) -> tuple[str, str]:
    """Return the name and the text of one part. Raises DiscordError."""
    if part.get_filename() is not None:
        raise not_here("attachments")
    if part.get("content-transfer-encoding", "binary").lower() not in PLAIN:
        raise DiscordError(400, 50035, "The parts of a form are not encoded.")
    content = part.get_payload(decode=True)
    name = part.get_param("name", header="content-disposition")
    try:
        return str(name)[:NAME_MAX], bytes(content or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable() from error


def _form(body: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError as error:
        raise _unreadable() from error
    plain = _without_doubles(pairs)
    return _decoded(plain[PAYLOAD].encode()) if PAYLOAD in plain else dict(plain)


def _without_doubles(pairs: list[tuple[str, str]]) -> dict[str, str]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DiscordError(400, 50035, "A field of the form stands twice.")
    return found


def _unreadable() -> DiscordError:
    return DiscordError(400, 50035, "The form cannot be read.")
