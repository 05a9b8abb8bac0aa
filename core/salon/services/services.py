"""Every service of a composed server, by name: what the web and the plugins' views are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from salon.clock import Clock
from salon.files.objects import S3
from salon.files.storage import LocalDisk
from salon.host import Host
from salon.ids import Ids
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
from salon.services.evenings import Evenings
from salon.services.exports import Exports
from salon.services.faces import Faces
from salon.services.files import Files
from salon.services.former_texts import FormerTexts
from salon.services.guests import Guests
from salon.services.house_rules import HouseRules
from salon.services.inbox import Inbox
from salon.services.job_keeping import JobKeeping
from salon.services.jobs import Jobs
from salon.services.leaving import Leaving
from salon.services.link_cards import LinkCards
from salon.services.link_pictures import LinkPictures
from salon.services.listening import Listening
from salon.services.live import Live
from salon.services.live_reactions import LiveReactions
from salon.services.mail import Mail
from salon.services.measures import Measures
from salon.services.messages import Messages
from salon.services.overview import Overview
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
from salon.services.rooms_told import RoomsTold
from salon.services.sanctions import Sanctions
from salon.services.search import Search
from salon.services.search_sources import SearchSources
from salon.services.second_step import SecondStep
from salon.services.sessions import Sessions
from salon.services.slash_commands import SlashCommands
from salon.services.sound import Sound
from salon.services.stage_waiting import StageWaiting
from salon.services.stages import Stages
from salon.services.tags import TagKeeping
from salon.services.threads import Threads
from salon.services.trials import Trials
from salon.services.undoing import Undoing
from salon.store.store import Store


class Pages(Protocol):
    """What the web gives to plugins: templates and the addresses of their files."""

    async def render(self, plugin: str, template: str, facts: dict[str, Any]) -> str: ...

    def asset(self, plugin: str, source: str) -> str: ...


@dataclass(frozen=True, kw_only=True)
class FileServices:
    """Contents of files, on this machine and elsewhere."""

    storage: LocalDisk
    objects: S3 | None
    files: Files


@dataclass(frozen=True, kw_only=True)
class PeopleServices:
    """Who is here, how they come in and go, and what each says of themselves."""

    accounts: Accounts
    applications: Applications
    guests: Guests
    sessions: Sessions
    second_step: SecondStep
    passkeys: Passkeys
    mail: Mail
    sanctions: Sanctions
    privacy: PrivacyChoices
    profiles: Profiles
    faces: Faces
    exports: Exports
    leaving: Leaving
    presence: Presence


@dataclass(frozen=True, kw_only=True)
class CommunityServices:
    """What makes this server this one: its order, its rules, its record."""

    roles: Roles
    channels: Channels
    arranging: Arranging
    house_rules: HouseRules
    own_emoji: OwnEmoji
    audit: Audit
    undoing: Undoing


@dataclass(frozen=True, kw_only=True)
class TextServices:
    """What people write."""

    messages: Messages
    deletions: Deletions
    pins: Pins
    reactions: Reactions
    former_texts: FormerTexts
    conversations: Conversations
    threads: Threads
    inbox: Inbox
    slash_commands: SlashCommands
    link_cards: LinkCards
    link_pictures: LinkPictures
    search: Search
    search_sources: SearchSources


@dataclass(frozen=True, kw_only=True)
class RoomServices:
    """Rooms, who is in them, and their sound."""

    live: Live
    participants: Participants
    stages: Stages
    stage_waiting: StageWaiting
    tags: TagKeeping
    listening: Listening
    rooms: Rooms
    room_entry: RoomEntry
    room_keeping: RoomKeeping
    room_pictures: RoomPictures
    live_reactions: LiveReactions
    captions: Captions
    trials: Trials
    sound: Sound


@dataclass(frozen=True, kw_only=True)
class PushServices:
    """What reaches people who do not look."""

    push_devices: PushDevices
    push: Push
    plugin_pushes: PluginPushes
    rooms_told: RoomsTold


@dataclass(frozen=True, kw_only=True)
class Services(
    FileServices, PeopleServices, CommunityServices, TextServices, RoomServices, PushServices
):
    """Everything that a plugin's view of the server is made of."""

    store: Store
    directory: Directory
    access: Access
    announcer: Announcer
    doctor: Doctor
    measures: Measures
    evenings: Evenings
    overview: Overview
    jobs: Jobs
    job_keeping: JobKeeping
    host: Host
    relay: Relay
    clock: Clock
    ids: Ids
    pages: Pages
    base_url: Callable[[], str]
    data_directory: Path
