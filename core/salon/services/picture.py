"""What is there: people, roles, channels and rooms as they are now, and what changes them.

Loaded once at start, then brought up to date by committed events. Nothing here awaits.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from salon.clock import Clock
from salon.domain.accounts import Account, AccountKind, AccountState, Community, Privacy
from salon.domain.blocks import Way, reaches
from salon.domain.channels import Category, Channel, ChannelKind
from salon.domain.emoji import Emoji
from salon.domain.events import (
    AccountCreated,
    AccountSuspended,
    CategoryChanged,
    CategoryDeleted,
    ChannelCreated,
    ChannelDeleted,
    CommunityChanged,
    ConversationChanged,
    EmojiChanged,
    EmojiRemoved,
    Event,
    MessageDeleted,
    MessagePosted,
    MessagesDeleted,
    PrivacyChanged,
    RoleChanged,
    RoleDeleted,
    RoomClosed,
    RoomOpened,
    RulesRead,
    SecondStepChanged,
    TagChanged,
    ThreadChanged,
    ThreadDeleted,
    ThreadFollowed,
)
from salon.domain.hierarchy import rank_of
from salon.domain.permissions import Role
from salon.domain.rooms import Room
from salon.domain.search import folded
from salon.domain.tags import Tag
from salon.errors import Unavailable
from salon.services import names
from salon.services.known_conversations import KnownConversations
from salon.services.known_threads import KnownThreads
from salon.store import accounts as stored_accounts
from salon.store import channels as stored_channels
from salon.store import community as stored_community
from salon.store import emoji as stored_emoji
from salon.store import privacy as stored_privacy
from salon.store import tags as stored_tags
from salon.store.base import Connection


class Picture:
    """Owns what is known; `access_version` grows whenever somebody's view may change."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._community: Community | None = None
        self.roles: dict[int, Role] = {}
        self.emoji: dict[int, Emoji] = {}
        self.tags: dict[int, Tag] = {}
        self.categories: dict[int, Category] = {}
        self.channels: dict[int, Channel] = {}
        self.rooms: dict[int, Room] = {}
        self._threads = KnownThreads()
        self.threads = self._threads.by_id
        self._conversations = KnownConversations()
        self.conversations = self._conversations.by_id
        self._privacy: dict[int, Privacy] = {}
        self._accounts: dict[int, Account] = {}
        self._handles: dict[str, int] = {}
        self._spoken: dict[int, int] = {}  # the newest messages, by channel, until `settle`
        self.access_version = 0
        self._changed_places: set[int] = set()  # since permissions were judged last
        self._all_changed = True

    def load(self, connection: Connection) -> None:
        """Read everything; runs in a reader thread before the doors open."""
        self._community = stored_community.load_community(connection)
        self.roles = {role.id: role for role in stored_community.load_roles(connection)}
        self.emoji = {one.id: one for one in stored_emoji.load(connection)}
        self.tags = {tag.id: tag for tag in stored_tags.load(connection)}
        self.categories = {c.id: c for c in stored_community.load_categories(connection)}
        self.channels = {c.id: c for c in stored_channels.load_channels(connection)}
        self.rooms = {room.id: room for room in stored_channels.load_rooms(connection)}
        opened = stored_channels.load_open_threads(connection)
        self._threads.load(opened, stored_channels.archived_threads(connection))
        for conversation in stored_channels.load_conversations(connection):
            self._conversations.keep(conversation)
        self._privacy = dict(stored_privacy.load_privacy(connection))
        for account in stored_accounts.load_accounts(connection):
            self._keep_account(account)

    # -- looking up

    @property
    def is_claimed(self) -> bool:
        return self._community is not None and self._community.claimed_at is not None

    @property
    def community(self) -> Community:
        """Return the community. Raises Unavailable before the server is claimed."""
        if self._community is None:
            raise Unavailable(
                "This server has no owner yet. Its address is on the console.", reason="unclaimed"
            )
        return self._community

    def account(self, account_id: int) -> Account | None:
        return self._accounts.get(account_id)

    def acting(self, account_id: int) -> Account | None:
        """Return the account if it may act now: neither suspended nor a guest who has to go."""
        known = self._accounts.get(account_id)
        return known if known is not None and known.is_usable(self._clock.now()) else None

    def by_handle(self, handle: str) -> Account | None:
        id_ = self._handles.get(names.folded(handle[: names.RAW_MAX]))
        return None if id_ is None else self._accounts[id_]

    def accounts(self) -> Sequence[Account]:
        """Return all that are not deleted, by id."""
        return [a for a in self._accounts.values() if a.state is not AccountState.DELETED]

    def find_accounts(
        self, query: str, role_id: int | None = None, ids: Collection[int] | None = None
    ) -> Iterator[Account]:
        """Yield by id whose handle or name holds the text, and who have the role if one is asked.

        Everyone's role is held by all. With ids, only those are looked at, also who has left: what
        they wrote may be here. Nothing is copied: there may be ten thousand.
        """
        wanted = folded(query)
        of_all = role_id is None or role_id == self.community.everyone_role_id
        named = (self._accounts.get(id_) for id_ in sorted(set(ids or ())))
        for account in self._accounts.values() if ids is None else filter(None, named):
            if account.state is AccountState.DELETED and ids is None:
                continue
            if not of_all and role_id not in account.role_ids:
                continue
            if wanted in folded(account.handle) or wanted in folded(account.display_name):
                yield account

    def channel(self, channel_id: int) -> Channel | None:
        """Return a channel of any kind: of the community, a thread, a conversation.

        Of threads that were put away only those that somebody looked at just now are known.
        """
        return (
            self.channels.get(channel_id)
            or self.threads.get(channel_id)
            or self.conversations.get(channel_id)
        )

    def parent_of(self, channel_id: int) -> int | None:
        """Return the channel in which a thread stands, archived or not; None if it is none."""
        return self._threads.parent_of(channel_id)

    def outline(self, channel_id: int) -> Channel | None:
        """Return a channel of any kind; of a thread that was put away maybe no more than where."""
        known = self.channel(channel_id)
        parent_id = self.parent_of(channel_id) if known is None else None
        return known if parent_id is None else _outline(channel_id, parent_id)

    def is_there(self, channel_id: int) -> bool:
        """Whether there is a channel of any kind."""
        return self.channel(channel_id) is not None or self.parent_of(channel_id) is not None

    def is_lacking(self, channel_id: int) -> bool:
        """Whether it is a thread that has to be fetched to know more than where it stands."""
        return self._threads.is_lacking(channel_id)

    def look_at(self, thread: Channel) -> None:
        """Know a thread for a while that was fetched."""
        self._threads.look_at(thread)

    def is_for_plugins(self, channel: Channel) -> bool:
        """Whether plugins may know what is said there: nothing that is between people alone."""
        within = (self._accounts.get(id_) for id_ in channel.member_ids)
        return not channel.is_conversation or any(
            member is not None and member.kind is AccountKind.BOT for member in within
        )

    def conversations_of(self, account_id: int) -> Sequence[Channel]:
        """Return them, the last spoken in first."""
        return self._conversations.of(account_id)

    def privacy(self, account_id: int) -> Privacy:
        return self._privacy.get(account_id, Privacy())

    def blocks(self, account_id: int, other_id: int) -> bool:
        """Whether the first account has blocked the second."""
        known = self._privacy.get(account_id)
        return known is not None and other_id in known.blocked

    def reaches(self, way: Way, sender_id: int, receiver_id: int) -> bool:
        """Whether no block stands between them on this way."""
        return reaches(
            way,
            receiver_blocks=self.blocks(receiver_id, sender_id),
            sender_blocks=self.blocks(sender_id, receiver_id),
        )

    def rank(self, account: Account) -> float:
        """Return the position of the account's highest role; the owner is above all."""
        return rank_of(account, self.roles)

    def can_reach(self, account_id: int, other_id: int) -> bool:
        """Whether anything goes from one to the other."""
        other = self._accounts.get(other_id)
        if other is None or not other.is_usable(self._clock.now()):
            return False
        return self.reaches(Way.CONVERSATION, account_id, other_id)

    def open_threads(self, parent_ids: Collection[int] | None = None) -> list[Channel]:
        """Return the threads that are not archived, the last spoken in first; of these channels."""
        return self._threads.open_in(parent_ids)

    def _places(self) -> Iterable[Channel | Room]:
        yield from self.channels.values()
        yield from self.rooms.values()

    def _exists(self, place_id: int) -> bool:
        return place_id in self.rooms or self.is_there(place_id)

    # -- keeping up

    def apply(self, event: Event) -> None:
        """Bring the picture up to date with one committed event; `settle` after the last one.

        A new message changes nobody's view, so what was said last is noted once for several.
        """
        if type(event) is MessagePosted:
            self._spoken[event.message.channel_id] = event.message.id
            self._threads.count(event.message.channel_id, 1)
            return
        self.settle()
        match event:
            case MessageDeleted(message=message):
                self._threads.count(message.channel_id, -1)
            case MessagesDeleted(messages=messages, channel_id=channel_id):
                self._threads.count(channel_id, -len(messages))
            case AccountSuspended():
                self._view_changed()
            case SecondStepChanged(account_id=account_id, has_second_step=has):
                self._step_changed(account_id, has_second_step=has)
            case AccountCreated(account=account):
                before = self._accounts.get(account.id)  # somebody new changes nobody's access
                if before is not None and _judged_by(before) != _judged_by(account):
                    self._view_changed()
                self._keep_account(account)
            case _:
                self._apply_place(event)

    def _apply_place(self, event: Event) -> None:
        match event:
            case ChannelCreated(channel=channel):
                known = self.channels.get(channel.id)
                last = known.last_message_id if known else channel.last_message_id
                self.channels[channel.id] = replace(channel, last_message_id=last)
                self._view_changed(channel.id)
            case ChannelDeleted(channel=channel):
                self.channels.pop(channel.id, None)
                self._threads.forget_in(channel.id)
                self._view_changed(channel.id)
            case RoomOpened(room=room):
                self.rooms[room.id] = room
                self._view_changed(room.id)
            case RoomClosed(room=room):
                self.rooms.pop(room.id, None)
                self.channels.pop(room.id, None)
                self._view_changed(room.id)
            case _:
                self._apply_community(event)
                self._apply_between(event)

    def _view_changed(self, place_id: int | None = None) -> None:
        """Note that somebody may see something else now: at one place, or anywhere."""
        self.access_version += 1
        if place_id is None:
            self._all_changed = True
        else:
            self._changed_places.add(place_id)

    def _apply_between(self, event: Event) -> None:
        """Keep up with what changes nobody's view of the house, and so asks nobody anew."""
        match event:
            case ConversationChanged(channel=channel):
                self._conversations.keep(channel)
            case ThreadChanged(thread=thread):
                self._threads.keep(thread)
            case ThreadDeleted(thread_id=id_):
                self._threads.forget(id_)
            case ThreadFollowed(account_id=account_id, thread_id=id_, follows=follows):
                self._threads.follow(account_id, id_, follows=follows)
            case RulesRead(account_id=account_id, version=version):
                known = self._accounts.get(account_id)
                if known is not None:
                    self._accounts[account_id] = replace(known, rules_read=version)
            case TagChanged(tag=tag):
                self.tags[tag.id] = tag
            case PrivacyChanged(account_id=account_id, privacy=privacy):
                self._privacy[account_id] = privacy

    def _step_changed(self, account_id: int, *, has_second_step: bool) -> None:
        known = self._accounts.get(account_id)
        if known is not None and known.has_second_step is not has_second_step:
            self._accounts[account_id] = replace(known, has_second_step=has_second_step)
            self._view_changed()

    def _apply_community(self, event: Event) -> None:
        match event:
            case CommunityChanged(community=community):
                self._community = community
            case EmojiChanged(emoji=emoji):
                self.emoji[emoji.id] = emoji
            case EmojiRemoved(emoji_id=id_):
                self.emoji.pop(id_, None)
            case CategoryChanged(category=category):
                self.categories[category.id] = category
            case CategoryDeleted(category_id=id_):
                self.categories.pop(id_, None)
            case RoleChanged(role=role):
                self.roles[role.id] = role
                self._view_changed()
            case RoleDeleted(role_id=id_):
                self.roles.pop(id_, None)
                for account in tuple(self._accounts.values()):
                    if id_ in account.role_ids:
                        kept = replace(account, role_ids=account.role_ids - {id_})
                        self._accounts[account.id] = kept
                self._view_changed()

    def settle(self) -> None:
        """Note in each channel what was said there last."""
        for channel_id, message_id in self._spoken.items():
            channel = self.channel(channel_id)
            if channel is not None:
                self._replace(replace(channel, last_message_id=message_id))
        self._spoken.clear()

    def _replace(self, channel: Channel) -> None:
        for kept in (self.channels, self.threads, self.conversations):
            if channel.id in kept:
                kept[channel.id] = channel

    def _keep_account(self, account: Account) -> None:
        before = self._accounts.get(account.id)
        if before is not None:
            self._handles.pop(names.folded(before.handle), None)
        self._accounts[account.id] = account
        if account.state is not AccountState.DELETED:
            self._handles[names.folded(account.handle)] = account.id


def _outline(thread_id: int, parent_id: int) -> Channel:
    return Channel(
        id=thread_id,
        slug="",
        name="",
        topic="",
        category_id=None,
        position=0,
        kind=ChannelKind.THREAD,
        parent_id=parent_id,
        archived=True,
    )


def _judged_by(account: Account) -> tuple[object, ...]:
    """Return what permissions depend on: a new name asks nobody's access anew."""
    return (
        account.role_ids,
        account.is_owner,
        account.state,
        account.timed_out_until,
        account.guest_until,
        account.has_second_step,
    )
