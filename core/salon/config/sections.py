"""The settings: one frozen model per section of `config.yaml`.

The description of a field is its documentation: `docs/config.md` and `config.example.yaml` are
generated from here. Its example is a value that differs from the default. Numbers carry their unit
in the name; a bare number is a count. No limit can be switched off.
"""

from collections.abc import Mapping
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    PrivateAttr,
    SecretStr,
    model_validator,
)

from salon.config.problems import Problem

ROOM_SEATS_MAX = 3_000  # about what one core carries of one voice (docs/figures.md)


class Section(BaseModel):
    """Base of every section, a plugin's included: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _base_url(text: str) -> str:
    """Return `https://host[:port]`: what people type into the browser, without a path."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as error:
        raise ValueError("expected an address like https://salon.example.org") from error
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError("expected an address like https://salon.example.org")
    if url.path.strip("/") or url.query or url.fragment or "@" in url.netloc:
        raise ValueError("expected only scheme, host and port, as in https://salon.example.org")
    if not all(" " < character < "\x7f" for character in url.netloc):
        raise ValueError("expected a host name in ASCII, as in https://xn--caf-dma.example")
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    return f"{url.scheme}://{host}" + ("" if port is None else f":{port}")


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


def _address(text: object) -> IPv4Address | IPv6Address:
    # As text only: ipaddress would take 1 for 0.0.0.1.
    try:
        return ip_address(str(text))
    except ValueError as error:
        raise ValueError("expected an IP address like 203.0.113.7") from error


def _network(text: object) -> IPv4Network | IPv6Network:
    try:
        return ip_network(str(text))
    except ValueError as error:
        raise ValueError("expected a network like 10.0.0.0/8, host bits zero") from error


BaseUrl = Annotated[str, AfterValidator(_base_url)]
Port = Annotated[int, Field(ge=1, le=65_535)]
IpAddress = Annotated[
    IPv4Address | IPv6Address, PlainValidator(_address, json_schema_input_type=str)
]
IpNetwork = Annotated[
    IPv4Network | IPv6Network, PlainValidator(_network, json_schema_input_type=str)
]
LOOPBACK = IPv4Address("127.0.0.1")
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
        description="Search engines may list public channels, which anybody can read.",
        examples=[True],
    )
    tls: Tls = Field(default_factory=Tls, description="Encryption by the server itself.")


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
        "of this machine's network interfaces. Can be changed while the server runs.",
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


