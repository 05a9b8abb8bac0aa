"""The `Salon` each plugin receives: the server in its name, with its prefix, and nothing else.

The parts refer to services that exist only once the server is composed; `Services` is that set.
"""

from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import orjson

from salon.clock import Clock
from salon.domain.accounts import Account, AccountKind, Community
from salon.domain.audit import Target, plain
from salon.domain.blocks import Way
from salon.domain.channels import Category, Channel
from salon.domain.events import Only, PluginEvent, Scope
from salon.domain.messages import Message
from salon.domain.permissions import VIEW, Overwrite, Role
from salon.domain.push import News
from salon.domain.rooms import SPEECH, TALK, Participant, Room, RoomSound
from salon.domain.sanctions import Sanction, SanctionKind
from salon.domain.tags import Tag
from salon.errors import Invalid, NotFound
from salon.host import Host
from salon.ids import Ids
from salon.plugin.salon import Attachment, Captioning, LevelSink, Playing, Source, Track
from salon.relay.audio import SINK_PACKETS, SPEECH_RATE_HZ, AudioSink, SampleSink
from salon.relay.control import Relay
from salon.services.access import Access
from salon.services.accounts import Accounts
from salon.services.announcer import Announcer
from salon.services.applications import Applications
from salon.services.arranging import Arranging
from salon.services.audit import Audit
from salon.services.captions import Captions
from salon.services.channels import Channels
from salon.services.conversations import Conversations
from salon.services.deletions import Deletions
from salon.services.directory import Directory
from salon.services.doctor import Doctor
from salon.services.exports import Exports
from salon.services.faces import Faces
from salon.services.files import Files
from salon.services.former_texts import FormerTexts
from salon.services.guests import Guests
from salon.services.house_rules import HouseRules
from salon.services.inbox import Inbox
from salon.services.jobs import Jobs
from salon.services.leaving import Leaving
from salon.services.link_cards import LinkCards
from salon.services.link_pictures import LinkPictures
from salon.services.listening import Listening
from salon.services.live import Live
from salon.services.live_reactions import LiveReactions
from salon.services.mail import Mail
from salon.services.measures import Measures
from salon.services.messages import SHOWN_AS_MAX, Messages
from salon.services.names import display_name
from salon.services.own_emoji import OwnEmoji
from salon.services.participants import Participants
from salon.services.passkeys import Passkeys
from salon.services.pins import Pins
from salon.services.plugin_pushes import PluginPushes
from salon.services.presence import Presence
from salon.services.privacy import PrivacyChoices
from salon.services.profiles import Profiles
from salon.services.push import Push
from salon.services.push_devices import PushDevices
from salon.services.reactions import Reactions
from salon.services.roles import Roles
from salon.services.room_entry import RoomEntry
from salon.services.room_keeping import RoomKeeping
from salon.services.room_pictures import RoomPictures
from salon.services.rooms import Rooms
from salon.services.sanctions import Sanctions
from salon.services.search import Search
from salon.services.search_sources import SearchSources
from salon.services.second_step import SecondStep
from salon.services.sessions import Sessions
from salon.services.slash_commands import SlashCommands
from salon.services.sound import Sound
from salon.services.stages import Stages
from salon.services.tags import TagKeeping
from salon.services.tags_told import TagsTold
from salon.services.threads import Threads
from salon.services.trials import Trials
from salon.services.undoing import Undoing
from salon.store import kv
from salon.store.base import Transaction
from salon.store.database import TooSlow
from salon.store.jobs import State
from salon.store.sanctions import Wanted
from salon.store.store import Store

T = TypeVar("T")

ACTION_MAX = 64
KIND_MAX = 32
TARGET_MAX = 64
KEY_MAX = 128
VALUE_MAX_BYTES = 65_536
BODY_MAX_BYTES = 65_536


