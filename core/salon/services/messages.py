"""Post, edit, read: what happens to messages."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from salon.clock import Clock
from salon.config import Limits
from salon.domain.accounts import Account
from salon.domain.channels import Channel, ChannelKind
from salon.domain.events import MessageEdited, MessagePosted, ReadMoved
from salon.domain.link_cards import LinkCard
from salon.domain.mentions import NOBODY, Mentions
from salon.domain.messages import Beside, Draft, Message
from salon.domain.reactions import Reaction
from salon.errors import Conflict, Denied, Invalid, NotFound, TooMany
from salon.host import Host
from salon.ids import first_id_of
from salon.services import markdown, texts, threads
from salon.services.access import Access
from salon.services.attaching import Chosen, attach, chosen_files
from salon.services.limits import Paces
from salon.services.mentions import MentionRules
from salon.services.recent_messages import RecentMessages
from salon.store import channels as stored_channels
from salon.store import former_texts
from salon.store import history as stored_history
from salon.store import link_cards as stored_cards
from salon.store import mentions as stored_mentions
from salon.store import messages as stored
from salon.store import reactions as stored_reactions
from salon.store.base import Connection, CoreTransaction
from salon.store.history import Page
from salon.store.store import Store

NONCE_MAX = 64
SHOWN_AS_MAX = 32
TOO_FAST = "That is a lot at once. Take a breath."
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

    page: Page
    replies: Sequence[Message]
    reactions: Mapping[int, Sequence[Reaction]]
    """By message; those without any are not in it."""
    threads: Sequence[Channel]
    cards: Mapping[int, Sequence[LinkCard]]
    """Of links, by message; those without any are not in it."""


class Messages:
    """Everything about messages, always for an actor."""

    def __init__(  # noqa: PLR0913 what a message meets on its way
        self,
        *,
        store: Store,
        access: Access,
        host: Host,
        mentions: MentionRules,
        clock: Clock,
        limits: Limits,
        paces: Paces,
        recent: RecentMessages,
    ) -> None:
        self._store = store
        self._access = access
        self._host = host
        self._mentions = mentions
        self._clock = clock
        self._limits = limits
        self._paces = paces
        self._recent = recent
        self._check_chat: Callable[[Account, int], None] = lambda _actor, _room_id: None

    async def _open_channel(self, actor: Account, channel_id: int, *, has_files: bool) -> Channel:
        channel = await self._access.channel_or_archived(actor, channel_id, "message.post")
        if channel.room_id is not None:
            self._check_chat(actor, channel.room_id)
        if has_files:
            self._access.channel(actor, channel_id, "message.attach")
        return channel

    def heed(self, check_chat: Callable[[Account, int], None]) -> None:
        """Ask this about the chat of each room; it raises Denied where it is closed for now."""
        self._check_chat = check_chat

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
        channel = await self._open_channel(actor, channel_id, has_files=bool(files))
        known = self._recent.get(actor.id, nonce)
        if known is not None:
            return known  # asked again after a lost answer: no plugin and no limit has a say
        said = await self._said(actor, nonce) if files else None
        if said is not None:
            return said  # its files wait no more
        clean = self._body(text, may_be_empty=bool(files))
        self._paces.take(actor.id, self._clock.monotonic_s(), message=TOO_FAST)
        answered_id = await self._answered(channel, reply_to_id)
        chosen = await chosen_files(self._store, actor, files) if files else ()
        draft = Draft(clean, reply_to_id, shown_as, chosen)
        draft = await self._approved(draft, actor, channel)
        text = self._mentions.written(draft.text, actor)
        html, mentions = await self._rendered(text, actor, channel)
        if answered_id is not None:
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
        self._recent.keep(message)
        return message

    async def edit(self, actor: Account, message_id: int, text: str) -> Message:
        """Change one's own message. Raises NotFound, Denied, Invalid."""
        message = await self._access.message(actor, message_id)
        if message.author_id != actor.id:
            raise Denied("Only who wrote a message can change it.", reason="not_the_author")
        channel = self._access.channel(actor, message.channel_id, "message.post")
        if message.kind != "text":
            raise Conflict("This line has no words of its own.", reason="no_words")
        clean = self._body(text, may_be_empty=bool(message.files))
        self._paces.take(actor.id, self._clock.monotonic_s(), message=TOO_FAST)
        draft = Draft(clean, message.reply_to_id, files=message.files)
        draft = await self._approved(draft, actor, channel)
        words = self._mentions.written(draft.text, actor)
        html, named = await self._rendered(words, actor, channel)
        named = replace(named, answered_id=message.mentions.answered_id)

        def change(tx: CoreTransaction) -> Message:
            current = stored_message(tx, message.id)
            if current.text != words:
                keeps = self._limits.former_texts_days > 0
                former_texts.keep(tx, current if keeps else replace(current, text=""))
            edited = replace(current, text=words, html=html, edited_at=tx.now, mentions=named)
            stored.save_edit(tx, edited)
            stored_mentions.replace(tx, edited)
            tx.announce(MessageEdited(edited))
            return edited

        return await self._store.write(change)

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
        channel = await self._access.channel_or_archived(actor, channel_id)
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
                page = stored_history.before(connection, channel.id, before, limit)
            elif after is not None:
                page = stored_history.after(connection, channel.id, after, limit)
            elif around is not None:
                page = stored_history.around(connection, channel.id, around, limit)
            else:
                page = stored_history.newest(connection, channel.id, limit)
            return self._with_what_is_beside(connection, page, channel.id, actor.id)

        return await self._store.read_briefly(load)

    def _with_what_is_beside(
        self, connection: Connection, page: Page, channel_id: int, viewer_id: int
    ) -> History:
        """Ask for the rest of a page, each only if a message of the page may have it."""
        lines = page.messages
        quoted = lines.quoted_ids()
        replies = stored.find_many(connection, quoted) if quoted else ()
        started = lines.ids_with(Beside.THREAD)
        threads = stored_channels.find_threads(connection, started) if started else ()
        with_cards = lines.ids_with(Beside.CARDS) if self._access.shows_cards else ()
        return History(
            page,
            [message for message in replies if message.channel_id == channel_id],
            stored_reactions.of_messages(connection, lines.ids_with(Beside.REACTIONS), viewer_id),
            [thread for thread in threads if thread.parent_id == channel_id],
            stored_cards.of_messages(connection, with_cards),
        )

    async def move_read(self, actor: Account, channel_id: int, message_id: int) -> None:
        """Remember how far somebody has read; only forward, and only to what exists."""
        channel = await self._access.channel_or_archived(actor, channel_id)
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

    def _body(self, text: str, *, may_be_empty: bool = False) -> str:
        if may_be_empty and not text.strip():
            return ""
        clean = texts.body(text, field="text", at_most=self._limits.message_max_characters)
        if "@" in clean and len(_MENTION.findall(clean)) > self._limits.mentions_per_message:
            raise Invalid(
                f"At most {self._limits.mentions_per_message} people can be named in a message.",
                field="text",
                reason="mentions",
                most=self._limits.mentions_per_message,
            )
        return clean

    async def _rendered(self, text: str, actor: Account, channel: Channel) -> tuple[str, Mentions]:
        """Return the HTML and who is told; what may not be named stands there as plain words."""
        html = await markdown.rendered(text)
        if not markdown.names_any(html):
            return html, NOBODY
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
        await self._access.channel_or_archived(actor, channel.id, "message.post")
        if approved is draft:
            return draft
        return replace(draft, text=self._body(approved.text, may_be_empty=bool(draft.files)))


def stored_message(tx: CoreTransaction, message_id: int) -> Message:
    """Return a message as it is now. Raises NotFound."""
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
