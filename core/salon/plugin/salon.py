"""`Salon`: what a plugin may ask of the server.

A plugin sees these protocols only; `services/facade` implements them, one instance per plugin,
so that names are prefixed, faults counted and a plugin cannot act in another one's name. All
methods raise SalonError children (see salon.plugin) for what can be refused.
"""

from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from salon.clock import Clock
from salon.domain.accounts import Account, Community
from salon.domain.captions import Caption
from salon.domain.channels import Category, Channel
from salon.domain.events import Scope
from salon.domain.link_pictures import LinkPicture
from salon.domain.messages import Message
from salon.domain.permissions import Overwrite, Role
from salon.domain.push import News
from salon.domain.rooms import Participant, Room, RoomLevels, RoomSound
from salon.domain.sanctions import Sanction, SanctionKind
from salon.domain.tags import Tag
from salon.files.objects import Objects
from salon.relay.audio import AudioSink, SampleSink
from salon.store.base import Transaction

T = TypeVar("T")


class Salon(Protocol):
    """The server, as one plugin may use it."""

    @property
    def accounts(self) -> "Accounts":
        """People and bots."""

    @property
    def audit(self) -> "Audit":
        """The record of deeds."""

    @property
    def channels(self) -> "Channels":
        """Text channels."""

    @property
    def messages(self) -> "Messages":
        """Messages, always for somebody."""

    @property
    def rooms(self) -> "Rooms":
        """Voice rooms."""

    @property
    def tags(self) -> "Tags":
        """What rooms and events are about."""

    @property
    def link_pictures(self) -> "LinkPictures":
        """Pictures that go along with links to the plugin's pages."""

    @property
    def db(self) -> "Database":
        """The plugin's own tables."""

    @property
    def kv(self) -> "KeyValues":
        """Small values."""

    @property
    def jobs(self) -> "Jobs":
        """Background work."""

    @property
    def objects(self) -> Objects | None:
        """The plugin's folder in object storage; None where the keeper has configured none."""

    @property
    def clock(self) -> Clock:
        """The server's time."""

    @property
    def community(self) -> Community:
        """The community as it is now."""

    @property
    def base_url(self) -> str:
        """Where people reach the server, without a slash at the end."""

    @property
    def data_directory(self) -> Path:
        """The plugin's own folder (mode 0700), made at first use; purged with the plugin."""

    def new_id(self) -> int:
        """Return a fresh id, sorted by time."""

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run a task until it ends or the server stops (then it has 5 s). A death is counted."""

    def spawn_forever(self, work: Callable[[], Coroutine[Any, Any, None]], *, name: str) -> None:
        """Like spawn, and started again with growing pauses when it dies."""

    async def announce(
        self, name: str, scope: Scope, body: dict[str, Any], *, by: Account | None = None
    ) -> None:
        """Tell clients `<plugin>.<name>` now; ephemeral. Durable ones go through `db.write`.

        `by`: who asks for the attention of one person (`Only`); whom that one blocks is not told.
        """

    async def render(self, template: str, **facts: Any) -> str:
        """Render a template of the plugin ("moderation/cases.html"), autoescaped."""

    def asset(self, source: str) -> str:
        """Return the hashed address of a bundled client file or a static file."""


class Accounts(Protocol):
    """People and bots."""

    def get(self, account_id: int) -> Account | None:
        """Return the account as it is now, or None."""

    def by_handle(self, handle: str) -> Account | None:
        """Return the account with this handle, in any case of letters, or None."""

    def all(self) -> Sequence[Account]:
        """Return all that are not deleted, by id."""

    def may(self, account: Account, permission: str, place_id: int | None = None) -> bool:
        """Whether the account holds a permission now, everywhere or at a channel or room.

        Raises NotFound where there is no such place.
        """

    def roles(self) -> Sequence[Role]:
        """Return all roles, the highest first; everyone's is the last."""

    async def create_bot(self, handle: str, display_name: str) -> Account:
        """Make an account of kind "bot". Raises Invalid, Conflict (handle taken)."""

    async def remove_bot(self, account_id: int) -> None:
        """End a bot's account and free its handle; what it wrote stays. Raises NotFound."""

    def show_here(self, bot_ids: Collection[int]) -> None:
        """Show these bots as here, and all others of the plugin as away: it has their lines.

        People are left out. Told at most once a second; a plugin shows none in `shutdown`.
        """

    async def impose(
        self,
        account_id: int,
        kind: SanctionKind,
        *,
        by: Account | None,
        until: datetime | None = None,
        reason: str = "",
        take_back: timedelta = timedelta(0),
    ) -> Account:
        """Put in time out, send away, suspend or ban; core state, in place of the one before.

        `until` None: until it is lifted; a time out has a time, a kick has none. `take_back`:
        a ban deletes what was written in so long a time before it, 7 days at most.
        Raises NotFound, Invalid, Denied (the owner, or somebody of the actor's rank or above).
        """

    async def lift(self, account_id: int, kind: SanctionKind, *, by: Account | None) -> Account:
        """End what holds of this kind. Raises NotFound, Denied."""

    async def sanctions(
        self,
        by: Account,
        *,
        kind: SanctionKind,
        account_id: int | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[Sanction]:
        """Return what holds of a kind, the newest first, those before an id. Raises Denied."""

    async def push(self, account_id: int, news: News, *, by: Account | None = None) -> None:
        """Tell somebody at their devices that take pushes, who asked to be told. Raises Invalid.

        `by`: who asks for their attention; if they block that person, nothing is told.

        Quiet hours hold, and devices that are not to be disturbed. When very many wait it is left
        out: what must not be lost is shown in the page as well.
        """

    async def end_sessions(self, account_id: int) -> None:
        """Sign the account out everywhere, sockets and voice included, within a second."""


class Audit(Protocol):
    """The record of deeds, which hosts read and nobody changes."""

    async def record(
        self, actor: Account | None, action: str, *, kind: str, target_id: str, name: str
    ) -> None:
        """Record that somebody did `<plugin>.<action>` with a thing of a kind, or the plugin did.

        `name` is what it is called at this moment. Raises Invalid.
        """


class Channels(Protocol):
    """Text channels. Conversations between people are for plugins that declare it, see Plugin."""

    def get(self, channel_id: int) -> Channel | None:
        """Return the channel, thread or conversation as it is now, or None.

        A thread that was put away has no name here, unless somebody looked at it just now.
        """

    def visible_to(self, account: Account) -> Sequence[Channel]:
        """Return the channels the account may view now, in order."""

    def categories(self) -> Sequence[Category]:
        """Return the headings that order channels and rooms, in order."""

    async def create(self, name: str, *, topic: str = "", actor: Account) -> Channel:
        """Make a channel. Raises Invalid, Denied."""


class Messages(Protocol):
    """Messages, always for somebody."""

    async def post(
        self,
        channel_id: int,
        text: str,
        *,
        as_account: Account,
        reply_to_id: int | None = None,
        shown_as: str | None = None,
        nonce: str | None = None,
    ) -> Message:
        """Post like that account would; hooks are asked. Raises NotFound, Denied, Invalid."""

    async def edit(self, message_id: int, text: str, *, as_account: Account) -> Message:
        """Change one's own message. Raises NotFound, Denied, Invalid."""

    async def delete(self, message_id: int, *, as_account: Account) -> None:
        """Delete one's own message, or another's with `message.manage`."""

    async def get(self, message_id: int, *, actor: Account) -> Message:
        """Return a message the actor may read. Raises NotFound."""

    async def history(
        self,
        channel_id: int,
        *,
        actor: Account,
        before: int | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> Sequence[Message]:
        """Return a page, oldest first. Raises NotFound."""

    async def typing(self, channel_id: int, *, as_account: Account) -> None:
        """Show that the account is writing. Raises NotFound, Denied."""


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


class Tags(Protocol):
    """What rooms and events are about, in a word or two; people read "topic" and follow them."""

    async def named(self, names: Sequence[str], *, actor: Account) -> Sequence[int]:
        """Return the ids of tags by their names, at most three; new names make new tags.

        Keep the ids: a tag may be called otherwise later, or become another.
        Raises Invalid, Conflict, TooMany.
        """

    def shown(self, tag_ids: Sequence[int]) -> Sequence[Tag]:
        """Return what these ids stand for now; what is hidden or gone is left out."""


class LinkPictures(Protocol):
    """PNG of 1200 by 630 pixels in the community's colour, for pages that everybody may read."""

    def address(self, picture: LinkPicture) -> str:
        """Return 16 letters that change with what is on it, for its address. Raises Invalid."""

    async def png(self, picture: LinkPicture) -> bytes:
        """Return the picture, drawn or kept. Raises Invalid, Unavailable when many wait."""


class Database(Protocol):
    """The plugin's own tables, migrated from its `migrations/` folder."""

    @property
    def version(self) -> int:
        """How often the plugin has written since the server began.

        Read it before the tables: what was made of them then holds while it stays the same.
        """

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run a short synchronous function in a transaction of its own and return after COMMIT.

        Interrupted and rolled back after 200 ms of work, which counts as a fault. `tx.connection`
        is a SQLAlchemy connection; `tx.announce(name, scope, body)` makes a durable event of it.
        """

    async def read(self, work: Callable[[Any], T]) -> T:
        """Run a synchronous function on a read-only connection in a thread of its own."""


class KeyValues(Protocol):
    """A handful of values without a table: at most 1,000 keys of 64 KiB JSON."""

    async def get(self, key: str) -> Any:
        """Return the value, or None."""

    async def set(self, key: str, value: Any) -> None:
        """Keep a JSON value; None forgets it."""

    async def keys(self, prefix: str = "") -> Sequence[str]:
        """Return the keys, sorted."""


class Jobs(Protocol):
    """Background work that survives a restart."""

    async def enqueue(
        self, name: str, payload: dict[str, Any], *, run_at: datetime | None = None
    ) -> int:
        """Put a declared job in the queue and return its id."""

    async def state(self, job_id: int) -> Literal["waiting", "running", "done", "failed"] | None:
        """Return how far a job is; None when it is not known (done jobs are kept a day)."""
