"""One class per thing that can happen.

One name, three spellings: class `MessagePosted`, hook `message_posted`, wire `message.posted`.
A *durable* event gets a `seq` inside the commit that makes it true, stands in the event log and is
replayed to whoever was away. An *ephemeral* one (typing, speaking, who sits where) has none: it is
told to those who are here, and whoever comes back is told the present state instead.

`scope` says who may ever see it; it is asked again for each receiver when the event is delivered.
"""

from salon.domain.events.accounts import (
    AccountChanged,
    AccountCreated,
    AccountSuspended,
    ApplicationsChanged,
    PresenceChanged,
    RulesRead,
    SecondStepChanged,
)
from salon.domain.events.attention import InboxDone, LevelChanged
from salon.domain.events.base import (
    Event,
    Everyone,
    FormerPlace,
    Holders,
    Only,
    OnlySession,
    Place,
    Scope,
    Section,
)
from salon.domain.events.channels import (
    CategoryChanged,
    CategoryDeleted,
    ChannelChanged,
    ChannelCreated,
    ChannelDeleted,
)
from salon.domain.events.community import CommunityChanged, RoleChanged, RoleDeleted
from salon.domain.events.conversations import (
    ConversationChanged,
    ConversationLeft,
    PrivacyChanged,
    ThreadChanged,
    ThreadDeleted,
    ThreadFollowed,
)
from salon.domain.events.emoji import EmojiChanged, EmojiRemoved
from salon.domain.events.link_cards import LinkCardsChanged
from salon.domain.events.messages import (
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessagePosted,
    MessagesDeleted,
    MessageUnpinned,
    ReadMoved,
    TypingStarted,
)
from salon.domain.events.reactions import ReactionChanged
from salon.domain.events.rooms import (
    RoomCaptioned,
    RoomChanged,
    RoomClosed,
    RoomLive,
    RoomOpened,
    RoomReacted,
    RoomStateChanged,
)
from salon.domain.events.server import PluginEvent, PluginsChanged, ServerStopping
from salon.domain.events.tags import TagChanged, TagFollowed
from salon.domain.events.voice import (
    ParticipantChanged,
    ParticipantJoined,
    ParticipantLeft,
    SlotsChanged,
    SpeakingChanged,
    VisitorsChanged,
    VoiceCalled,
    VoiceMoved,
    VoiceMoving,
    VoiceRuled,
)

__all__ = [
    "AccountChanged",
    "AccountCreated",
    "AccountSuspended",
    "ApplicationsChanged",
    "CategoryChanged",
    "CategoryDeleted",
    "ChannelChanged",
    "ChannelCreated",
    "ChannelDeleted",
    "CommunityChanged",
    "ConversationChanged",
    "ConversationLeft",
    "EmojiChanged",
    "EmojiRemoved",
    "Event",
    "Everyone",
    "FormerPlace",
    "Holders",
    "InboxDone",
    "LevelChanged",
    "LinkCardsChanged",
    "MessageDeleted",
    "MessageEdited",
    "MessagePinned",
    "MessagePosted",
    "MessageUnpinned",
    "MessagesDeleted",
    "Only",
    "OnlySession",
    "ParticipantChanged",
    "ParticipantJoined",
    "ParticipantLeft",
    "Place",
    "PluginEvent",
    "PluginsChanged",
    "PresenceChanged",
    "PrivacyChanged",
    "ReactionChanged",
    "ReadMoved",
    "RoleChanged",
    "RoleDeleted",
    "RoomCaptioned",
    "RoomChanged",
    "RoomClosed",
    "RoomLive",
    "RoomOpened",
    "RoomReacted",
    "RoomStateChanged",
    "RulesRead",
    "Scope",
    "SecondStepChanged",
    "Section",
    "ServerStopping",
    "SlotsChanged",
    "SpeakingChanged",
    "TagChanged",
    "TagFollowed",
    "ThreadChanged",
    "ThreadDeleted",
    "ThreadFollowed",
    "TypingStarted",
    "VisitorsChanged",
    "VoiceCalled",
    "VoiceMoved",
    "VoiceMoving",
    "VoiceRuled",
]
