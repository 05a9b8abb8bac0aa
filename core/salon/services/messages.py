"""Post, edit, delete, read: what happens to messages."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from salon.clock import Clock
from salon.config import Limits
from salon.domain.accounts import Account
from salon.domain.audit import target
from salon.domain.channels import Channel, ChannelKind
from salon.domain.events import (
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessagePosted,
    MessagesDeleted,
    MessageUnpinned,
    ReadMoved,
)
from salon.domain.link_cards import LinkCard
from salon.domain.mentions import Mentions
from salon.domain.messages import Draft, Message
from salon.domain.reactions import Reaction
from salon.errors import Conflict, Denied, Invalid, NotFound, TooMany
from salon.host import Host
from salon.ids import first_id_of
from salon.services import markdown, texts, threads
from salon.services.access import Access
from salon.services.attaching import Chosen, attach, chosen_files
from salon.services.limits import Bucket
from salon.services.mentions import MentionRules
from salon.store import audit, former_texts
from salon.store import channels as stored_channels
from salon.store import link_cards as stored_cards
from salon.store import mentions as stored_mentions
from salon.store import messages as stored
from salon.store import reactions as stored_reactions
from salon.store.base import Connection, CoreTransaction
from salon.store.store import Store

NONCE_MAX = 64
SHOWN_AS_MAX = 32
BUCKETS_KEPT = 10_000
RECENT_KEPT = 5_000
PINS_MAX = 50
DELETED_AT_ONCE = 100
_MENTION = re.compile(r"(?<!\w)@[\w!&]")


class SaidBefore(Conflict):
    """The author has used this nonce before: the first message is the answer."""

    def __init__(self) -> None:
        super().__init__("This was said before.")


@dataclass(frozen=True, slots=True)
class History:
    """A page, oldest first; `replies` are quoted messages that are not in it.

    `threads` are those that were started from messages of the page.
    """

    page: stored.Page
    replies: Sequence[Message]
    reactions: Mapping[int, Sequence[Reaction]]
    """By message; those without any are not in it."""
    threads: Sequence[Channel] = ()
    cards: Mapping[int, Sequence[LinkCard]] = field(default_factory=dict)
    """Of links, by message; those without any are not in it."""


class Messages:
    """Everything about messages, always for an actor."""

    def __init__(
        self,
        *,
        store: Store,
        access: Access,
        host: Host,
        mentions: MentionRules,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._store = store
        self._access = access
        self._host = host
        self._mentions = mentions
        self._clock = clock
        self._limits = limits
        self._buckets: dict[int, Bucket] = {}
        self._recent: dict[tuple[int, str], Message] = {}

    async def post(  # noqa: PLR0913 what a message is made of
        self,
        actor: Account,
        channel_id: int,
        text: str,
        *,
        nonce: str | None = None,
        reply_to_id: int | None = None,
        shown_as: str | None = None,
        files: Sequence[Chosen] = (),
    ) -> Message:
        """Post and announce. The same nonce again gives the first message again.

        Raises NotFound, Denied, Invalid, TooMany.
        """
        channel = self._access.channel(actor, channel_id, "message.post")
        if files:
            self._access.channel(actor, channel_id, "message.attach")
        known = self._recent.get((actor.id, nonce or ""))
        if known is not None:
            return known  # asked again after a lost answer: no plugin and no limit has a say
        said = await self._said(actor, nonce) if files else None
        if said is not None:
            return said  # its files wait no more
        clean = self._body(text, may_be_empty=bool(files))
        self._check_pace(actor)
        answered_id = await self._answered(channel, reply_to_id)
        chosen = await chosen_files(self._store, actor, files)
        draft = Draft(clean, reply_to_id, shown_as, chosen)
        draft = await self._approved(draft, actor, channel)
        text = self._mentions.written(draft.text, actor)
        html, mentions = await self._rendered(text, actor, channel)
        mentions = replace(mentions, answered_id=answered_id)
        present = self._mentions.present(actor, channel) if mentions.here else ()
        pause_s = self._access.pause_s(actor, channel)

        def add(tx: CoreTransaction) -> Message:
            message = Message(
                id=tx.new_id(),
                channel_id=channel.id,
                author_id=actor.id,
                text=text,
                html=html,
                posted_at=tx.now,
                reply_to_id=draft.reply_to_id,
                nonce=nonce,
                shown_as=shown_as,
                files=draft.files,
                mentions=mentions,
            )
            if not stored_channels.move_last_message(tx, channel.id, message.id):
                raise NotFound("There is no such channel.", field="channel", reason="no_channel")
            if not stored.add_message(tx, message):
                raise SaidBefore
            _check_pause(tx, message, pause_s)
            attach(tx, message)
            stored_mentions.add(tx, message, present)
            tx.announce(MessagePosted(message))
            if channel.kind is ChannelKind.THREAD:
                threads.spoken_in(tx, channel, actor.id)
            return message

        try:
            message = await self._store.write(add)
        except SaidBefore:
            found = await self._said(actor, nonce)
            if found is None:
                raise NotFound(
                    "This message was said and deleted.", reason="said_deleted"
                ) from None
            message = found
        return self._remembered(message)

    async def edit(self, actor: Account, message_id: int, text: str) -> Message:
        """Change one's own message. Raises NotFound, Denied, Invalid."""
        message = await self._access.message(actor, message_id)
        if message.author_id != actor.id:
            raise Denied("Only who wrote a message can change it.", reason="not_the_author")
        channel = self._access.channel(actor, message.channel_id, "message.post")
        if message.kind != "text":
            raise Conflict("This line has no words of its own.", reason="no_words")
        clean = self._body(text, may_be_empty=bool(message.files))
        self._check_pace(actor)
        draft = Draft(clean, message.reply_to_id, files=message.files)
        draft = await self._approved(draft, actor, channel)
        words = self._mentions.written(draft.text, actor)
        html, named = await self._rendered(words, actor, channel)
        named = replace(named, answered_id=message.mentions.answered_id)

        def change(tx: CoreTransaction) -> Message:
            current = _stored(tx, message.id)
            if self._limits.former_texts_days and current.text != words:
                former_texts.keep(tx, current)
            edited = replace(current, text=words, html=html, edited_at=tx.now, mentions=named)
            stored.save_edit(tx, edited)
            stored_mentions.replace(tx, edited)
            tx.announce(MessageEdited(edited))
            return edited

        return await self._store.write(change)

    async def delete(self, actor: Account, message_id: int) -> None:
        """Delete one's own message, or another's with `message.manage`."""
        message = await self._access.message(actor, message_id)
        is_own = message.author_id == actor.id
        needed = "channel.view" if is_own else "message.manage"
        channel = self._access.channel(actor, message.channel_id, needed)

        def remove(tx: CoreTransaction) -> None:
            if self._remove(tx, message.id, actor.id):
                tx.announce(MessageDeleted(message, actor.id))
                if not is_own:  # whose and where, and not what it said
                    whose = {"author_id": str(message.author_id)}
                    where = target("channel", channel)
                    audit.record(tx, actor, "message.deleted", where, changes=(whose, {}))

        await self._store.write(remove)
        self._forget_recent(message)

    async def delete_many(self, actor: Account, channel_id: int, ids: Collection[int]) -> int:
        """Delete messages of a channel at once; return how many were there.

        Those of other channels and those that have gone are left out. Raises NotFound, Denied,
        Invalid.
        """
        channel = self._access.channel(actor, channel_id, "message.manage")
        if not 1 <= len(ids) <= DELETED_AT_ONCE:
            raise Invalid(
                f"1 to {DELETED_AT_ONCE} messages are deleted at once.",
                field="messages",
                reason="messages_at_once",
                most=DELETED_AT_ONCE,
            )

        def remove(tx: CoreTransaction) -> tuple[Message, ...]:
            found = stored.find_many(tx.connection, sorted(set(ids)))
            gone = tuple(
                message
                for message in found
                if message.channel_id == channel.id and self._remove(tx, message.id, actor.id)
            )
            if gone:
                tx.announce(MessagesDeleted(channel.id, gone, actor.id))
                whose = sorted({str(message.author_id) for message in gone})
                were = {"messages": str(len(gone)), "author_ids": whose}
                where = target("channel", channel)
                audit.record(tx, actor, "message.deleted_many", where, changes=(were, {}))
            return gone

        gone = await self._store.write(remove)
        for message in gone:
            self._forget_recent(message)
        return len(gone)

    async def take_back(self, author_id: int, *, since: datetime, until: datetime, by: int) -> None:
        """Delete what somebody wrote in that time, but for what is between people."""
        after: int | None = first_id_of(since) - 1
        while after is not None:
            after = await self._store.write(self._taking_back(author_id, after, until, by))

    def _taking_back(
        self, author_id: int, after: int, until: datetime, by: int
    ) -> Callable[[CoreTransaction], int | None]:
        def take(tx: CoreTransaction) -> int | None:
            found = stored.written_after(tx.connection, author_id, after, DELETED_AT_ONCE)
            by_channel: dict[int, list[Message]] = defaultdict(list)
            for message in found:
                is_theirs = message.posted_at <= until
                if is_theirs and not self._access.is_between(message.channel_id):
                    by_channel[message.channel_id].append(message)
            for channel_id, written in by_channel.items():
                gone = tuple(each for each in written if self._remove(tx, each.id, by))
                tx.announce(MessagesDeleted(channel_id, gone, by))
                for message in gone:
                    self._forget_recent(message)
            is_more = len(found) == DELETED_AT_ONCE and found[-1].posted_at <= until
            return found[-1].id if is_more else None

        return take

    def _remove(self, tx: CoreTransaction, message_id: int, by: int) -> bool:
        """Take a message from members; False when it has gone already."""
        found = stored.find(tx.connection, message_id)
        if found is None:
            return False
        if self._limits.former_texts_days:
            former_texts.keep(tx, found)
        stored_channels.count_deleted(tx, found.channel_id)
        return stored.take_words(tx, message_id, by)

    async def pin(self, actor: Account, message_id: int) -> Message:
        """Pin a message and say so in the channel. Twice is once.

        Raises NotFound, Denied, Conflict (50 are pinned), TooMany.
        """
        channel = await self._channel_to_pin(actor, message_id)
        self._check_pace(actor)  # it is a line like others

        def add(tx: CoreTransaction) -> Message:
            message = _stored(tx, message_id)
            if message.kind != "text":
                raise Conflict("This line has no words of its own.", reason="no_words")
            if not stored.set_pinned(tx, message_id, tx.now):
                return message
            if len(stored.pinned(tx.connection, channel.id)) > PINS_MAX:
                raise Conflict(
                    f"{PINS_MAX} messages are pinned here; no more fit.",
                    reason="pins_full",
                    most=PINS_MAX,
                )
            pinned = replace(message, pinned_at=tx.now)
            tx.announce(MessagePinned(pinned))
            _tell_of_pin(tx, pinned, actor)
            return pinned

        return await self._store.write(add)

    async def unpin(self, actor: Account, message_id: int) -> Message:
        """Pin a message no longer. Twice is once. Raises NotFound, Denied."""
        await self._channel_to_pin(actor, message_id)

        def remove(tx: CoreTransaction) -> Message:
            message = replace(_stored(tx, message_id), pinned_at=None)
            if stored.set_pinned(tx, message_id, None):
                tx.announce(MessageUnpinned(message))
            return message

        return await self._store.write(remove)

    async def pins(self, actor: Account, channel_id: int) -> Sequence[Message]:
        """Return what is pinned in a channel, the newest pin first. Raises NotFound."""
        channel = self._access.channel(actor, channel_id)
        return await self._store.read(lambda connection: stored.pinned(connection, channel.id))

    async def _channel_to_pin(self, actor: Account, message_id: int) -> Channel:
        message = await self._access.message(actor, message_id)
        return self._access.channel(actor, message.channel_id, "message.pin")

    async def get(self, actor: Account, message_id: int) -> Message:
        return await self._access.message(actor, message_id)

    async def history(
        self,
        actor: Account,
        channel_id: int,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        limit: int = 50,
    ) -> History:
        """Return a page of a channel. Raises NotFound, Invalid."""
        channel = self._access.channel(actor, channel_id)
        if sum(cursor is not None for cursor in (before, after, around)) > 1:
            raise Invalid(
                "Use one of before, after and around.", field="before", reason="malformed"
            )
        if not 1 <= limit <= self._limits.page_max_entries:
            raise Invalid(
                f"A page has 1 to {self._limits.page_max_entries} messages.",
                field="limit",
                reason="malformed",
            )

        def load(connection: Connection) -> History:
            if before is not None:
                page = stored.before(connection, channel.id, before, limit)
            elif after is not None:
                page = stored.after(connection, channel.id, after, limit)
            elif around is not None:
                page = stored.around(connection, channel.id, around, limit)
            else:
                page = stored.newest(connection, channel.id, limit)
            ids = [message.id for message in page.messages]
            reactions = stored_reactions.of_messages(connection, ids, actor.id)
            return History(
                page,
                _quoted(connection, page, channel.id),
                reactions,
                cards=stored_cards.of_messages(connection, ids),
            )

        found = await self._store.read(load)
        return replace(found, threads=self._access.threads_of(found.page.messages))

    async def move_read(self, actor: Account, channel_id: int, message_id: int) -> None:
        """Remember how far somebody has read; only forward, and only to what exists."""
        channel = self._access.channel(actor, channel_id)
        newest = channel.last_message_id or 0
        reached = min(message_id, newest)

        def move(tx: CoreTransaction) -> None:
            if stored_channels.exists(tx, channel.id) and stored.move_read(
                tx, actor.id, channel.id, reached
            ):
                tx.announce(ReadMoved(actor.id, channel.id, reached))

        await self._store.write(move)

    async def _said(self, actor: Account, nonce: str | None) -> Message | None:
        return await self._store.read(lambda c: stored.find_nonce(c, actor.id, nonce or ""))

    # -- rules

    def _remembered(self, message: Message) -> Message:
        """Keep a message by its nonce for a while; the database knows the older ones."""
        if message.nonce is not None:
            self._recent[message.author_id, message.nonce] = message
            if len(self._recent) > RECENT_KEPT:
                del self._recent[next(iter(self._recent))]
        return message

    def _body(self, text: str, *, may_be_empty: bool = False) -> str:
        if may_be_empty and not text.strip():
            return ""
        clean = texts.body(text, field="text", at_most=self._limits.message_max_characters)
        if len(_MENTION.findall(clean)) > self._limits.mentions_per_message:
            raise Invalid(
                f"At most {self._limits.mentions_per_message} people can be named in a message.",
                field="text",
                reason="mentions",
                most=self._limits.mentions_per_message,
            )
        return clean

    def _check_pace(self, actor: Account) -> None:
        bucket = self._buckets.get(actor.id)
        if bucket is None:
            if len(self._buckets) >= BUCKETS_KEPT:
                self._buckets.clear()
            bucket = Bucket(self._limits.messages_burst, self._limits.messages_per_s)
            self._buckets[actor.id] = bucket
        wait_s = bucket.take(self._clock.monotonic_s())
        if wait_s:
            raise TooMany("That is a lot at once. Take a breath.", retry_after_s=wait_s)

    def _forget_recent(self, message: Message) -> None:
        self._recent.pop((message.author_id, message.nonce or ""), None)

    async def _rendered(self, text: str, actor: Account, channel: Channel) -> tuple[str, Mentions]:
        """Return the HTML and who is told; what may not be named stands there as plain words."""
        html = await markdown.rendered(text)
        if not self._mentions.may_name_all(actor, channel):
            html = markdown.without_all(html)
        return html, self._mentions.judged(markdown.named(html), actor, channel)

    async def _answered(self, channel: Channel, reply_to_id: int | None) -> int | None:
        """Return who wrote the message that is replied to. Raises NotFound."""
        if reply_to_id is None:
            return None
        quoted = await self._store.read(lambda connection: stored.find(connection, reply_to_id))
        if quoted is None or quoted.channel_id != channel.id:
            raise NotFound(
                "The message you reply to has gone.", field="reply_to", reason="no_reply"
            )
        return quoted.author_id

    async def _approved(self, draft: Draft, actor: Account, channel: Channel) -> Draft:
        """Ask the plugins, then ask again whether the actor may post: thinking takes time."""
        if actor.is_owner or not self._access.is_for_plugins(channel):
            return draft
        approved = await self._host.decide("may_post_message", draft, author=actor, channel=channel)
        self._access.channel(actor, channel.id, "message.post")
        return replace(draft, text=self._body(approved.text, may_be_empty=bool(draft.files)))


