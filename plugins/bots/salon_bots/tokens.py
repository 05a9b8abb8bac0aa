"""Secrets of bots and webhooks: how they look, and what is kept of them.

A bot's token has the form that libraries expect: its id in base64url, a dot, a short part, a dot,
the secret. hikari refuses to start when the first part is not the id. Only a SHA-256 is stored:
the secrets are random, so a slow hash would add nothing.
"""

import base64
import hashlib
import re
import secrets

SHORT_BYTES = 5  # 7 characters
SECRET_BYTES = 29  # 39 characters
WEBHOOK_BYTES = 51  # 68 characters, discord.py's parser wants at least 60
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,30}\.[A-Za-z0-9_-]{6,10}\.[A-Za-z0-9_-]{38,45}")


def new_bot_token(bot_id: int) -> str:
    name = base64.urlsafe_b64encode(str(bot_id).encode()).decode().rstrip("=")
    return f"{name}.{secrets.token_urlsafe(SHORT_BYTES)}.{secrets.token_urlsafe(SECRET_BYTES)}"


def new_webhook_token() -> str:
    return secrets.token_urlsafe(WEBHOOK_BYTES)


def short() -> str:
    """Return the end of a webhook's handle: letters of one alphabet, and digits."""
    return secrets.token_hex(4)


def hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def from_header(header: str) -> str | None:
    """Return the token of `Authorization: Bot <token>`; None when it cannot be one."""
    scheme, _, token = header.partition(" ")
    return well_formed(token) if scheme == "Bot" else None


def from_identify(value: object) -> str | None:
    """Return the token of IDENTIFY or RESUME, which may have "Bot " before it."""
    return well_formed(value.removeprefix("Bot ")) if isinstance(value, str) else None


def well_formed(token: str) -> str | None:
    clean = token.strip()
    return clean if _TOKEN.fullmatch(clean) else None
