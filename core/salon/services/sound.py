"""What plugins hear and say in rooms: sinks of packets, levels, voices of their own.

A plugin's code runs behind the host's guard and from a buffer of its own: one that fails or stands
still loses what it was to hear, counted, and nobody else notices.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from salon.domain.accounts import Account
from salon.domain.rooms import RoomLevels
from salon.errors import Conflict, NotFound
from salon.host import Host
from salon.plugin.rooms import Attachment, LevelSink, Source, Track
from salon.relay.audio import PACKET_SAMPLES, AudioSink, SampleSink
from salon.relay.control import LevelsHeard, Relay, RelayEvent
from salon.relay.control import Source as RelaySource
from salon.relay.decoding import Decoding
from salon.relay.taps import Tap
from salon.services.directory import Directory
from salon.services.live import Live, LiveRoom
from salon.services.participants import Participants

if TYPE_CHECKING:
    from salon.relay.tracks import Playing

SINK_BUDGET_S = 30.0
TRACKS_MAX = 16  # each is some percent of a core
LEVELS_WAITING = 5  # a second of them
SINKS_OF_LEVELS = 16


class Sound:
    """Owns who is told how loud people are, and keeps rooms open at the relay for plugins."""

    def __init__(
        self,
        *,
        directory: Directory,
        participants: Participants,
        live: Live,
        relay: Relay,
        decoding: Decoding,
        host: Host,
    ) -> None:
        self._directory = directory
        self._participants = participants
        self._live = live
        self._relay = relay
        self._decoding = decoding
        self._host = host
        self._playing: list[Playing] = []
        self._levels: dict[int, list[Tap[RoomLevels]]] = defaultdict(list)
        relay.listen(self._heard)

    async def attach(
        self, plugin: str, room_id: int, sink: AudioSink, *, capacity_packets: int
    ) -> Attachment:
        """Let a plugin's sink hear a room. Raises NotFound, Conflict, Invalid."""
        guarded = _Guarded(self._host, plugin, "audio sink", sink.receive)
        return await self._listening(
            room_id, lambda: self._relay.attach(room_id, guarded, capacity_packets=capacity_packets)
        )

    async def attach_samples(
        self,
        plugin: str,
        room_id: int,
        sink: SampleSink,
        *,
        rate_hz: int,
        account_ids: Collection[int] | None,
        capacity_packets: int,
    ) -> Attachment:
        """Let a plugin's sink hear samples. Raises NotFound, Conflict, Invalid, Unavailable."""
        guarded = _Guarded(self._host, plugin, "sample sink", sink.receive)
        owners = None if account_ids is None else {str(id_) for id_ in account_ids}

        async def attach() -> Attachment:
            return await self._decoding.attach(
                guarded,
                lambda packets: self._relay.attach(
                    room_id, packets, capacity_packets=capacity_packets
                ),
                rate_hz=rate_hz,
                owners=owners,
                capacity_packets=capacity_packets,
            )

        return await self._listening(room_id, attach)

    async def watch_levels(self, plugin: str, room_id: int, sink: LevelSink) -> Attachment:
        """Tell a plugin's sink how loud people in a room are. Raises NotFound, Conflict."""
        guarded = _Guarded(self._host, plugin, "level sink", sink.receive)
        return await self._listening(room_id, lambda: self._watch(room_id, guarded))

    async def open_source(self, room_id: int, account: Account) -> Source:
        """Give an account a voice without a peer. Raises NotFound, Conflict."""
        return await self._speaking(room_id, account)

    async def _speaking(self, room_id: int, account: Account) -> "_Speaking":
        live = self._known(room_id)
        await self._participants.open_relay_room(live)
        source = await self._relay.open_source(room_id, str(account.id))
        live.accounts_by_peer[source.peer_id] = account.id
        return _Speaking(source, live)

    async def play(
        self, plugin: str, room_id: int, track: Track, account: Account, *, music: bool
    ) -> "Playing":
        """Play a track in a task of the plugin's. Raises NotFound, Conflict, Invalid."""
        from salon.relay.tracks import check_audible  # with FFmpeg: only when something is played

        check_audible(track)
        source = await self._speaking(room_id, account)
        try:
            playing = self._playing_of(track, source, music=music)
            self._host.spawn(plugin, playing.run(), name=f"track in room {room_id}")
        except BaseException:
            await source.close()
            raise
        return playing

    def _playing_of(self, track: Track, source: RelaySource, *, music: bool) -> "Playing":
        from salon.relay.tracks import Playing

        self._playing = [one for one in self._playing if not one.is_over]
        if len(self._playing) >= TRACKS_MAX:
            raise Conflict(f"A server plays at most {TRACKS_MAX} tracks at once.")
        playing = Playing(track, source, music=music)
        self._playing.append(playing)
        return playing

    async def stop(self) -> None:
        """End what runs for sinks that nobody has closed."""
        await self._decoding.stop()

    def _known(self, room_id: int) -> LiveRoom:
        if room_id not in self._directory.rooms:
            raise NotFound("There is no such room.", reason="no_room")
        return self._live.room(room_id)

    async def _listening(
        self, room_id: int, attach: Callable[[], Awaitable[Attachment]]
    ) -> Attachment:
        """Attach something, with the room open at the relay for as long as it listens."""
        live = self._known(room_id)
        live.attachments += 1
        try:
            await self._participants.open_relay_room(live)
            return _Listening(await attach(), lambda: self._rest(room_id))
        except BaseException:
            await self._rest(room_id)
            raise

    async def _rest(self, room_id: int) -> None:
        live = self._live.known(room_id)
        if live is not None:
            live.attachments -= 1
            await self._participants.rest(live)

    # -- levels

    async def _watch(self, room_id: int, sink: "_Guarded") -> Attachment:
        if len(self._levels[room_id]) >= SINKS_OF_LEVELS:
            raise Conflict(f"A room has at most {SINKS_OF_LEVELS} sinks of levels.")
        tap: Tap[RoomLevels] = Tap(sink, LEVELS_WAITING, self._levels[room_id].remove)
        self._levels[room_id].append(tap)
        try:
            await self._relay.watch_levels(room_id, told=True)
        except BaseException:
            await self._unwatch(room_id, tap)
            raise
        return _Watching(tap, lambda: self._unwatch(room_id, tap))

    async def _unwatch(self, room_id: int, tap: Tap[RoomLevels]) -> None:
        await tap.close()
        if not self._levels[room_id]:
            del self._levels[room_id]
            await self._relay.watch_levels(room_id, told=False)

    def _heard(self, event: RelayEvent) -> None:
        if not isinstance(event, LevelsHeard) or event.room_id not in self._levels:
            return
        levels = RoomLevels(event.room_id, self._by_account(event))
        for tap in self._levels[event.room_id]:
            tap.put(levels)

    def _by_account(self, event: LevelsHeard) -> dict[int, int]:
        live = self._live.known(event.room_id)
        accounts = {} if live is None else live.accounts_by_peer
        levels: dict[int, int] = {}
        for peer_id, level_dbov in event.levels_dbov.items():
            account_id = accounts.get(peer_id)
            if account_id is not None:
                levels[account_id] = max(level_dbov, levels.get(account_id, level_dbov))
        return levels


