"""What a plugin may do with voice rooms, and with the sound in them."""

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from salon.domain.accounts import Account
from salon.domain.captions import Caption
from salon.domain.permissions import Overwrite
from salon.domain.rooms import Participant, Room, RoomLevels, RoomSound
from salon.relay.audio import AudioSink, SampleSink


class Source(Protocol):
    """A voice that a plugin speaks with."""

    def put(self, opus: bytes, *, samples: int = 960, level_dbov: int | None = None) -> None:
        """Send one Opus packet now; `samples` is its length at 48 kHz."""

    async def close(self) -> None:
        """Fall silent and leave the slot."""


class Track(Protocol):
    """Any audio `MediaStreamTrack` of aiortc: `MediaPlayer("song.ogg").audio`, or your own."""

    @property
    def kind(self) -> str:
        """What it carries: only "audio" can be played."""

    async def recv(self) -> Any:
        """Return the next `av.AudioFrame` when it is due. Raises aiortc's MediaStreamError at end.

        Any rate and layout, the same in all frames; at most 10 s of sound at once. What comes too
        early waits, so that a track without a pace of its own is played as fast as it sounds.
        """

    def stop(self) -> None:
        """End; called when it is played no longer."""


class Playing(Protocol):
    """A track that is played into a room."""

    @property
    def peer_id(self) -> str:
        """By what a sink tells its packets from those of the account's own voice."""

    async def ended(self) -> None:
        """Return when the track, or its room, has ended. Raises what the track raised."""

    async def close(self) -> None:
        """Fall silent now. Twice is once."""


class Captioning(Protocol):
    """Captions of a room, which its people see while it is open."""

    @property
    def dropped_lines(self) -> int:
        """Lines that were lost because too many came at once."""

    def say(self, caption: Caption) -> None:
        """Show a line to those in the room: two stand there, for some seconds.

        At most 400 characters, and 40 lines at once, then 20 a second. Many are told together,
        and of a line that is not final only the last. Nothing is kept.
        Raises NotFound (the speaker is not in the room, or the captions have ended), Invalid,
        TooMany.
        """

    async def close(self) -> None:
        """End the captions. Twice is once."""


class Attachment(Protocol):
    """A sink that listens to a room."""

    @property
    def dropped_packets(self) -> int:
        """Packets, or levels, that were lost because the sink was too slow or had failed."""

    async def close(self) -> None:
        """Return when the last of what was heard has been handed over. Twice is once."""


class LevelSink(Protocol):
    """Receives how loud people are, in a task of its own, without their sound."""

    async def receive(self, levels: Sequence[RoomLevels], /) -> None:
        """Take what was told since the last call: once, and five times a second while one talks.

        While it awaits, a second of levels waits; then the oldest are lost, counted. If it raises,
        it is not called again.
        """


class Rooms(Protocol):
    """Voice rooms."""

    def get(self, room_id: int) -> Room | None:
        """Return the room as it is now, or None."""

    def all(self) -> Sequence[Room]:
        """Return every room, by id."""

    def participants(self, room_id: int) -> Sequence[Participant]:
        """Return who is in the room now, in order of arrival."""

    def hosts(self, room_id: int) -> frozenset[int]:
        """Return who leads a stage, its host and co-hosts; of another room nobody does."""

    def heard_at(self, room_id: int) -> str | None:
        """Return the address at which anybody may hear a room now, without an account.

        None while nobody is in it, while it is a stage that is not open, or not public.
        """

    async def open(  # noqa: PLR0913 each says what room it is
        self,
        name: str,
        *,
        kind: str = "talk",
        topic: str = "",
        temporary: bool = False,
        seats: int = 25,
        sound: RoomSound = "speech",
        overwrites: Sequence[Overwrite] = (),
        tag_ids: Sequence[int] = (),
        to_be_recorded: bool = False,
        host_ids: Sequence[int] = (),
        actor: Account | None = None,
    ) -> Room:
        """Make a room. Without an actor the plugin itself opens it.

        `overwrites` hold in it from its first moment on. A room of kind "stage" is led by
        `host_ids`, the host first and co-hosts after; it is not open until one of them opens it.
        Who follows one of `tag_ids` is told that it is open. `to_be_recorded`: people are told so
        before they come in; what records reads it.
        """

    async def close(self, room_id: int) -> None:
        """End a room and its chat for everybody."""

    async def set_state(self, room_id: int, state: dict[str, Any] | None) -> None:
        """Replace the plugin's part of the room's live state; sent to all who may see the room.

        At most 64 KiB of JSON. Kept in memory: after a restart the plugin sets it again.
        """

    async def silence(self, room_id: int, account_id: int, *, silenced: bool) -> None:
        """Mute somebody as a host would; enforced by the relay."""

    async def attach(
        self, room_id: int, sink: AudioSink, *, capacity_packets: int = 25
    ) -> Attachment:
        """Let a sink hear the room. A slow sink loses the oldest, counted; nobody waits for it.

        `voice.owner` in what the sink gets is the account's id as text.
        """

    async def attach_samples(
        self,
        room_id: int,
        sink: SampleSink,
        *,
        rate_hz: int = 16_000,
        account_ids: Collection[int] | None = None,
        capacity_packets: int = 25,
    ) -> Attachment:
        """Let a sink hear decoded samples at 16,000 or 48,000 Hz, in mono, voice by voice.

        `account_ids`: only these people's. Decoded in a process that runs while anybody listens.
        A slow sink loses the oldest, counted. Close it when the room closes.
        Raises NotFound, Conflict, Invalid, Unavailable.
        """

    async def watch_levels(self, room_id: int, sink: LevelSink) -> Attachment:
        """Tell a sink five times a second how loud people are. Raises NotFound, Conflict.

        Costs next to nothing: no sound comes to the plugin. Close it when the room closes.
        """

    async def caption(self, room_id: int) -> Captioning:
        """Begin captions in a room, which everybody who sees it is told.

        They end with the room or with the plugin. Raises NotFound, Conflict (it has captions).
        """

    async def open_source(self, room_id: int, *, as_account: Account) -> Source:
        """Speak in a room as an account. Raises NotFound."""

    async def play(
        self, room_id: int, track: Track, *, as_account: Account, music: bool = False
    ) -> Playing:
        """Play a track into a room as an account. Raises NotFound, Conflict, Invalid.

        It is coded here, in a thread: a voice in mono at 32 kbit/s, or `music` in stereo at 96.
        Runs as a task of the plugin: what the track raises is counted as a fault of the plugin and
        raised by `Playing.ended`.
        """
