"""The settings: one frozen model per section of `config.yaml`.

The larger ones stand in files of their own. The description of a field is its documentation:
`docs/config.md` and `config.example.yaml` are generated from it. Its example is a value that
differs from the default. Numbers carry their unit in the name; a bare number is a count. No limit
can be switched off.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from salon.config.accounts import Accounts
from salon.config.database import Data, Database
from salon.config.files import Files
from salon.config.limits import Limits
from salon.config.mail import Mail
from salon.config.objects import Objects
from salon.config.problems import Problem
from salon.config.section import Section
from salon.config.turn import Turn
from salon.config.values import LOOPBACK, BaseUrl, IpAddress, IpNetwork, Port

TlsMode = Literal["off", "self-signed", "files"]


class Tls(Section):
    """Encryption of HTTP by the server itself, for when no proxy does it."""

    mode: TlsMode = Field(
        "off",
        description="`off`: plain HTTP, for this machine or behind a proxy that encrypts. "
        "`self-signed`: a certificate made at the first start, for a local network; browsers "
        "warn once. `files`: the certificate and key named below.",
        examples=["self-signed"],
    )
    certificate: Path | None = Field(
        None,
        description="PEM file of the certificate with its chain, for mode `files`.",
        examples=["/etc/letsencrypt/live/salon.example.org/fullchain.pem"],
    )
    key: Path | None = Field(
        None,
        description="PEM file of the private key, for mode `files`.",
        examples=["/etc/letsencrypt/live/salon.example.org/privkey.pem"],
    )

    @model_validator(mode="after")
    def _files_belong_to_mode_files(self) -> Self:
        named = self.certificate is not None and self.key is not None
        if self.mode == "files" and not named:
            raise ValueError("mode 'files' needs both certificate and key")
        if self.mode != "files" and (self.certificate or self.key):
            raise ValueError(f"certificate and key are read in mode 'files', mode is {self.mode!r}")
        return self


class Server(Section):
    """Where the server listens and how people reach it."""

    host: str = Field(
        "127.0.0.1",
        min_length=1,
        max_length=255,
        description="Address that HTTP listens on; `0.0.0.0` is every IPv4 address, `::` every "
        "address. Until the server is claimed it listens on this machine only, whatever stands "
        "here.",
        examples=["0.0.0.0"],  # noqa: S104 - the text of an example, nothing is bound here
    )
    port: Port = Field(8080, description="TCP port of HTTP.", examples=[8000])
    public_url: BaseUrl | None = Field(
        None,
        description="The address people type, scheme and host without a path. Links, cookies and "
        "the check of the Host header follow it. Empty: the address of this machine.",
        examples=["https://salon.example.org"],
    )
    trusted_proxies: tuple[IpNetwork, ...] = Field(
        (),
        max_length=100,
        description="Networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are "
        "believed. Empty: nobody's.",
        examples=[["127.0.0.1/32"]],
    )
    search_engines: bool = Field(
        default=False,
        description="Search engines may list public channels and rooms, open to everybody.",
        examples=[True],
    )
    tls: Tls = Field(default_factory=Tls, description="Encryption by the server itself.")


class Media(Section):
    """Voices: one port for everybody."""

    port: Port = Field(
        8081,
        description="Port of voices: UDP, and TCP for people whose network lets no UDP through. "
        "Can be changed while the server runs (docs/running.md).",
        examples=[3478],
    )
    addresses: tuple[IpAddress, ...] = Field(
        (),
        max_length=16,
        description="IP addresses to tell browsers, for a server behind NAT. Empty: the addresses "
        "of this machine's network interfaces, and those that the name in `server.public_url` "
        "leads to, asked again each minute. Can be changed while the server runs.",
        examples=[["203.0.113.7"]],
    )
    slots: int = Field(
        4,
        ge=1,
        le=8,
        description="How many voices a listener hears at the same time; of more, the loudest.",
        examples=[6],
    )
    packed_from: int = Field(
        50,
        ge=0,
        le=10_000,
        description="Listeners of a room from whom on those who have said nothing for half a "
        "minute get three packets of sound in one: a third less work and a quarter less data, for "
        "40 ms more delay. `0`: never.",
        examples=[20],
    )
    workers: int = Field(
        1,
        ge=0,
        le=16,
        description="Processes that carry voices, each on a port of its own: `port`, the next "
        "one and so on. `0`: the server's own process, which saves memory on the smallest "
        "machines and lets whatever holds up the server hold up voices.",
        examples=[2],
    )


class Logs(Section):
    """What the server tells its keeper, on standard error. Never the text of a message."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least serious line that is written.", examples=["warning"]
    )
    format: Literal["auto", "console", "json"] = Field(
        "auto",
        description="`auto`: readable in a terminal, else one JSON object per line.",
        examples=["json"],
    )


