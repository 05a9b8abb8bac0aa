"""A TURN server (RFC 8656), through which voices go where a network lets nothing else through."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from salon.config.section import Section

SERVERS = 8  # browsers ask each of them, at each way in
SECRET_CHARACTERS = 16

_ADDRESS = re.compile(
    r"(?P<scheme>turns?):(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?:\?transport=(?P<transport>udp|tcp))?"
)


def _turn_address(text: str) -> str:
    """Hold an address to RFC 7065: `turn:host:port`, `turns:` with TLS, `?transport=tcp`."""
    if text.startswith(("stun:", "stuns:")):
        raise ValueError("nobody has to be asked for addresses here; expected a turn: address")
    found = _ADDRESS.fullmatch(text)
    if found is None or not 1 <= int(found["port"] or 1) <= 65_535:  # noqa: PLR2004 ports
        raise ValueError("expected an address like turn:turn.example.org:3478")
    if found["scheme"] == "turns" and found["transport"] == "udp":
        raise ValueError("turns is TLS, which browsers use over TCP only: write ?transport=tcp")
    return text


class Turn(Section):
    """A TURN server of your own, for networks that let neither UDP nor the port of voices through.

    Any that takes time-limited credentials will do, as coturn does with `use-auth-secret`. Nobody
    has to have one: voices take TCP by themselves where only UDP is blocked.
    """

    servers: tuple[Annotated[str, AfterValidator(_turn_address)], ...] = Field(
        (),
        max_length=SERVERS,
        description="Addresses of the TURN server. `turns:` with port 443 looks like a web page to "
        "the strictest networks. Empty: there is none.",
        examples=[["turn:turn.example.org:3478", "turns:turn.example.org:443?transport=tcp"]],
    )
    secret: SecretStr | None = Field(
        None,
        min_length=SECRET_CHARACTERS,
        description="What it shares with this server (coturn: `static-auth-secret`). Members get "
        "credentials made of it, never it.",
        examples=[{"$file": "turn-secret"}],
    )
    credential_hours: int = Field(
        12,
        ge=1,
        le=168,
        description="How long the credentials of a member are good for, and never longer than "
        "their sign-in.",
        examples=[4],
    )

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if bool(self.servers) != (self.secret is not None):
            raise ValueError("servers and secret belong together")
        return self