class _Guarded:
    """A plugin's sink behind the host's guard: what it does wrong is its own fault."""

    def __init__(
        self, host: Host, plugin: str, what: str, receive: Callable[[Any], Awaitable[None]]
    ) -> None:
        self._host = host
        self._plugin = plugin
        self._what = what
        self._receive = receive

    async def receive(self, heard: Sequence[Any]) -> None:
        await self._host.feed(
            self._plugin, self._what, self._receive, heard, budget_s=SINK_BUDGET_S
        )


class _Listening:
    """An attachment that lets the room rest at the relay once it is closed."""

    def __init__(self, inner: Attachment, rest: Callable[[], Awaitable[None]]) -> None:
        self._inner = inner
        self._rest = rest
        self._is_open = True

    @property
    def dropped_packets(self) -> int:
        return self._inner.dropped_packets

    async def close(self) -> None:
        if self._is_open:
            self._is_open = False
            await self._inner.close()
            await self._rest()


class _Watching:
    """A tap of levels; with the last one of a room its meter goes."""

    def __init__(self, tap: Tap[RoomLevels], unwatch: Callable[[], Awaitable[None]]) -> None:
        self._tap = tap
        self._unwatch = unwatch

    @property
    def dropped_packets(self) -> int:
        return self._tap.dropped_packets

    async def close(self) -> None:
        await self._unwatch()


class _Speaking:
    """A source whose voice is known by its account while it is open."""

    def __init__(self, inner: RelaySource, live: LiveRoom) -> None:
        self._inner = inner
        self._live = live

    @property
    def peer_id(self) -> str:
        return self._inner.peer_id

    @property
    def is_open(self) -> bool:
        return self._inner.is_open

    def put(
        self, opus: bytes, *, samples: int = PACKET_SAMPLES, level_dbov: int | None = None
    ) -> None:
        self._inner.put(opus, samples=samples, level_dbov=level_dbov)

    async def close(self) -> None:
        await self._inner.close()
        self._live.accounts_by_peer.pop(self._inner.peer_id, None)