class Metrics(Section):
    """Figures for a monitoring program such as Prometheus, at an address of their own."""

    port: Port | None = Field(
        None,
        description="TCP port at which `GET /metrics` is answered. Empty: there is none.",
        examples=[9464],
    )
    host: IpAddress = Field(
        LOOPBACK,
        description="Address that it listens on. Other than this machine's own, it needs `token`.",
        examples=["10.0.0.5"],
    )
    token: Annotated[str, Field(min_length=20, max_length=256)] | None = Field(
        None,
        description="What whoever asks has to send, as `Authorization: Bearer …`. Empty: nothing.",
        examples=[{"$file": "metrics-token"}],
    )

    @model_validator(mode="after")
    def _others_need_a_token(self) -> Self:
        if not self.host.is_loopback and self.token is None:
            raise ValueError(f"host {self.host} can be asked from elsewhere; that needs a token")
        return self


RawPlugins = Mapping[str, Mapping[str, Any] | None]


class Config(Section):
    """Everything that was configured, checked. `salon.config.load` makes it."""

    server: Server = Field(default_factory=Server)
    data: Data = Field(default_factory=Data)
    database: Database = Field(default_factory=Database)
    media: Media = Field(default_factory=Media)
    turn: Turn = Field(default_factory=Turn)
    accounts: Accounts = Field(default_factory=Accounts)
    limits: Limits = Field(default_factory=Limits)
    files: Files = Field(default_factory=Files)
    objects: Objects = Field(default_factory=Objects)
    logs: Logs = Field(default_factory=Logs)
    metrics: Metrics = Field(default_factory=Metrics)
    mail: Mail = Field(default_factory=Mail)
    plugins: RawPlugins | None = Field(
        None,
        max_length=200,
        repr=False,
        description="Which plugins run, in the order in which they are asked. Without this key: "
        "the bundled ones with their defaults. With it: exactly those listed; `plugins: {}` is the "
        "bare core.",
    )

    _sections: Mapping[str, Section] = PrivateAttr(default_factory=dict)
    _plugin_problems: Mapping[str, tuple[Problem, ...]] = PrivateAttr(default_factory=dict)

    @property
    def plugin_names(self) -> tuple[str, ...]:
        """Return the plugins that shall run, in their order; those with problems among them."""
        return tuple(self.plugins or ())

    @property
    def plugin_problems(self) -> Mapping[str, tuple[Problem, ...]]:
        """Return what is wrong in the section of each plugin that has to be refused."""
        return self._plugin_problems

    def plugin_section(self, name: str) -> Section:
        """Return a plugin's checked section. Raises KeyError for one with problems or unlisted."""
        return self._sections[name]

    def with_plugins(
        self, sections: Mapping[str, Section], problems: Mapping[str, tuple[Problem, ...]]
    ) -> Self:
        """Return a copy that knows the plugins' sections and what is wrong with others."""
        copy = self.model_copy()
        copy._sections = MappingProxyType(dict(sections))  # noqa: SLF001 - our own copy
        copy._plugin_problems = MappingProxyType(dict(problems))  # noqa: SLF001 - our own copy
        return copy
