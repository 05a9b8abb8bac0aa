"""From events to plugins' notices: the one place that knows which event is which hook."""

from salon.domain.channels import Channel
from salon.domain.events import (
    AccountCreated,
    AccountSuspended,
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    MessagesDeleted,
    ParticipantJoined,
    ParticipantLeft,
    RoomClosed,
    RoomOpened,
    TypingStarted,
)
from salon.domain.messages import Message
from salon.domain.sanctions import SanctionKind
from salon.host import Host
from salon.services.directory import Directory

_MESSAGE_HOOKS = {MessagePosted.name: "message_posted", MessageEdited.name: "message_edited"}


class Notices:
    """Puts notices into the plugins' inboxes; never waits."""

    def __init__(self, host: Host, directory: Directory) -> None:
        self._host = host
        self._directory = directory

    def rooms_exist(self) -> None:
        """Tell of each room that exists; at start."""
        for room in self._directory.rooms.values():
            self._host.tell("room_opened", room=room)

    def happened(self, event: Event) -> None:
        """Tell plugins of one event, if there is a hook for it. Subclasses are told by name."""
        match event:
            case MessagePosted() if event.name in _MESSAGE_HOOKS:
                self._message(event)
            case MessageDeleted(message=message):
                self._deleted(message)
            case MessagesDeleted(messages=messages):
                for message in messages:
                    self._deleted(message)
            case AccountSuspended(kind=SanctionKind.WARNING):
                pass  # nothing follows from it
            case AccountSuspended(account=account):
                self._host.tell("account_suspended", account=account)
            case AccountCreated(account=account) if event.name == AccountCreated.name:
                self._host.tell("account_created", account=account)
            case _:
                self._of_rooms(event)

    def _of_rooms(self, event: Event) -> None:
        """Tell of rooms, and of what is true for a moment only."""
        match event:
            case RoomOpened(room=room) if event.name == RoomOpened.name:
                self._host.tell("room_opened", room=room)
            case RoomClosed(room=room):
                self._host.tell("room_closed", room=room)
            case ParticipantLeft() | ParticipantJoined():
                self._participant(event)
            case TypingStarted(channel_id=channel_id, account_ids=account_ids):
                for account_id in account_ids:
                    self._typing(channel_id, account_id)

    def _typing(self, channel_id: int, account_id: int) -> None:
        channel = self._channel(channel_id)
        account = self._directory.account(account_id)
        if channel is not None and account is not None:
            self._host.tell("typing_started", account=account, channel=channel)

    def _channel(self, channel_id: int) -> Channel | None:
        """Return where it happened, unless it is between people only: plugins hear none of it."""
        channel = self._directory.channel(channel_id)
        for_plugins = channel is not None and self._directory.is_for_plugins(channel)
        return channel if for_plugins else None

    def _message(self, event: MessagePosted) -> None:
        message = event.message
        channel = self._channel(message.channel_id)
        author = self._directory.account(message.author_id)
        if channel is None or author is None:
            return
        self._host.tell(_MESSAGE_HOOKS[event.name], message=message, channel=channel, author=author)

    def _deleted(self, message: Message) -> None:
        channel = self._channel(message.channel_id)
        if channel is not None:
            self._host.tell("message_deleted", message=message, channel=channel)

    def _participant(self, event: ParticipantLeft | ParticipantJoined) -> None:
        room = self._directory.rooms.get(event.participant.room_id)
        if room is None:
            return
        if isinstance(event, ParticipantLeft):
            self._host.tell("participant_left", participant=event.participant, room=room)
        elif event.name == ParticipantJoined.name:
            self._host.tell("participant_joined", participant=event.participant, room=room)
