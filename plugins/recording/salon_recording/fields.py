"""What commands have in common: ids, lines of text, times; and their limits."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

DAY_S = 86_400.0
ID_MAX = 2**63 - 1


def _fits(text: str) -> str:
    if int(text) > ID_MAX:
        raise ValueError("this is no id")
    return text


Id = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,19}$"), AfterValidator(_fits)]
NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]*$"
NO_CONTROLS_BUT_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]*$"
Line = StringConstraints(strip_whitespace=True, min_length=1, pattern=NO_CONTROLS)
Notes = StringConstraints(strip_whitespace=True, max_length=4_000, pattern=NO_CONTROLS_BUT_LINES)
Name = StringConstraints(strip_whitespace=True, max_length=120, pattern=NO_CONTROLS)
Place = StringConstraints(strip_whitespace=True, max_length=80, pattern=NO_CONTROLS)
Seconds = Annotated[float, Field(ge=0, le=DAY_S, allow_inf_nan=False, strict=True)]
Revision = Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)]


def to_ms(seconds: float) -> int:
    """Return a time as the tables have it."""
    return round(seconds * 1_000)
