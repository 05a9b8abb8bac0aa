"""The public API of Salon: everything a plugin may import, on one screen.

Whatever is not listed here may change without notice. `API_VERSION` is major.minor: a new hook,
argument, contribution or method raises the minor, a removal or a changed meaning the major.
"""

from salon.domain.accounts import Account, AccountKind, AccountState, Community, Invitation, SignUp
from salon.domain.captions import Caption
from salon.domain.channels import Category, Channel
from salon.domain.events import Everyone, Holders, Only, Place, Scope
from salon.domain.files import File, FileKind
from salon.domain.link_pictures import LinkPicture
from salon.domain.mentions import Mentions
from salon.domain.messages import Draft, Message
from salon.domain.permissions import Overwrite, Role
from salon.domain.push import News
from salon.domain.rooms import Participant, Room, RoomLevels
from salon.domain.sanctions import Sanction, SanctionKind
from salon.domain.search import folded
from salon.domain.tags import Tag
from salon.domain.verdicts import Amend, Deny
from salon.errors import Conflict, Denied, Invalid, NotFound, SalonError, TooMany, Unavailable
from salon.files.confinement import confine
from salon.files.objects import Objects
from salon.plugin.base import Payload, Plugin, PluginConfig
from salon.plugin.contributions import (
    Claim,
    CliCommand,
    ClientModule,
    Command,
    Job,
    PageFragment,
    Permission,
    RoomKind,
    Route,
    Schedule,
    SearchResult,
    SearchSource,
    SlashArgument,
    SlashCommand,
    body_parts,
)
from salon.plugin.hookspecs import hookimpl
from salon.plugin.rooms import Attachment, Captioning, LevelSink, Playing, Source, Track
from salon.plugin.salon import Salon
from salon.relay.audio import AudioPacket, AudioSink, SampleBlock, SampleSink, Voice
from salon.store.base import Transaction, plugin_metadata
from salon.strict_json import decode as decode_json

API_VERSION = "1.12"

__all__ = [
    "API_VERSION",
    "Account",
    "AccountKind",
    "AccountState",
    "Amend",
    "Attachment",
    "AudioPacket",
    "AudioSink",
    "Caption",
    "Captioning",
    "Category",
    "Channel",
    "Claim",
    "CliCommand",
    "ClientModule",
    "Command",
    "Community",
    "Conflict",
    "Denied",
    "Deny",
    "Draft",
    "Everyone",
    "File",
    "FileKind",
    "Holders",
    "Invalid",
    "Invitation",
    "Job",
    "LevelSink",
    "LinkPicture",
    "Mentions",
    "Message",
    "News",
    "NotFound",
    "Objects",
    "Only",
    "Overwrite",
    "PageFragment",
    "Participant",
    "Payload",
    "Permission",
    "Place",
    "Playing",
    "Plugin",
    "PluginConfig",
    "Role",
    "Room",
    "RoomKind",
    "RoomLevels",
    "Route",
    "Salon",
    "SalonError",
    "SampleBlock",
    "SampleSink",
    "Sanction",
    "SanctionKind",
    "Schedule",
    "Scope",
    "SearchResult",
    "SearchSource",
    "SignUp",
    "SlashArgument",
    "SlashCommand",
    "Source",
    "Tag",
    "TooMany",
    "Track",
    "Transaction",
    "Unavailable",
    "Voice",
    "body_parts",
    "confine",
    "decode_json",
    "folded",
    "hookimpl",
    "plugin_metadata",
]
