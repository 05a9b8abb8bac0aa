"""Where the server keeps what it is given."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from salon.config.section import Section


def _postgresql(secret: SecretStr) -> SecretStr:
    """Hold an address to `postgresql://…`; what is wrong is told without quoting it."""
    expected = "expected an address like postgresql://salon@127.0.0.1/salon"
    try:
        url = urlsplit(secret.get_secret_value())
        _ = url.port
    except ValueError as error:
        raise ValueError(f"{expected}; its port is a number") from error
    if url.scheme != "postgresql":
        raise ValueError(expected)
    if not url.path.strip("/"):
        raise ValueError(f"{expected}; the name of the database is missing")
    return secret


class Data(Section):
    """Where the server keeps what it is given."""

    directory: Path = Field(
        Path("salon-data"),
        description="Folder of the database, recordings and single-file plugins; made if missing, "
        "readable by its owner only. A relative path starts at the folder of the config file, "
        "without one at the current folder.",
        examples=["/var/lib/salon"],
    )


class Database(Section):
    """Which database, and how it writes."""

    url: Annotated[SecretStr, AfterValidator(_postgresql)] | None = Field(
        None,
        description="Address of a PostgreSQL database, 13 or newer, of which this server is the "
        "only user. Empty: a SQLite file in the data folder. Nothing is carried from one to the "
        "other.",
        examples=["postgresql://salon@127.0.0.1/salon"],
    )
    synchronous: Literal["full", "normal"] = Field(
        "full",
        description="`full`: what was acknowledged survives a power cut. `normal`: faster on slow "
        "disks; a power cut may lose the last moments, never the order.",
        examples=["normal"],
    )

    @property
    def address(self) -> str | None:
        """The address with its password; None for SQLite."""
        return None if self.url is None else self.url.get_secret_value()
