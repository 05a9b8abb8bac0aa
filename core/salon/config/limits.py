"""How much of everything."""

from pydantic import Field

from salon.config.section import Section

ROOM_SEATS_MAX = 3_000  # about what one core carries of one voice (docs/figures.md)


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
    sockets_opened_per_s: int = Field(
        100,
        ge=10,
        le=10_000,
        description="Sockets opened in a second, of all people together, five times as many at "
        "once; who comes later is told when to come again.",
        examples=[50],
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
    stage_seats: int = Field(
        500, ge=2, le=ROOM_SEATS_MAX, description="Most people at one stage.", examples=[100]
    )
    pending_joins_per_account: int = Field(
        2, ge=1, le=10, description="Rooms that one account may be joining at once.", examples=[1]
    )
    visitors: int = Field(
        300,
        ge=0,
        le=ROOM_SEATS_MAX,
        description="Most people who listen without an account, in all public rooms together. They "
        "take nobody's seat. 0: nobody does.",
        examples=[50],
    )
    visitors_per_room: int = Field(
        100,
        ge=1,
        le=ROOM_SEATS_MAX,
        description="Most of them in one room.",
        examples=[500],
    )
    visitors_per_address: int = Field(
        4,
        ge=1,
        le=1_000,
        description="Most of them from one address; IPv6 counts by /64.",
        examples=[30],
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
