"""Text on its way: emoji, nonces, and embeds, which become Markdown.

Salon's messages are text. What a bot sends as embeds is written under its text when it is posted,
and is part of the text from then on.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from salon_bots.errors import DiscordError, bad_field

CONTENT_MAX = 2_000
EMBEDS_MAX = 10
EMBED_CHARACTERS_MAX = 6_000
FIELDS_MAX = 25
NONCE_MAX = 25
_LENGTHS = {"title": 256, "description": 4_096, "url": 2_048}
_FIELD_LENGTHS = {"name": 256, "value": 1_024}

_EMOJI_IN = re.compile(r"<a?(:\w{2,32}:)\d{1,20}>")
_HTTP = re.compile(r"https?://[^\s<>()]+")


def from_discord(text: str) -> str:
    """Turn custom emoji into `:name:`. Mentions are spelt alike on both sides."""
    return _EMOJI_IN.sub(r"\1", text)


# -- nonces: kept with the message, so that its author can tell it from others


def nonce_in(value: object, *, is_enforced: bool) -> str | None:
    """Return what is kept. Only an enforced nonce makes a repeated message the same message."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise bad_field("nonce", "NONCE_TYPE_INVALID", "A nonce is a text or a whole number.")
    text = str(value)
    if len(text) > NONCE_MAX or not text.isprintable():
        raise bad_field("nonce", "BASE_TYPE_MAX_LENGTH", f"Must be {NONCE_MAX} or fewer in length.")
    return f"e:{text}" if is_enforced else f"n:{secrets.token_urlsafe(6)}:{text}"


def nonce_out(kept: str | None) -> str | None:
    """Return the nonce as it was sent; None for messages that came another way."""
    kind, _, rest = (kept or "").partition(":")
    if kind == "e":
        return rest
    return rest.partition(":")[2] if kind == "n" else None


# -- what a message consists of


def compose(content: object, embeds: object) -> str:
    """Return the text of a message. Raises DiscordError when there is none, or too much."""
    parts = []
    if content is not None:
        if not isinstance(content, str):
            raise bad_field("content", "BASE_TYPE_STRING", "Could not interpret it as a string.")
        if len(content) > CONTENT_MAX:
            raise bad_field(
                "content", "BASE_TYPE_MAX_LENGTH", f"Must be {CONTENT_MAX} or fewer in length."
            )
        parts.append(content.strip())
    parts += _embeds(embeds)
    text = "\n\n".join(part for part in parts if part)
    if not text:
        raise DiscordError(400, 50006, "Cannot send an empty message")
    return text


def _embeds(embeds: object) -> Sequence[str]:
    if embeds is None:
        return ()
    if not isinstance(embeds, list) or len(embeds) > EMBEDS_MAX:
        raise bad_field(
            "embeds", "BASE_TYPE_MAX_LENGTH", f"Must be {EMBEDS_MAX} or fewer in length."
        )
    texts = [_embed(embed) for embed in embeds]
    if sum(map(len, texts)) > EMBED_CHARACTERS_MAX:
        raise bad_field(
            "embeds", "MAX_EMBED_SIZE_EXCEEDED", f"At most {EMBED_CHARACTERS_MAX} characters."
        )
    return texts


def _embed(embed: object) -> str:
    if not isinstance(embed, Mapping):
        raise bad_field("embeds", "MODEL_TYPE_CONVERT", "Only dictionaries may be used.")
    lines = [_part(embed, "author", "name"), _title(embed), _text(embed, "description", _LENGTHS)]
    fields = embed.get("fields") or []
    if not isinstance(fields, list) or len(fields) > FIELDS_MAX:
        raise bad_field("embeds", "BASE_TYPE_MAX_LENGTH", f"At most {FIELDS_MAX} fields.")
    lines += [_field(field) for field in fields]
    lines += [_link(embed, "image"), _part(embed, "footer", "text")]
    return "\n\n".join(line for line in lines if line)


def _title(embed: Mapping[Any, Any]) -> str:
    title = _text(embed, "title", _LENGTHS)
    if not title:
        return ""
    address = _text(embed, "url", _LENGTHS)
    words = title.replace("[", "(").replace("]", ")")
    return f"**[{words}]({address})**" if _HTTP.fullmatch(address) else f"**{title}**"


def _field(field: object) -> str:
    if not isinstance(field, Mapping):
        raise bad_field("embeds", "MODEL_TYPE_CONVERT", "Only dictionaries may be used.")
    name, value = _text(field, "name", _FIELD_LENGTHS), _text(field, "value", _FIELD_LENGTHS)
    return f"**{name}**\n{value}" if name else value


def _part(embed: Mapping[Any, Any], part: str, key: str) -> str:
    inner = embed.get(part)
    return _text(inner, key, {key: 2_048}) if isinstance(inner, Mapping) else ""


def _link(embed: Mapping[Any, Any], part: str) -> str:
    address = _part(embed, part, "url")
    return address if _HTTP.fullmatch(address) else ""


def _text(holder: Mapping[Any, Any], key: str, lengths: Mapping[str, int]) -> str:
    value = holder.get(key)
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise bad_field("embeds", "BASE_TYPE_STRING", f"{key} has to be a text.")
    text = str(value).strip()
    if len(text) > lengths[key]:
        raise bad_field(
            "embeds", "BASE_TYPE_MAX_LENGTH", f"{key} must be {lengths[key]} or fewer in length."
        )
    return text
