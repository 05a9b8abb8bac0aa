"""Object storage: a bucket at Amazon's S3, or at what speaks like it."""

from importlib.util import find_spec
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from salon.config.section import Section
from salon.config.values import BaseUrl

LIBRARY = "obstore"
NAME_MAX = 63  # of a bucket
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
_PART = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def _bucket(text: str) -> str:
    """Hold a name to what every such storage takes."""
    is_long = 3 <= len(text) <= NAME_MAX  # noqa: PLR2004 both are theirs
    if not is_long or set(text) - _NAME or text.strip("-.") != text or ".." in text:
        raise ValueError(
            "expected the name of a bucket: 3 to 63 of a to z, 0 to 9, - and ., as in salon-media"
        )
    return text


def _prefix(text: str) -> str:
    parts = text.split("/") if text else []
    if any(not part or set(part) - _PART or not part.strip(".") for part in parts):
        raise ValueError(
            "expected folders of letters, digits, -, _ and ., without a / at either end, as in "
            "salon/media"
        )
    return text


class Objects(Section):
    """Object storage (S3, or what speaks like it), for what plugins finish and people then fetch.

    Nobody but this server is to read the bucket: people get what is in it from the server, which
    asks each time whether they may. Needs `pip install 'salon[s3]'`.
    """

    bucket: Annotated[str, AfterValidator(_bucket)] | None = Field(
        None,
        description="Name of the bucket, which is there already. Empty: all lies on the disk.",
        examples=["salon-media"],
    )
    endpoint: BaseUrl | None = Field(
        None,
        description="Address of the storage, asked as `endpoint/bucket/name`. Empty: Amazon's, of "
        "the region. What goes to an `http:` address can be read on the way there.",
        examples=["https://s3.example.org"],
    )
    region: Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]{1,64}$")] = Field(
        "us-east-1",
        description="Its region, as it calls it; many that are not Amazon's take any.",
        examples=["eu-central-1"],
    )
    prefix: Annotated[str, Field(max_length=200), AfterValidator(_prefix)] = Field(
        "",
        description="Folder in the bucket that is this server's, for one that others use too.",
        examples=["salon/media"],
    )
    access_key: Annotated[SecretStr, Field(min_length=1, max_length=256)] | None = Field(
        None,
        description="Who this server is there; may read, write and delete in that folder.",
        examples=[{"$file": "s3-access-key"}],
    )
    secret_key: Annotated[SecretStr, Field(min_length=1, max_length=256)] | None = Field(
        None,
        description="What proves it. It is never sent.",
        examples=[{"$file": "s3-secret-key"}],
    )

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        keys = (self.access_key, self.secret_key)
        if self.bucket is None:
            if self.endpoint is not None or any(key is not None for key in keys):
                raise ValueError("the bucket is missing; without one all of this says nothing")
        elif None in keys:
            raise ValueError("bucket is set; that needs access_key and secret_key as well")
        elif find_spec(LIBRARY) is None:
            raise ValueError("bucket is set; that needs a library: pip install 'salon[s3]'")
        return self
