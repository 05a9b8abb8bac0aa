"""What a request carries: JSON, or a form with JSON in it."""

import re
from email import policy
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import hdrs, web

from salon_bots.errors import DiscordError, not_here

FIELDS_MAX = 20
NAME_MAX = 64
PAYLOAD = "payload_json"


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
        value = orjson.loads(raw)
    except ValueError as error:
        raise DiscordError(400, 50109, "The request body contains invalid JSON.") from error
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
    plain: dict[str, str] = {}
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        if part.get_filename() is not None:
            raise not_here("attachments")
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        if name == PAYLOAD:
            return content
        plain[str(name)[:NAME_MAX]] = content.decode("utf-8", "replace")
    return orjson.dumps(plain)


def _form(body: bytes) -> dict[str, Any]:
    try:
        pairs = dict(parse_qsl(body.decode("ascii"), max_num_fields=FIELDS_MAX, errors="strict"))
    except ValueError as error:
        raise DiscordError(400, 50035, "The form cannot be read.") from error
    return _decoded(pairs[PAYLOAD].encode()) if PAYLOAD in pairs else dict(pairs)
