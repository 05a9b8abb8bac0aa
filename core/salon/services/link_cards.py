"""Cards under messages with links: off unless the community wants them.

A message with links is put into a short queue after it was committed; one task looks at its pages,
each once in a day for all messages, and tells who sees the channel. Under load this gives way
first: what finds no place in the queue, or is not answered, has no card. No reader ever goes to a
page, and none sees who else does: the picture that a page names is fetched with it, made anew and
small like those of members, and had from here by who sees a message with the card. A picture that
cannot be had leaves a card without. What is looked at no more, or was taken away, goes with its
picture; a card that was taken away does not come back while the message has its link.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.events import Event, LinkCardsChanged, MessageEdited, MessagePosted
from salon.domain.link_cards import LinkCard, card_of, links_in, picture_of
from salon.domain.messages import Beside, Message
from salon.errors import NotFound, SalonError
from salon.services.access import Access
from salon.services.announcer import Announcer
from salon.services.fetch import PAGES, PICTURES, Fetch, Fetched, Unfetchable
from salon.services.files import Files
from salon.store import link_cards as stored
from salon.store import messages as stored_messages
from salon.store.base import CoreTransaction
from salon.store.store import Store

WAITING_MAX = 200
FRESH_FOR = timedelta(days=1)
SAID = frozenset({MessagePosted.name, MessageEdited.name})

log = structlog.get_logger(__name__)


class LinkCards:
    """Owns the queue and the task."""

    def __init__(  # noqa: PLR0913 pages, pictures and who is told
        self,
        *,
        store: Store,
        access: Access,
        announcer: Announcer,
        fetch: Fetch,
        files: Files,
        clock: Clock,
        base_url: Callable[[], str],
    ) -> None:
        self._store = store
        self._access = access
        self._announcer = announcer
        self._fetch = fetch
        self._files = files
        self._clock = clock
        self._base_url = base_url
        self._queue: asyncio.Queue[Message] = asyncio.Queue(WAITING_MAX)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.prune()
        self._task = asyncio.create_task(self._work(), name="link_cards")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def prune(self) -> None:
        """Forget what no message shows any more. Called by the clock."""
        await self._store.write(stored.prune)
        self._files.look_soon()

    async def settled(self) -> None:
        """Return when nothing waits; for tests."""
        await self._queue.join()

    def happened(self, event: Event) -> None:
        """Put a message with links into the queue, if there is a place and cards are wanted."""
        if not isinstance(event, MessagePosted) or event.name not in SAID:
            return  # a pin says nothing new, and must not bring back a card that was taken away
        may_have_cards = "<a " in event.message.html or isinstance(event, MessageEdited)
        if self._access.shows_cards and may_have_cards and not self._queue.full():
            self._queue.put_nowait(event.message)

    async def remove(self, actor: Account, message_id: int, url: str) -> None:
        """Take a card from one's own message, or from another's with `message.manage`.

        Raises NotFound, Denied.
        """
        message = await self._access.message(actor, message_id)
        if message.author_id != actor.id:
            self._access.channel(actor, message.channel_id, "message.manage")
        if not await self._store.write(lambda tx: stored.hide(tx, message_id, url)):
            raise NotFound("There is no such card.", field="url", reason="no_card")
        self._files.look_soon()
        await self._tell(message)

    async def _work(self) -> None:
        while True:
            message = await self._queue.get()
            try:
                await self._make(message)
            except SalonError as error:
                log.warning("a message has no cards", reason=error.message)
            except Exception:  # what a stranger's page does must not end the task
                log.exception("cards could not be made")
            finally:
                self._queue.task_done()

    async def _make(self, message: Message) -> None:
        found = links_in(message.text, message.html)
        own = f"{self._base_url()}/"  # pages show our own rooms themselves, as they are
        urls = [url for url in found if not url.startswith(own)]
        removed = await self._store.read(lambda c: stored.removed_from(c, message.id, urls))
        for url in urls:
            if url not in removed:
                await self._look_at(url)

        def show(tx: CoreTransaction) -> bool:
            current = stored_messages.find(tx.connection, message.id)
            if current is None or current.html != message.html:
                return False  # it has gone, or its later text comes after this
            stored.show(tx, message.id, urls)
            if urls:
                stored_messages.note_beside(tx, message.id, Beside.CARDS)
            return True

        if await self._store.write(show):
            await self._tell(message)

    async def _look_at(self, url: str) -> None:
        """Look at a page, unless that was done today."""
        since = self._clock.now() - FRESH_FOR
        if await self._store.read(lambda connection: stored.is_known(connection, url, since)):
            return
        card = None
        try:
            page = await self._fetch.get(url, types=PAGES, may_be_cut=True)
            card = await asyncio.to_thread(card_of, url, page.content, page.charset)
            if card is not None:
                card = replace(card, picture_id=await self._picture_of(page))
        except Unfetchable as error:
            log.info("a link has no card", reason=str(error))
        await self._store.write(lambda tx: stored.keep(tx, url, card))

    async def _picture_of(self, page: Fetched) -> int | None:
        """Return the picture of a page as a file that waits for its card, or None without one."""
        url = await asyncio.to_thread(picture_of, page.url, page.content, page.charset)
        if not url:
            return None
        try:
            picture = await self._fetch.get(url, types=PICTURES)
            return (await self._files.take_picture_of_page(picture.content)).id
        except (Unfetchable, SalonError) as error:
            log.info("a card has no picture", reason=str(error))
            return None

    async def _tell(self, message: Message) -> None:
        found = await self.of([message.id])
        event = LinkCardsChanged(message.channel_id, message.id, tuple(found.get(message.id, ())))
        self._announcer.tell(event)

    async def of(self, ids: Sequence[int]) -> Mapping[int, Sequence[LinkCard]]:
        """Return the cards of messages that somebody was given already."""
        if not self._access.shows_cards:
            return {}
        return await self._store.read(lambda connection: stored.of_messages(connection, ids))
