"""Lets those hear of each other who must: what ends here ends there."""

from salon.domain.accounts import AccountState
from salon.domain.events import (
    AccountChanged,
    ChannelDeleted,
    CommunityChanged,
    ConversationLeft,
    Event,
    MessageDeleted,
    MessagesDeleted,
    PrivacyChanged,
    RoomClosed,
    ThreadDeleted,
)
from salon.services.erasing import Erasing
from salon.services.notices import Notices
from salon.services.services import Services

LEAVES_FILES = (
    MessageDeleted,
    MessagesDeleted,
    ChannelDeleted,
    ThreadDeleted,
    ConversationLeft,
    RoomClosed,
)


def connect(services: Services, notices: Notices) -> None:
    """Connect them, once."""
    directory, participants = services.directory, services.participants
    known_version = directory.access_version

    def happened(event: Event) -> None:
        nonlocal known_version
        notices.happened(event)
        services.link_cards.happened(event)
        services.push.happened(event)
        services.rooms_told.happened(event)
        if known_version != directory.access_version:
            known_version = directory.access_version
            participants.access_changed()
            services.listening.access_changed()
        if isinstance(event, AccountChanged) and event.account.state is AccountState.DELETED:
            services.stages.keeping.forget(event.account.id)
        if isinstance(event, CommunityChanged | PrivacyChanged):
            services.listening.access_changed()
        if isinstance(event, PrivacyChanged):
            services.presence.changed()
        if isinstance(event, RoomClosed):
            services.captions.over(event.room.id)
        if isinstance(event, LEAVES_FILES):
            services.files.look_soon()

    services.announcer.when_committed(happened)
    services.sessions.listen(services.announcer.close_sessions)
    services.sessions.listen(participants.revoked)
    services.sessions.listen(services.trials.session_ended)
    services.sessions.listen(services.push_devices.session_ended)
    Erasing(services)  # the queue keeps it
