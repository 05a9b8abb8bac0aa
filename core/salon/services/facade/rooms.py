"""What a plugin sees of rooms and of their sound."""

from collections.abc import Collection, Sequence
from typing import Any

from salon.domain.accounts import Account
from salon.domain.permissions import Overwrite
from salon.domain.rooms import SPEECH, TALK, Participant, Room, RoomSound
from salon.plugin.rooms import Attachment, Captioning, LevelSink, Playing, Source, Track
from salon.relay.audio import SINK_PACKETS, SPEECH_RATE_HZ, AudioSink, SampleSink
from salon.services.services import Services


class PluginRooms:
    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services

    def get(self, room_id: int) -> Room | None:
        return self._services.directory.rooms.get(room_id)

    def all(self) -> Sequence[Room]:
        return sorted(self._services.directory.rooms.values(), key=lambda room: room.id)

    def participants(self, room_id: int) -> Sequence[Participant]:
        found = self._services.participants.all(room_id)
        return sorted(found, key=lambda participant: participant.joined_at)

    def hosts(self, room_id: int) -> frozenset[int]:
        return self._services.stages.hosts_of(room_id)

    def heard_at(self, room_id: int) -> str | None:
        room = self._services.directory.rooms.get(room_id)
        if room is None or not self._services.listening.is_heard(room_id):
            return None
        return f"{self._services.base_url()}/listen/{room.slug}"

    async def open(  # noqa: PLR0913 each says what room it is
        self,
        name: str,
        *,
        kind: str = TALK,
        topic: str = "",
        temporary: bool = False,
        seats: int = 25,
        sound: RoomSound = SPEECH,
        overwrites: Sequence[Overwrite] = (),
        tag_ids: Sequence[int] = (),
        to_be_recorded: bool = False,
        host_ids: Sequence[int] = (),
        actor: Account | None = None,
    ) -> Room:
        return await self._services.rooms.open(
            actor,
            name,
            kind=kind,
            topic_text=topic,
            temporary=temporary,
            seats=seats,
            sound=sound,
            overwrites=overwrites,
            tag_ids=[tag.id for tag in self._services.tags.shown(tag_ids)],
            to_be_recorded=to_be_recorded,
            host_ids=host_ids,
        )

    async def close(self, room_id: int) -> None:
        await self._services.rooms.close(None, room_id)

    async def set_state(self, room_id: int, state: dict[str, Any] | None) -> None:
        self._services.rooms.set_state(room_id, self._plugin, state)

    async def silence(self, room_id: int, account_id: int, *, silenced: bool) -> None:
        await self._services.participants.silence(None, room_id, account_id, silenced=silenced)

    async def attach(
        self, room_id: int, sink: AudioSink, *, capacity_packets: int = SINK_PACKETS
    ) -> Attachment:
        return await self._services.sound.attach(
            self._plugin, room_id, sink, capacity_packets=capacity_packets
        )

    async def attach_samples(
        self,
        room_id: int,
        sink: SampleSink,
        *,
        rate_hz: int = SPEECH_RATE_HZ,
        account_ids: Collection[int] | None = None,
        capacity_packets: int = SINK_PACKETS,
    ) -> Attachment:
        return await self._services.sound.attach_samples(
            self._plugin,
            room_id,
            sink,
            rate_hz=rate_hz,
            account_ids=account_ids,
            capacity_packets=capacity_packets,
        )

    async def watch_levels(self, room_id: int, sink: LevelSink) -> Attachment:
        return await self._services.sound.watch_levels(self._plugin, room_id, sink)

    async def caption(self, room_id: int) -> Captioning:
        return self._services.captions.begin(self._plugin, room_id)

    async def open_source(self, room_id: int, *, as_account: Account) -> Source:
        return await self._services.sound.open_source(room_id, as_account)

    async def play(
        self, room_id: int, track: Track, *, as_account: Account, music: bool = False
    ) -> Playing:
        return await self._services.sound.play(
            self._plugin, room_id, track, as_account, music=music
        )