class Pages(Protocol):
    """What the web gives to plugins: templates and the addresses of their files."""

    async def render(self, plugin: str, template: str, facts: dict[str, Any]) -> str: ...

    def asset(self, plugin: str, source: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a plugin's view of the server is made of."""

    store: Store
    directory: Directory
    access: Access
    announcer: Announcer
    accounts: Accounts
    applications: Applications
    guests: Guests
    house_rules: HouseRules
    audit: Audit
    undoing: Undoing
    sessions: Sessions
    second_step: SecondStep
    passkeys: Passkeys
    mail: Mail
    sanctions: Sanctions
    roles: Roles
    channels: Channels
    arranging: Arranging
    conversations: Conversations
    privacy: PrivacyChoices
    profiles: Profiles
    messages: Messages
    deletions: Deletions
    pins: Pins
    reactions: Reactions
    live_reactions: LiveReactions
    captions: Captions
    own_emoji: OwnEmoji
    inbox: Inbox
    former_texts: FormerTexts
    slash_commands: SlashCommands
    files: Files
    exports: Exports
    leaving: Leaving
    threads: Threads
    faces: Faces
    presence: Presence
    search: Search
    search_sources: SearchSources
    rooms: Rooms
    room_entry: RoomEntry
    listening: Listening
    room_pictures: RoomPictures
    room_keeping: RoomKeeping
    stages: Stages
    participants: Participants
    trials: Trials
    doctor: Doctor
    live: Live
    sound: Sound
    measures: Measures
    link_cards: LinkCards
    link_pictures: LinkPictures
    push_devices: PushDevices
    push: Push
    plugin_pushes: PluginPushes
    tags: TagKeeping
    tags_told: TagsTold
    jobs: Jobs
    host: Host
    relay: Relay
    clock: Clock
    ids: Ids
    pages: Pages
    base_url: Callable[[], str]
    data_directory: Path


class Facade:
    """One plugin's view of the server."""

    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services
        self.accounts = _Accounts(plugin, services)
        self.audit = _Audit(plugin, services)
        self.channels = _Channels(plugin, services)
        self.messages = _Messages(plugin, services)
        self.rooms = _Rooms(plugin, services)
        self.tags = _Tags(services)
        self.link_pictures = services.link_pictures
        self.db = _Database(plugin, services)
        self.kv = _KeyValues(plugin, services)
        self.jobs = _Jobs(plugin, services)
        self.clock = services.clock

    @property
    def community(self) -> Community:
        return self._services.directory.community

    @property
    def base_url(self) -> str:
        return self._services.base_url()

    @property
    def data_directory(self) -> Path:
        directory = self._services.data_directory / "plugin-data" / self._plugin
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return directory

    def new_id(self) -> int:
        return self._services.ids.new(self._services.clock.now())

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        self._services.host.spawn(self._plugin, work, name=name)

    def spawn_forever(self, work: Callable[[], Coroutine[Any, Any, None]], *, name: str) -> None:
        self._services.host.spawn_forever(self._plugin, work, name=name)

    async def announce(
        self, name: str, scope: Scope, body: dict[str, Any], *, by: Account | None = None
    ) -> None:
        _check_size(body, BODY_MAX_BYTES)
        if isinstance(scope, Only) and not _reaches(self._services, by, scope.account_id):
            return
        self._services.announcer.tell(PluginEvent(f"{self._plugin}.{name}", scope, body))

    async def render(self, template: str, **facts: Any) -> str:
        return await self._services.pages.render(self._plugin, template, facts)

    def asset(self, source: str) -> str:
        return self._services.pages.asset(self._plugin, source)


class _Accounts:
    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services

    def get(self, account_id: int) -> Account | None:
        return self._services.directory.account(account_id)

    def by_handle(self, handle: str) -> Account | None:
        return self._services.directory.by_handle(handle)

    def all(self) -> Sequence[Account]:
        return self._services.directory.accounts()

    def may(self, account: Account, permission: str, place_id: int | None = None) -> bool:
        directory = self._services.directory
        if place_id is not None and place_id not in directory.rooms:
            _check_given(self._plugin, self._services, place_id)
        return directory.may(account, permission, place_id)

    def roles(self) -> Sequence[Role]:
        roles = self._services.directory.roles.values()
        return sorted(roles, key=lambda role: (-role.position, role.id))

    async def create_bot(self, handle: str, display_name: str) -> Account:
        return await self._services.accounts.create_bot(handle, display_name)

    async def remove_bot(self, account_id: int) -> None:
        await self._services.accounts.remove_bot(account_id)

    def show_here(self, bot_ids: Collection[int]) -> None:
        known = map(self._services.directory.account, bot_ids)
        bots = [bot.id for bot in known if bot is not None and bot.kind is AccountKind.BOT]
        self._services.presence.show_bots(self._plugin, bots)

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
        return await self._services.sanctions.impose(
            by, account_id, kind, until=until, reason=reason, take_back=take_back
        )

    async def lift(self, account_id: int, kind: SanctionKind, *, by: Account | None) -> Account:
        return await self._services.sanctions.lift(by, account_id, kind)

    async def sanctions(
        self,
        by: Account,
        *,
        kind: SanctionKind,
        account_id: int | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[Sanction]:
        wanted = Wanted([kind], before, limit, account_id, holding=True)
        return await self._services.sanctions.page(by, wanted)

    async def push(self, account_id: int, news: News, *, by: Account | None = None) -> None:
        if _reaches(self._services, by, account_id):
            self._services.plugin_pushes.push(self._plugin, account_id, news)

    async def end_sessions(self, account_id: int) -> None:
        await self._services.sessions.end_all(account_id)


class _Audit:
    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services

    async def record(
        self, actor: Account | None, action: str, *, kind: str, target_id: str, name: str
    ) -> None:
        deed = f"{self._plugin}.{action}"
        if len(deed) > ACTION_MAX or len(kind) > KIND_MAX or len(target_id) > TARGET_MAX:
            raise Invalid("An action has 64 characters at most, a kind 32, an id 64.")
        await self._services.audit.record(actor, deed, Target(kind, target_id, plain(name)))


class _Channels:
    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services

    def get(self, channel_id: int) -> Channel | None:
        channel = self._services.directory.outline(channel_id)
        is_given = channel is not None and _is_given(self._plugin, self._services, channel)
        return channel if is_given else None

    def visible_to(self, account: Account) -> Sequence[Channel]:
        directory = self._services.directory
        seen = [c for c in directory.channels.values() if directory.may(account, VIEW, c.id)]
        return sorted(seen, key=lambda channel: (channel.position, channel.id))

    def categories(self) -> Sequence[Category]:
        categories = self._services.directory.categories.values()
        return sorted(categories, key=lambda category: (category.position, category.id))

    async def create(self, name: str, *, topic: str = "", actor: Account) -> Channel:
        return await self._services.channels.create(actor, name, topic=topic)


class _Messages:
    """Of a conversation that the plugin is not given, every answer is that there is none."""

    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services

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
        _check_given(self._plugin, self._services, channel_id)
        name = None if shown_as is None else display_name(shown_as[: SHOWN_AS_MAX * 4])
        return await self._services.messages.post(
            as_account,
            channel_id,
            text,
            nonce=nonce,
            reply_to_id=reply_to_id,
            shown_as=name,
        )

    async def edit(self, message_id: int, text: str, *, as_account: Account) -> Message:
        await self._find(message_id, as_account)
        return await self._services.messages.edit(as_account, message_id, text)

    async def delete(self, message_id: int, *, as_account: Account) -> None:
        await self._find(message_id, as_account)
        await self._services.deletions.delete(as_account, message_id)

    async def get(self, message_id: int, *, actor: Account) -> Message:
        return await self._find(message_id, actor)

    async def history(
        self,
        channel_id: int,
        *,
        actor: Account,
        before: int | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> Sequence[Message]:
        _check_given(self._plugin, self._services, channel_id)
        found = await self._services.messages.history(
            actor, channel_id, before=before, after=after, limit=limit
        )
        return tuple(found.page.messages)

    async def typing(self, channel_id: int, *, as_account: Account) -> None:
        _check_given(self._plugin, self._services, channel_id)
        await self._services.presence.typing(as_account, channel_id)

    async def _find(self, message_id: int, actor: Account) -> Message:
        message = await self._services.messages.get(actor, message_id)
        channel = self._services.directory.outline(message.channel_id)
        if channel is None or not _is_given(self._plugin, self._services, channel):
            raise NotFound("There is no such message.", field="message", reason="no_message")
        return message


class _Rooms:
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


class _Tags:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def named(self, names: Sequence[str], *, actor: Account) -> Sequence[int]:
        return await self._services.tags.named(actor, names)

    def shown(self, tag_ids: Sequence[int]) -> Sequence[Tag]:
        return self._services.tags.shown(tag_ids)


class _Database:
    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services

    async def write(self, work: Callable[[Transaction], T]) -> T:
        try:
            return await self._services.store.write_as_plugin(self._plugin, work)
        except TooSlow as error:
            raise self._services.host.count_fault(self._plugin, "write", error) from error

    async def read(self, work: Callable[[Any], T]) -> T:
        try:
            return await self._services.store.read_within(work)
        except TooSlow as error:
            raise self._services.host.count_fault(self._plugin, "read", error) from error


class _KeyValues:
    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._store = services.store

    async def get(self, key: str) -> Any:
        return await self._store.read(lambda c: kv.get(c, self._plugin, key))

    async def set(self, key: str, value: Any) -> None:
        if not 0 < len(key) <= KEY_MAX:
            raise Invalid(f"A key has 1 to {KEY_MAX} characters.", field="key")
        _check_size(value, VALUE_MAX_BYTES)
        await self._store.write(lambda tx: kv.put(tx, self._plugin, key, value))

    async def keys(self, prefix: str = "") -> Sequence[str]:
        return await self._store.read(lambda c: kv.keys(c, self._plugin, prefix))


class _Jobs:
    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services

    async def enqueue(
        self, name: str, payload: dict[str, Any], *, run_at: datetime | None = None
    ) -> int:
        _check_size(payload, VALUE_MAX_BYTES)
        return await self._services.jobs.enqueue(self._plugin, name, payload, run_at)

    async def state(self, job_id: int) -> State | None:
        return await self._services.jobs.state(self._plugin, job_id)


def _is_given(plugin: str, services: Services, channel: Channel) -> bool:
    """Whether a plugin may know of a channel: of what is between people it has to say so."""
    if services.directory.is_for_plugins(channel):
        return True
    return services.host.has_capability(plugin, "conversations")


def _reaches(services: Services, by: Account | None, account_id: int) -> bool:
    return by is None or services.directory.reaches(Way.NOTICE, by.id, account_id)


def _check_given(plugin: str, services: Services, channel_id: int) -> None:
    """Raise NotFound where there is no channel for the plugin."""
    channel = services.directory.outline(channel_id)
    if channel is None or not _is_given(plugin, services, channel):
        raise NotFound("There is no such channel.", field="channel", reason="no_channel")


def _check_size(value: Any, most_bytes: int) -> None:
    try:
        size = len(orjson.dumps(value))
    except TypeError as error:
        raise Invalid(f"This cannot be written as JSON: {error}.") from error
    if size > most_bytes:
        raise Invalid(f"This has {size} bytes as JSON, at most {most_bytes} fit.")
