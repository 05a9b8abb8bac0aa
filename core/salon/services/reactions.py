"""Leave a picture under a message and take it back; many at once are one write and one event.

What is asked for one message while it waits, a quarter of a second after the last write, is carried
out together: a hundred people who clap at once are a few events for everybody who watches. Each is
answered after the commit, and judged again just before it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.blocks import Way
from salon.domain.events import ReactionChanged
from salon.domain.messages import Message
from salon.domain.reactions import KINDS_MAX, Reacted
from salon.errors import Conflict, Invalid, NotFound, SalonError
from salon.ids import ID_DIGITS_MAX
from salon.services import emoji as pictures
from salon.services.access import Access, unreachable
from salon.services.directory import Directory
from salon.services.limits import Paces
from salon.store import messages as stored_messages
from salon.store import reactions as stored
from salon.store.base import CoreTransaction
from salon.store.store import Store

REACT = "reaction.add"
COALESCE_S = 0.25
AT_ONCE = 500  # of one write
BURST, PER_S = 10, 4  # of one account
PEOPLE_MAX = 100


@dataclass(slots=True)
class _Wish:
    actor: Account
    reacted: Reacted
    is_on: bool
    done: "asyncio.Future[None]" = field(repr=False)


class Reactions:
    """Gathers what is asked, message by message; keeps nothing else."""

    def __init__(self, store: Store, access: Access, directory: Directory, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._clock = clock
        self._paces = Paces(BURST, PER_S)
        self._waiting: dict[int, list[_Wish]] = {}
        self._carrying: set[asyncio.Task[None]] = set()

    async def add(self, actor: Account, message_id: int, emoji: str) -> None:
        """Leave a picture. Raises NotFound, Denied, Invalid, Conflict (many kinds), TooMany.

        Denied is also who is blocked by whoever wrote the message.
        """
        picture = offered(emoji, self._directory)
        message = await self._access.message(actor, message_id)
        self._check_may_react(actor, message)
        await self._ask(message, actor, Reacted(picture, actor.id), is_on=True)

    async def remove(self, actor: Account, message_id: int, emoji: str) -> None:
        """Take one's own picture back. Raises NotFound, Invalid, TooMany."""
        picture = _picture(emoji)
        message = await self._access.message(actor, message_id)
        self._access.channel(actor, message.channel_id)
        await self._ask(message, actor, Reacted(picture, actor.id), is_on=False)

    async def clear(self, actor: Account, message_id: int, emoji: str | None = None) -> None:
        """Take away what everybody left, of one picture or of all. Needs `message.manage`."""
        picture = None if emoji is None else _picture(emoji)
        message = await self._access.message(actor, message_id)
        self._access.channel(actor, message.channel_id, "message.manage")

        def take(tx: CoreTransaction) -> None:
            stored.clear(tx, message.id, picture)
            _announce(tx, message, (), ())

        await self._store.write(take)

    async def people(
        self, actor: Account, message_id: int, emoji: str, *, after: int = 0
    ) -> Sequence[int]:
        """Return who left a picture, at most a hundred by id. Raises NotFound, Invalid."""
        picture = _picture(emoji)
        message = await self._access.message(actor, message_id)
        return await self._store.read(
            lambda connection: stored.people(connection, message.id, picture, after, PEOPLE_MAX)
        )

    async def stop(self) -> None:
        """End what waits; nobody is there any more to be answered."""
        for task in tuple(self._carrying):
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    # -- many at once

    async def _ask(
        self, message: Message, actor: Account, reacted: Reacted, *, is_on: bool
    ) -> None:
        self._paces.take(
            actor.id,
            self._clock.monotonic_s(),
            message="That is a lot at once. Take a breath.",
        )
        wish = _Wish(actor, reacted, is_on, asyncio.get_running_loop().create_future())
        if message.id in self._waiting:
            self._waiting[message.id].append(wish)
        else:
            self._waiting[message.id] = [wish]
            task = asyncio.create_task(self._carry_out_all(message), name="reactions")
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)
        await wish.done

    async def _carry_out_all(self, message: Message) -> None:
        """Carry out what is asked for a message until nothing more comes."""
        try:
            while wishes := self._waiting[message.id]:
                self._waiting[message.id] = wishes[AT_ONCE:]
                await self._carry_out(
                    message, [w for w in wishes[:AT_ONCE] if self._judged(w, message)]
                )
                await asyncio.sleep(COALESCE_S)
        finally:
            for left in self._waiting.pop(message.id):
                left.done.cancel()

    def _judged(self, wish: _Wish, message: Message) -> bool:
        """Whether the wish still may be carried out; its asker is told why not."""
        try:
            if wish.is_on:
                self._check_may_react(wish.actor, message)
            else:
                self._access.channel(wish.actor, message.channel_id)
        except SalonError as error:
            _answer(wish, error)
            return False
        return True

    def _check_may_react(self, actor: Account, message: Message) -> None:
        self._access.channel(actor, message.channel_id, REACT)
        if not self._directory.reaches(Way.REACTION, actor.id, message.author_id):
            raise unreachable()

    async def _carry_out(self, message: Message, wishes: Sequence[_Wish]) -> None:
        def work(tx: CoreTransaction) -> Sequence[SalonError | None]:
            return _changed(tx, message, wishes)

        answers: Sequence[SalonError | None] = ()
        try:
            answers = await self._store.write(work) if wishes else ()
        except SalonError as error:
            answers = [error] * len(wishes)
        finally:
            for wish, answer in zip(wishes, answers, strict=False):
                _answer(wish, answer)
            for wish in wishes:
                wish.done.cancel()  # of those that have no answer


