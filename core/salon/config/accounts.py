"""Settings of accounts."""

from typing import Self

from pydantic import Field, model_validator

from salon.config.section import Section


class Accounts(Section):
    """Passwords, invitations, and how long a sign-in lasts."""

    password_min_length: int = Field(
        10, ge=8, le=64, description="Shortest password, in characters.", examples=[12]
    )
    session_idle_days: int = Field(
        14, ge=1, le=90, description="A session unused for so long ends.", examples=[7]
    )
    session_absolute_days: int = Field(
        90, ge=1, le=365, description="Every session ends after so long.", examples=[30]
    )
    argon2_memory_kib: int = Field(
        19_456,
        ge=8_192,
        le=1_048_576,
        description="Memory that hashing one password takes. More is safer and slower.",
        examples=[65_536],
    )
    argon2_passes: int = Field(
        2, ge=1, le=16, description="Passes over that memory for one password.", examples=[3]
    )
    invitation_days: int = Field(
        7, ge=1, le=365, description="How long a new invitation is valid.", examples=[2]
    )
    invitation_uses: int = Field(
        10, ge=1, le=1_000, description="How many people may use a new invitation.", examples=[1]
    )
    deletion_days: int = Field(
        7,
        ge=0,
        le=30,
        description="How long whoever deletes their account can take it back.",
        examples=[14],
    )

    @model_validator(mode="after")
    def _idle_ends_first(self) -> Self:
        if self.session_idle_days > self.session_absolute_days:
            raise ValueError(
                f"session_idle_days is {self.session_idle_days}, longer than "
                f"session_absolute_days {self.session_absolute_days}"
            )
        return self
