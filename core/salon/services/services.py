"""Every service of a composed server, by name: what the web and the plugins' views are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from salon.clock import Clock
from salon.files.objects import S3
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
from salon.services.messages import Messages
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
    objects: S3 | None
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
    rooms_told: RoomsTold
    jobs: Jobs
    host: Host
    relay: Relay
    clock: Clock
    ids: Ids
    pages: Pages
    base_url: Callable[[], str]
    data_directory: Path
