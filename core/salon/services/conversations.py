"""Direct and group conversations: begun, named, joined and left by those whose they are.

Nobody else has a say in them, whatever they may do in the house. Whoever is blocked, comes
uninvited to somebody who wants no first messages, shares no place with them, or would bring
together two of whom one blocks the other, gets one and the same answer. Beginning is paced for an
account, and everybody is in a bounded number of them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from salon.domain.accounts import Account, AccountState, FirstMessages
from salon.domain.blocks import Way
from salon.domain.channels import GROUP_MAX, Channel, ChannelKind
from salon.domain.events import (
    ConversationChanged,
    ConversationLeft,
    PrivacyChanged,
    ThreadChanged,
    ThreadFollowed,
)
from salon.domain.messages import Message
from salon.domain.permissions import VIEW
from salon.errors import Conflict, Invalid, NotFound
from salon.services import texts
from salon.services.access import Access, unreachable
from salon.services.directory import Directory
from salon.services.limits import RateLimits
from salon.store import channels as stored
from salon.store import messages as stored_messages
from salon.store import privacy as stored_privacy
from salon.store.base import CoreTransaction
from salon.store.store import Store

NAME_MAX = 64
CONVERSATIONS_MAX = 1_000  # one account is in
BEGUN_PER_HOUR = 20
ADDED_PER_HOUR = 60
LISTED_MAX = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Conversations, the last spoken in first; `said` is what was said last in them."""

    conversations: Sequence[Channel]
    said: Sequence[Message]
    has_more: bool


class Conversations:
    """Begin, name, add to, leave; always for an actor."""

    def __init__(
        self, store: Store, access: Access, directory: Directory, rates: RateLimits
    ) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._rates = rates

    async def begin(
        self, actor: Account, account_ids: Collection[int], *, name: str = ""
    ) -> Channel:
        """Return the direct conversation with one other account, or a new group with several.

        Raises NotFound (nobody with that id), Denied (they cannot be reached), Invalid, TooMany.
        """
        self._access.no_time_out(actor)
        others = frozenset(account_ids)
        if not others or actor.id in others or len(others) >= GROUP_MAX:
            raise Invalid(
                f"A conversation is between you and 1 to {GROUP_MAX - 1} others.",
                field="accounts",
                reason="conversation_size",
                most=GROUP_MAX - 1,
            )
        if len(others) == 1:
            known = self._direct(actor.id, next(iter(others)))
            if known is not None:
                return known
        clean = _name(name)
        self._check_reach(actor, others)
        self._check_company(others, others)
        self._check_pace("begin_conversation", actor, BEGUN_PER_HOUR)
        return await self._store.write(lambda tx: _begun(tx, actor.id, others, clean))

    async def list(self, actor: Account, *, before: int | None = None, limit: int = 50) -> Page:
        """Return the actor's conversations, the last spoken in first, after the one `before`.

        Raises Invalid.
        """
        if not 1 <= limit <= LISTED_MAX:
            raise Invalid(
                f"A page has 1 to {LISTED_MAX} conversations.", field="limit", reason="malformed"
            )
        mine = self._directory.conversations_of(actor.id)
        start = next((at + 1 for at, each in enumerate(mine) if each.id == before), 0)
        shown = mine[start : start + limit]
        ids = [each.last_message_id for each in shown if each.last_message_id is not None]
        said = await self._store.read(lambda c: stored_messages.find_many(c, ids))
        still = [message for message in said if self._access.may_view(actor, message.channel_id)]
        return Page(shown, still, has_more=len(mine) > start + limit)

    async def rename(self, actor: Account, channel_id: int, name: str) -> Channel:
        """Name a group, or take its name away. Raises NotFound, Denied, Invalid."""
        self._group(actor, channel_id)
        self._access.no_time_out(actor)
        clean = _name(name)

        def save(tx: CoreTransaction) -> Channel:
            known = _stored_group(tx, channel_id, actor.id)
            return _save(tx, replace(known, name=clean))

        return await self._store.write(save)

    async def add(self, actor: Account, channel_id: int, account_id: int) -> Channel:
        """Take somebody into a group. Raises NotFound, Denied, Conflict (full), TooMany."""
        group = self._group(actor, channel_id)
        self._access.no_time_out(actor)
        if account_id in group.member_ids:
            return group
        self._check_reach(actor, frozenset({account_id}))
        self._check_company({account_id}, group.member_ids)
        self._check_pace("add_to_conversation", actor, ADDED_PER_HOUR)

        def save(tx: CoreTransaction) -> Channel:
            known = _stored_group(tx, channel_id, actor.id)
            if account_id in known.member_ids:
                return known
            if len(known.member_ids) >= GROUP_MAX:
                raise Conflict(
                    f"{GROUP_MAX} people are in it; no more fit.",
                    reason="group_full",
                    most=GROUP_MAX,
                )
            stored.add_members(tx, channel_id, {account_id})
            return _save(tx, replace(known, member_ids=known.member_ids | {account_id}))

        return await self._store.write(save)

    async def leave(self, actor: Account, channel_id: int) -> None:
        """Leave a group; with the last one it is gone. Raises NotFound, Conflict (direct)."""
        self._group(actor, channel_id)
        await self._store.write(lambda tx: _left(tx, channel_id, actor.id))

    def _group(self, actor: Account, channel_id: int) -> Channel:
        channel = self._access.channel(actor, channel_id)
        if channel.kind is not ChannelKind.GROUP:
            raise Conflict("Only a group has a name and people who come.", reason="no_group")
        return channel

    def _direct(self, one: int, other: int) -> Channel | None:
        both = {one, other}
        for conversation in self._directory.conversations_of(one):
            if conversation.kind is ChannelKind.DIRECT and conversation.member_ids == both:
                return conversation
        return None

    def _check_reach(self, actor: Account, others: Collection[int]) -> None:
        """Raise NotFound, Denied unless the actor may write first to all of them."""
        for other_id in others:
            other = self._directory.account(other_id)
            if other is None or other.state is AccountState.DELETED:
                raise NotFound("There is nobody with that id.", field="account", reason="nobody")
            if not self._may_write_first(actor, other):
                raise unreachable()
        for id_ in (actor.id, *others):
            if len(self._directory.conversations_of(id_)) >= CONVERSATIONS_MAX:
                raise unreachable()

    def _check_company(self, newcomers: Collection[int], others: Collection[int]) -> None:
        """Raise Denied when somebody would sit with whom they block, or who blocks them."""
        for one in newcomers:
            if not all(self._directory.reaches(Way.COMPANY, one, other) for other in others):
                raise unreachable()

    def _may_write_first(self, actor: Account, other: Account) -> bool:
        directory = self._directory
        return (
            directory.can_reach(actor.id, other.id)
            and (
                self._takes_first_messages(other, actor)
                or self._direct(actor.id, other.id) is not None
            )
            and any(
                directory.may(actor, VIEW, place) and directory.may(other, VIEW, place)
                for place in (*directory.channels, *directory.rooms)
            )
        )

    def _takes_first_messages(self, account: Account, sender: Account) -> bool:
        match self._directory.privacy(account.id).first_messages:
            case FirstMessages.EVERYONE:
                return True
            case FirstMessages.ROLE:
                common = account.role_ids & self._access.actor(sender).role_ids
                return bool(common - {self._directory.community.everyone_role_id})
            case FirstMessages.NOBODY:
                return False

    def _check_pace(self, purpose: str, actor: Account, times: int) -> None:
        self._rates.hit(
            purpose,
            str(actor.id),
            times=times,
            per_s=3_600,
            message="That is many people at once. Please wait a little.",
        )


