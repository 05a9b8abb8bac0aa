"""Types of fields that many commands share."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from salon.ids import ID_DIGITS_MAX, MAX_ID


class CommandPayload(BaseModel):
    """Base of the core's payloads: frozen, strict, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _id(value: Any) -> int:
    is_number = isinstance(value, str) and value.isascii() and value.isdigit()
    if not is_number or len(value) > ID_DIGITS_MAX or int(value) > MAX_ID:
        raise ValueError("expected an id: a decimal number as text")
    return int(value)


Id = Annotated[int, BeforeValidator(_id)]
Text = Annotated[str, Field(max_length=20_000)]  # limits of meaning are the services' business
Line = Annotated[str, Field(max_length=4_096)]
Position = Annotated[int, Field(ge=0, le=1_000_000)]  # the next one still is exact in a browser
