"""The only way to obtain a channel, room or message for somebody.

What does not exist and what the actor may not know of are the same answer. Which permission is
missing is said only of what the actor may see.
"""

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.channels import HELD_IN_CONVERSATIONS, Channel, ChannelKind
from salon.domain.messages import Message
from salon.domain.permissions import CORE_PERMISSIONS, VIEW
from salon.domain.rooms import Room
from salon.errors import Denied, NotFound
from salon.services.directory import Directory
from salon.store import channels as stored_channels
from salon.store import messages as stored
from salon.store.store import Store


def unreachable() -> Denied:
    """Return the one answer to who is blocked, who comes uninvited and who writes to nobody."""
    return Denied("This person cannot be reached at present.", reason="unreachable")


class Access:
    """Asks the directory; loads messages."""

    def __init__(self, directory: Directory, store: Store, clock: Clock) -> None:
        self._directory = directory
        self._store = store
        self._clock = clock

    def actor(self, account: Account) -> Account:
        """Return the account as it is now. Raises Denied for one that may not act any more."""
        current = self._directory.account(account.id)
        if current is None or not current.is_usable(self._clock.now()):
            raise Denied("This account cannot be used any more.", reason="account_unusable")
        return current

    def channel(self, actor: Account, channel_id: int, permission: str = VIEW) -> Channel:
        """Return the channel. Raises NotFound, Denied."""
        channel = self._directory.channel(channel_id)
        if channel is None or not self._directory.may(actor, VIEW, channel_id):
            raise NotFound("There is no such channel.", field="channel", reason="no_channel")
        if channel.is_conversation and permission in HELD_IN_CONVERSATIONS:
            self._check_between(actor, permission, channel_id)
        self._check(actor, permission, channel_id)
        return channel

    async def channel_or_archived(
        self, actor: Account, channel_id: int, permission: str = VIEW
    ) -> Channel:
        """Return the channel, fetched if it is a thread that was put away.

        Raises NotFound, Denied.
        """
        if self._directory.is_lacking(channel_id) and self.may_view(actor, channel_id):
            thread = await self._store.read(lambda c: stored_channels.find_channel(c, channel_id))
            if thread is not None:
                self._directory.look_at(thread)
        return self.channel(actor, channel_id, permission)

    def text_channel(self, actor: Account, channel_id: int, permission: str = VIEW) -> Channel:
        """Return a channel of the community, no thread and no conversation."""
        channel = self.channel(actor, channel_id)
        if channel.kind is not ChannelKind.TEXT:
            raise NotFound("There is no such channel.", field="channel", reason="no_channel")
        self._check(actor, permission, channel_id)
        return channel

    def room(self, actor: Account, room_id: int, permission: str = VIEW) -> Room:
        """Return the room. Raises NotFound, Denied."""
        room = self._directory.rooms.get(room_id)
        if room is None or not self._directory.may(actor, VIEW, room_id):
            raise NotFound("There is no such room.", field="room", reason="no_room")
        self._check(actor, permission, room_id)
        return room

    def place(self, actor: Account, place_id: int, permission: str) -> Channel | Room:
        """Return the room or else the channel with this id. Raises NotFound, Denied.

        What is hidden is no such channel, also when it is a room: that would tell of it.
        """
        is_room = place_id in self._directory.rooms
        if is_room and self._directory.may(actor, VIEW, place_id):
            return self.room(actor, place_id, permission)
        return self.text_channel(actor, place_id, permission)

    async def message(self, actor: Account, message_id: int) -> Message:
        """Return a message of a channel that the actor may view now. Raises NotFound."""
        message = await self._store.read(lambda connection: stored.find(connection, message_id))
        if message is None or not self.may_view(actor, message.channel_id):
            raise NotFound("There is no such message.", field="message", reason="no_message")
        await self.channel_or_archived(actor, message.channel_id)
        return message

    def pause_s(self, actor: Account, channel: Channel) -> int:
        """Return how long the actor waits there between two messages; a thread is as slow as its
        channel."""
        place = channel if channel.parent_id is None else self._directory.channel(channel.parent_id)
        pause_s = 0 if place is None else place.slow_mode_s
        return 0 if pause_s == 0 or self.may(actor, "message.hurry", channel.id) else pause_s

    def may_view(self, actor: Account, channel_id: int) -> bool:
        return self._directory.is_there(channel_id) and self._directory.may(actor, VIEW, channel_id)

    def may(self, actor: Account, permission: str, place_id: int) -> bool:
        """Whether the actor holds a permission at a channel or room now."""
        return self._directory.may(actor, permission, place_id)

    def is_between(self, channel_id: int) -> bool:
        """Whether a channel is a conversation: nobody but its members has a say there."""
        channel = self._directory.channel(channel_id)
        return channel is not None and channel.is_conversation

    @property
    def shows_cards(self) -> bool:
        """Whether the community wants cards of links."""
        return self._directory.is_claimed and self._directory.community.link_cards

    def is_for_plugins(self, channel: Channel) -> bool:
        return self._directory.is_for_plugins(channel)

    def everywhere(self, actor: Account, permission: str) -> None:
        """Raise Denied unless the actor holds the permission everywhere."""
        self._check(actor, permission, None)

    def no_time_out(self, actor: Account) -> None:
        """Raise Denied while the actor is paused; for what needs no permission otherwise."""
        current = self._directory.account(actor.id)
        if current is not None and current.is_timed_out(self._clock.now()):
            raise Denied(
                "You are in time out: you can read and listen for now.", reason="timed_out"
            )

    def outranks(self, actor: Account, other: Account) -> None:
        """Raise Denied unless the actor stands above the other one."""
        if self._directory.rank(actor) <= self._directory.rank(other):
            raise Denied(
                f"{other.display_name} is of your rank or above.",
                reason="outranked",
                name=other.display_name,
            )

    def _check_between(self, actor: Account, permission: str, channel_id: int) -> None:
        """Raise Denied when nobody would hear it; nothing in it tells why, or by whose wish."""
        if self._directory.may(actor, permission, channel_id):
            return
        self.no_time_out(actor)
        raise unreachable()

    def _check(self, actor: Account, permission: str, place_id: int | None) -> None:
        if self._directory.may(actor, permission, place_id):
            return
        self.no_time_out(actor)
        title = CORE_PERMISSIONS.get(permission, permission)
        raise Denied(
            f"You need the permission “{title}” for that.",
            permission=permission,
            reason="no_permission",
        )