def forget_between(tx: CoreTransaction, account_id: int) -> None:
    """Take somebody who is erased out of conversations, threads and the lists of others."""
    for channel in stored.of_member(tx.connection, account_id):
        if channel.kind is ChannelKind.THREAD:
            stored.remove_member(tx, channel.id, account_id)
            tx.announce(ThreadFollowed(account_id, channel.id, follows=False))
        else:
            _left(tx, channel.id, account_id)
    for thread in stored.started_by(tx.connection, account_id):
        stored.save_channel(tx, nobodys := replace(thread, started_by=None))
        tx.announce(ThreadChanged(nobodys))
    blockers = stored_privacy.blockers_of(tx.connection, account_id)
    stored_privacy.forget_privacy(tx, account_id)
    for id_ in (*blockers, account_id):
        tx.announce(PrivacyChanged(id_, stored_privacy.find_privacy(tx.connection, id_)))


def _begun(tx: CoreTransaction, starter: int, others: Collection[int], name: str) -> Channel:
    """Make it, unless two people have one: it may have been begun from both sides at once."""
    kind = ChannelKind.DIRECT if len(others) == 1 else ChannelKind.GROUP
    if kind is ChannelKind.DIRECT:
        known = stored.find_direct(tx.connection, starter, next(iter(others)))
        if known is not None:
            return known
    channel = Channel(
        id=tx.new_id(),
        slug="",
        name=name if kind is ChannelKind.GROUP else "",
        topic="",
        category_id=None,
        position=0,
        kind=kind,
        member_ids=frozenset({starter, *others}),
    )
    stored.save_channel(tx, channel)
    stored.add_members(tx, channel.id, channel.member_ids)
    tx.announce(ConversationChanged(channel))
    return channel


def _left(tx: CoreTransaction, channel_id: int, account_id: int) -> None:
    known = stored.find_channel(tx.connection, channel_id)
    if known is None or not stored.remove_member(tx, channel_id, account_id):
        return
    left = replace(known, member_ids=known.member_ids - {account_id})
    if not left.member_ids:
        stored.delete_channel(tx, channel_id)
    tx.announce(ConversationChanged(left))
    tx.announce(ConversationLeft(account_id, channel_id))


def _stored_group(tx: CoreTransaction, channel_id: int, member_id: int) -> Channel:
    known = stored.find_channel(tx.connection, channel_id)
    if known is None or member_id not in known.member_ids:
        raise NotFound("There is no such channel.", field="channel", reason="no_channel")
    return known


def _save(tx: CoreTransaction, channel: Channel) -> Channel:
    stored.save_channel(tx, channel)
    tx.announce(ConversationChanged(channel))
    return channel


def _name(text: str) -> str:
    return texts.line(text, field="name", at_most=NAME_MAX, at_least=0)