class Limits(Section):
    """How much of everything. The defaults suit a community of some hundreds."""

    body_max_bytes: int = Field(
        1_048_576,
        ge=65_536,
        le=16_777_216,
        description="Largest body of a request.",
        examples=[262_144],
    )
    body_min_bytes_per_s: int = Field(
        1_024,
        ge=128,
        le=1_048_576,
        description="A body that comes slower is given up.",
        examples=[4_096],
    )
    json_max_depth: int = Field(
        32, ge=8, le=64, description="How deep JSON may be nested.", examples=[16]
    )
    headers_max_bytes: int = Field(
        16_384,
        ge=4_096,
        le=65_536,
        description="Longest header line of a request.",
        examples=[8_192],
    )
    headers_max_count: int = Field(
        100, ge=20, le=500, description="Most headers of a request.", examples=[64]
    )
    header_deadline_s: float = Field(
        10,
        ge=1,
        le=60,
        allow_inf_nan=False,
        description="A request whose headers take longer is given up.",
        examples=[5.0],
    )
    keep_alive_s: float = Field(
        30,
        ge=1,
        le=300,
        allow_inf_nan=False,
        description="An idle connection is closed after so long.",
        examples=[15.0],
    )
    connections_per_address: int = Field(
        64,
        ge=4,
        le=10_000,
        description="Open connections of one address before sign-in; IPv6 counts by /64.",
        examples=[16],
    )
    sockets_per_account: int = Field(
        10, ge=1, le=100, description="Open tabs and devices of one account.", examples=[5]
    )
    frame_max_bytes: int = Field(
        65_536,
        ge=16_384,
        le=1_048_576,
        description="Largest frame that a browser may send over the socket.",
        examples=[32_768],
    )
    frames_per_10_s: int = Field(
        60, ge=10, le=1_000, description="Frames of one socket in ten seconds.", examples=[40]
    )
    outbox_max_bytes: int = Field(
        1_048_576,
        ge=131_072,
        le=67_108_864,
        description="A reader so far behind is disconnected; it comes back and catches up.",
        examples=[524_288],
    )
    message_max_characters: int = Field(
        4_000, ge=100, le=4_000, description="Longest message.", examples=[2_000]
    )
    mentions_per_message: int = Field(
        20, ge=0, le=100, description="Most people named in a message.", examples=[5]
    )
    former_texts_days: int = Field(
        30,
        ge=0,
        le=365,
        description="Days for which those who manage messages can read what one said before it was "
        "changed or deleted. 0: nobody can.",
        examples=[7],
    )
    topic_max_characters: int = Field(
        512, ge=32, le=1_024, description="Longest topic of a channel or room.", examples=[256]
    )
    page_max_entries: int = Field(
        100, ge=20, le=200, description="Most messages in one page of history.", examples=[50]
    )
    messages_burst: int = Field(
        10, ge=1, le=100, description="Messages that somebody may post at once.", examples=[5]
    )
    messages_per_s: float = Field(
        2,
        gt=0,
        le=50,
        allow_inf_nan=False,
        description="Messages that somebody may post when the burst is used up.",
        examples=[1.0],
    )
    sign_ins_per_account_15_min: int = Field(
        5, ge=3, le=100, description="Wrong passwords for one account.", examples=[8]
    )
    sign_ins_per_address_15_min: int = Field(
        20, ge=5, le=1_000, description="Sign-ins tried from one address.", examples=[40]
    )
    sign_ups_per_address_hour: int = Field(
        3,
        ge=1,
        le=1_000,
        description="Sign-ups from one address without an invitation.",
        examples=[5],
    )
    invited_sign_ups_per_address_hour: int = Field(
        30,
        ge=1,
        le=1_000,
        description="Sign-ups from one address with an invitation.",
        examples=[100],
    )
    invitation_tries_per_address_min: int = Field(
        10, ge=1, le=1_000, description="Invitations looked up from one address.", examples=[20]
    )
    password_hashes_at_once: int = Field(
        2, ge=1, le=16, description="Passwords hashed at the same time.", examples=[4]
    )
    password_queue: int = Field(
        50,
        ge=1,
        le=1_000,
        description="Sign-ins that wait for it; more are refused.",
        examples=[20],
    )
    room_seats: int = Field(
        25, ge=2, le=ROOM_SEATS_MAX, description="Most people in one room.", examples=[12]
    )
    pending_joins_per_account: int = Field(
        2, ge=1, le=10, description="Rooms that one account may be joining at once.", examples=[1]
    )
    voice_max_kbit_per_s: int = Field(
        128,
        ge=64,
        le=1_024,
        description="Sound that is taken from one voice; more is dropped. In a room for music, "
        "microphones are asked for as much, and more is taken where a bad line has it sent twice.",
        examples=[160],
    )
    voice_packets_per_s: int = Field(
        100, ge=60, le=500, description="Packets taken from one voice.", examples=[120]
    )


class Files(Section):
    """What people hand in: pictures, sounds, films and all else. A MiB has 1,048,576 bytes."""

    largest_mib: int = Field(50, ge=1, le=2_048, description="Largest file.", examples=[200])
    person_max_mib: int = Field(
        1_024,
        ge=1,
        le=1_048_576,
        description="What all files of one person may take.",
        examples=[4_096],
    )
    server_max_mib: int = Field(
        20_480,
        ge=1,
        le=16_777_216,
        description="What all files together may take.",
        examples=[102_400],
    )
    keep_free_mib: int = Field(
        512,
        ge=64,
        le=1_048_576,
        description="No file is taken while less than this is free on the disk: the database needs "
        "room too.",
        examples=[2_048],
    )
    picture_max_megapixels: int = Field(
        25,
        ge=1,
        le=50,
        description="Largest picture; a JPEG may have three times as many, since it is decoded "
        "smaller at once. More would need more memory than a small machine has.",
        examples=[40],
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
    accounts: Accounts = Field(default_factory=Accounts)
    limits: Limits = Field(default_factory=Limits)
    files: Files = Field(default_factory=Files)
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