def _stored(tx: CoreTransaction, message_id: int) -> Message:
    found = stored.find(tx.connection, message_id)
    if found is None:
        raise NotFound("There is no such message.", field="message", reason="no_message")
    return found


def _check_pause(tx: CoreTransaction, message: Message, pause_s: int) -> None:
    """Refuse a message that comes too soon after the author's last one in a slow channel.

    Asked inside the write, where two at once are one after the other; deleting the one before does
    not help, since its row stays.
    """
    if pause_s == 0:
        return
    since = tx.now - timedelta(seconds=pause_s)
    last_at = stored.posted_last(
        tx.connection, message.channel_id, message.author_id, first_id_of(since) - 1, message.id
    )
    if last_at is not None and last_at > since:
        raise TooMany(
            "Slow mode is on here. Wait a little before the next message.",
            reason="slow_mode",
            retry_after_s=math.ceil((last_at - since).total_seconds()),
        )


def _tell_of_pin(tx: CoreTransaction, pinned: Message, actor: Account) -> None:
    """Put a line into the channel that says who pinned what."""
    line = Message(
        id=tx.new_id(),
        channel_id=pinned.channel_id,
        author_id=actor.id,
        text="",
        html="",
        posted_at=tx.now,
        reply_to_id=pinned.id,
        kind="pin",
    )
    stored.add_message(tx, line)
    stored_channels.move_last_message(tx, line.channel_id, line.id)
    tx.announce(MessagePosted(line))


def _quoted(connection: Connection, page: stored.Page, channel_id: int) -> Sequence[Message]:
    here = {message.id for message in page.messages}
    wanted = {m.reply_to_id for m in page.messages if m.reply_to_id is not None} - here
    found = stored.find_many(connection, sorted(wanted)) if wanted else []
    return [message for message in found if message.channel_id == channel_id]