def _answer(wish: _Wish, error: SalonError | None) -> None:
    if wish.done.done():
        return  # whoever asked has gone
    if error is None:
        wish.done.set_result(None)
    else:
        wish.done.set_exception(error)


def offered(emoji: str, directory: Directory) -> str:
    """Return one spelling of a picture that can be left now. Raises Invalid."""
    picture = _picture(emoji)
    if _is_own(picture) and int(picture) not in directory.emoji:
        raise _no_emoji()
    return picture


def _picture(emoji: str) -> str:
    """Return one spelling of a picture: one of Unicode, or the id of one that is or was ours."""
    picture = emoji if _is_own(emoji) else pictures.qualified(emoji)
    if picture is None:
        raise _no_emoji()
    return picture


def _is_own(emoji: str) -> bool:
    is_number = emoji.isascii() and emoji.isdigit() and emoji[0] != "0"
    return is_number and len(emoji) <= ID_DIGITS_MAX


def _no_emoji() -> Invalid:
    return Invalid("There is no such picture.", field="emoji", reason="no_emoji")


def _changed(
    tx: CoreTransaction, message: Message, wishes: Sequence[_Wish]
) -> Sequence[SalonError | None]:
    """Carry out wishes in the order in which they came; tell once what came of it all."""
    if stored_messages.find(tx.connection, message.id) is None:
        raise NotFound("There is no such message.", field="message", reason="no_message")
    kinds = {emoji for emoji, _ in stored.counts(tx.connection, message.id)}
    before: dict[Reacted, bool] = {}
    after: dict[Reacted, bool] = {}
    answers: list[SalonError | None] = []
    for wish in wishes:
        reacted = wish.reacted
        if wish.is_on and reacted.emoji not in kinds and len(kinds) >= KINDS_MAX:
            answers.append(_full())
            continue
        before.setdefault(reacted, stored.has_left(tx.connection, message.id, reacted))
        after[reacted] = wish.is_on
        kinds |= {reacted.emoji} if wish.is_on else set()
        answers.append(None)
    added = tuple(each for each, is_on in after.items() if is_on and not before[each])
    removed = tuple(each for each, is_on in after.items() if before[each] and not is_on)
    for each in added:
        stored.add(tx, message.id, each)
    for each in removed:
        stored.remove(tx, message.id, each)
    if added or removed:
        _announce(tx, message, added, removed)
    return answers


def _full() -> Conflict:
    return Conflict(
        f"A message takes {KINDS_MAX} different pictures.", reason="reactions_full", most=KINDS_MAX
    )


def _announce(
    tx: CoreTransaction, message: Message, added: tuple[Reacted, ...], removed: tuple[Reacted, ...]
) -> None:
    counts = stored.counts(tx.connection, message.id)
    tx.announce(ReactionChanged(message.channel_id, message.id, added, removed, counts))


def forget(tx: CoreTransaction, account_id: int, limit: int) -> int:
    """Take back some of what somebody left; return under how many messages that was."""
    found = stored.of_account(tx.connection, account_id, limit)
    for message_id, reacted in found.items():
        for each in reacted:
            stored.remove(tx, message_id, each)
        message = stored_messages.find(tx.connection, message_id)
        if message is not None:
            _announce(tx, message, (), tuple(reacted))
    return len(found)
