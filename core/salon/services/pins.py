"""Pin and unpin: what a channel keeps in sight."""

from collections.abc import Sequence
from dataclasses import replace

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.channels import Channel
from salon.domain.events import MessagePinned, MessagePosted, MessageUnpinned
from salon.domain.messages import Message
from salon.errors import Conflict
from salon.services.access import Access
from salon.services.limits import Paces
from salon.services.messages import TOO_FAST, stored_message
from salon.store import channels as stored_channels
from salon.store import messages as stored
from salon.store.base import CoreTransaction
from salon.store.store import Store

PINS_MAX = 50


class Pins:
    """What is pinned in channels, always for an actor."""

    def __init__(self, store: Store, access: Access, paces: Paces, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._paces = paces
        self._clock = clock

    async def pin(self, actor: Account, message_id: int) -> Message:
        """Pin a message and say so in the channel. Twice is once.

        Raises NotFound, Denied, Conflict (50 are pinned), TooMany.
        """
        channel = await self._channel_to_pin(actor, message_id)
        # It is a line like others.
        self._paces.take(actor.id, self._clock.monotonic_s(), message=TOO_FAST)

        def add(tx: CoreTransaction) -> Message:
            message = stored_message(tx, message_id)
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
            message = replace(stored_message(tx, message_id), pinned_at=None)
            if stored.set_pinned(tx, message_id, None):
                tx.announce(MessageUnpinned(message))
            return message

        return await self._store.write(remove)

    async def of_channel(self, actor: Account, channel_id: int) -> Sequence[Message]:
        """Return what is pinned in a channel, the newest pin first. Raises NotFound."""
        channel = await self._access.channel_or_archived(actor, channel_id)
        return await self._store.read(lambda connection: stored.pinned(connection, channel.id))

    async def _channel_to_pin(self, actor: Account, message_id: int) -> Channel:
        message = await self._access.message(actor, message_id)
        return self._access.channel(actor, message.channel_id, "message.pin")


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
