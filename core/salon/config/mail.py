"""Settings of letters."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from salon.config.section import Section
from salon.config.values import Port


def _mail_address(text: str) -> str:
    user, at, domain = text.rpartition("@")
    is_plain = text.isascii() and text.isprintable() and not set(text) & set(' <>()[]",;:\\')
    if not at or not user or "." not in domain.strip(".") or not is_plain:
        raise ValueError("expected an address like salon@example.org")
    return text


class Mail(Section):
    """Letters: links to sign in and to a new password, and a digest. Nothing needs them."""

    host: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(
        None,
        description="Mail server that takes letters (SMTP). Empty: no letters are sent.",
        examples=["smtp.example.org"],
    )
    port: Port = Field(
        587, description="Its TCP port: 587, or 465 with encryption `tls`.", examples=[465]
    )
    encryption: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="`starttls`: the connection is encrypted once it stands. `tls`: from the "
        "beginning. `none`: not at all, for a mail server on this machine.",
        examples=["tls"],
    )
    user: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(
        None, description="Who signs in there. Empty: nobody does.", examples=["salon"]
    )
    password: SecretStr | None = Field(
        None, description="With what.", examples=[{"$file": "mail-password"}]
    )
    sender: Annotated[str, Field(max_length=254), AfterValidator(_mail_address)] | None = Field(
        None, description="Address that letters come from.", examples=["salon@example.org"]
    )

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.host is not None and self.sender is None:
            raise ValueError("host is set; letters need a sender as well")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together")
        if self.encryption == "none" and self.password is not None:
            raise ValueError("a password is not sent without encryption, which is 'none'")
        return self
