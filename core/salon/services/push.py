"""Notices to devices whose page is closed or looks elsewhere: Web Push from this server itself.

A message waits in a short queue after it was committed; one task finds out who is told of it
aloud (`domain/attention.py`) and hands it to their push services, some devices at a time. Whoever
is here is given a moment to read it; who has read it is not told. To reach all may take minutes, so
everything is looked up and judged for each device right before it is sent: what the message says,
whether one may still read it, quiet hours, blocks, what was chosen for the channel and the device.

A push is a knock and not the message: the inbox has it anyway. So the queue gives way when it is
full, a push service that does not answer is asked again by the jobs' queue with growing pauses,
one message at a time and no longer than the message is news, and one that says that nobody is
there any more (404, 410) is forgotten.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import structlog

from salon.clock import Clock
from salon.domain.accounts import Account, AccountState
from salon.domain.attention import TO_ONESELF, Choice, Level, Notice, Reader, Said, notice_for
from salon.domain.channels import Channel, ChannelKind
from salon.domain.events import Event, MessagePosted
from salon.domain.messages import Message
from salon.domain.push import Device
from salon.errors import NotFound, SalonError, Unavailable
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.jobs import CORE, FIRST_PAUSE, Jobs
from salon.services.plain_words import PlainWords
from salon.services.push_devices import NEWS_FOR, Outcome, PushDevices
from salon.services.web_push import encoded
from salon.store import attention, mentions
from salon.store import messages as stored_messages
from salon.store import push as stored
from salon.store.base import Connection
from salon.store.store import Store

JOB = "push"
WAITING_MAX = 1_000
SENT_AT_ONCE = 8
SEEN_WITHIN_S = 3.0  # so long a page has to say that its reader saw it
ALOUD_EVERY_S = 10.0
TEXT_CHARACTERS = 160
NAME_CHARACTERS = 64
TOPIC_BYTES = 18  # 24 characters of the 32 that a topic may have (RFC 8030, 5.4)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A message to be told. `among`: of these accounts only, who were here when it came."""

    message_id: int
    among: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class _News:
    """A message with all that says who is told of it."""

    message: Message
    channel: Channel
    author: Account
    told_here: frozenset[int]
    choices: Mapping[int, Choice]


@dataclass(frozen=True, slots=True)
class _Told:
    """What one device is told."""

    news: _News
    device: Device
    notice: Notice


class Push:
    """Owns the queue and the task."""

    def __init__(  # noqa: PLR0913 who is told depends on much
        self,
        *,
        store: Store,
        access: Access,
        directory: Directory,
        devices: PushDevices,
        jobs: Jobs,
        clock: Clock,
        present: Callable[[], Collection[int]],
        seen_within_s: float = SEEN_WITHIN_S,
    ) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._words = PlainWords(access, directory)
        self._devices = devices
        self._jobs = jobs
        self._clock = clock
        self._present = present
        self._seen_within_s = seen_within_s
        self._aloud_at_s: dict[int, float] = {}  # by sign-in, the longest ago first
        self._resting: set[int] = set()  # sign-ins whose push service is asked again by a job
        self._queue: asyncio.Queue[_Turn] = asyncio.Queue(WAITING_MAX)
        self._later: set[asyncio.TimerHandle] = set()
        self._task: asyncio.Task[None] | None = None
        jobs.perform(JOB, self._again)

    async def start(self) -> None:
        await self._devices.start()
        self._task = asyncio.create_task(self._work(), name="push")

    async def stop(self) -> None:
        for timer in self._later:
            timer.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def settled(self) -> None:
        """Return when nothing waits; for tests."""
        await self._queue.join()
        while self._later:
            await asyncio.sleep(0.01)
            await self._queue.join()

    # -- from a message to those who are told

    def happened(self, event: Event) -> None:
        """Put a new message into the queue, if there is anybody to tell and a place."""
        if isinstance(event, MessagePosted) and event.name == MessagePosted.name:
            is_told = event.message.kind == "text" and bool(self._devices.accounts())
            if is_told:
                self._put(_Turn(event.message.id))

    def _put(self, turn: _Turn) -> None:
        if not self._queue.full():
            self._queue.put_nowait(turn)

    async def _work(self) -> None:
        while True:
            turn = await self._queue.get()
            try:
                await self._tell(turn)
            except SalonError as error:
                log.warning("a message was pushed to nobody", reason=error.message)
            except Exception:  # what a stranger's push service does must not end the task
                log.exception("a message could not be pushed")
            finally:
                self._queue.task_done()

    async def _tell(self, turn: _Turn) -> None:
        news = await self._news(turn.message_id)
        if news is None:
            return
        candidates = self._candidates(news)
        if turn.among is None:
            here = frozenset(candidates.intersection(self._present()))
            self._look_again(_Turn(turn.message_id, here))
            candidates -= here
        else:
            candidates &= turn.among
        devices = (each for id_ in sorted(candidates) for each in self._devices.of(id_))
        waiting = iter([device.session_id for device in devices])
        await asyncio.gather(
            *(self._tell_each(turn.message_id, waiting) for _ in range(SENT_AT_ONCE))
        )

    async def _tell_each(self, message_id: int, waiting: Iterator[int]) -> None:
        """Judge and tell one device after the other of those that still wait."""
        for session_id in waiting:
            told = await self._told(message_id, session_id)
            if told is not None:
                await self._send(told)

    def _look_again(self, turn: _Turn) -> None:
        """Tell those who are here a moment later, unless they have read it by then."""
        if not turn.among:
            return
        loop = asyncio.get_running_loop()

        def due() -> None:
            self._later.discard(timer)
            self._put(turn)

        timer = loop.call_later(self._seen_within_s, due)
        self._later.add(timer)

    async def _news(self, message_id: int, reader_id: int | None = None) -> _News | None:
        """Return it with what everybody chose, or one reader; None if it is gone."""

        def look(connection: Connection) -> tuple[Message, frozenset[int], Mapping[int, Choice]]:
            message = stored_messages.find(connection, message_id)
            if message is None:
                raise NotFound("It was deleted meanwhile.", reason="no_message")
            here = mentions.told_here(connection, message_id) if message.mentions.here else ()
            choices = attention.levels_at(connection, message.channel_id, reader_id)
            return message, frozenset(here), choices

        try:
            message, told_here, choices = await self._store.read(look)
        except NotFound:
            return None
        channel = self._directory.channel(message.channel_id)
        author = self._directory.account(message.author_id)
        if channel is None or author is None:
            return None
        return _News(message, channel, author, told_here, choices)

    def _candidates(self, news: _News) -> set[int]:
        """Return the accounts with devices that could be told: each is judged afterwards."""
        named = news.message.mentions
        devices = self._devices.accounts()
        if named.everyone or named.role_ids:
            return set(devices)
        some = {*named.account_ids, *news.told_here, named.answered_id or 0}
        if news.channel.is_conversation:
            some |= news.channel.member_ids
        some |= {id_ for id_, each in news.choices.items() if each.level is Level.EVERYTHING}
        return {id_ for id_ in some if id_ in devices}

    async def _told(self, message_id: int, session_id: int) -> _Told | None:
        """Return what a device is told now, if anything."""
        device = self._devices.find(session_id)
        news = await self._news(message_id, device.account_id) if device else None
        if device is None or news is None or await self._is_quiet(news, device.account_id):
            return None
        notice = self._notice(news, device.account_id)
        is_between = news.channel.is_conversation
        if notice is None or not notice.aloud:
            return None
        if not device.takes(notice, is_between=is_between, now=self._clock.now()):
            return None
        return _Told(news, device, notice)

    async def _is_quiet(self, news: _News, account_id: int) -> bool:
        """Whether somebody has read it already, or is to be left alone by all devices."""
        channel_id, message_id, one = news.channel.id, news.message.id, (account_id,)

        def look(connection: Connection) -> bool:
            hours = stored.quiet_hours_of(connection, one).get(account_id)
            if hours is not None and hours.holds(self._clock.now()):
                return True
            return bool(stored_messages.have_read(connection, channel_id, message_id, one))

        return await self._store.read(look)

    def _notice(self, news: _News, account_id: int) -> Notice | None:
        account = self._directory.account(account_id)
        if account is None or account.state is not AccountState.ACTIVE:
            return None
        if not self._access.may_view(account, news.channel.id):
            return None
        reader = Reader(
            account=account,
            choice=news.choices.get(account_id),
            was_here=account_id in news.told_here,
            blocks_author=self._directory.blocks(account_id, news.author.id),
        )
        said = Said(news.author.id, news.message.mentions, news.channel.is_conversation)
        return notice_for(said, reader, self._clock.now())

    # -- to a push service

    async def _send(self, told: _Told) -> None:
        """Hand it over; what fails is tried again by a job, one message of a device at a time."""
        session_id = told.device.session_id
        if session_id in self._resting:
            return
        if await self._knock(told) == "later":
            self._resting.add(session_id)
            payload = {"message_id": told.news.message.id, "session_id": session_id}
            at = self._clock.now() + FIRST_PAUSE
            await self._jobs.enqueue(CORE, JOB, payload, at)

    async def _again(self, payload: dict[str, Any]) -> None:
        """Try again what a push service did not take. Raises Unavailable while it does not."""
        session_id = int(payload["session_id"])
        told = await self._told(int(payload["message_id"]), session_id)
        if told and self._clock.now() - told.news.message.posted_at < NEWS_FOR:
            self._resting.add(session_id)  # also after a restart
            if await self._knock(told) == "later":
                raise Unavailable("The push service does not answer.", reason="push_failed")
        self._resting.discard(session_id)

    async def _knock(self, told: _Told) -> Outcome:
        news, device = told.news, told.device
        topic = encoded(sha256(str(news.channel.id).encode()).digest()[:TOPIC_BYTES])
        is_urgent = told.notice.reason in TO_ONESELF or news.channel.is_conversation
        content = self._content(told)
        outcome = await self._devices.deliver(
            device, content, topic=topic, urgency="high" if is_urgent else "normal"
        )
        if outcome == "sent" and not content["silent"]:
            self._aloud_at_s[device.session_id] = self._clock.monotonic_s()
        return outcome

    def _is_aloud(self, device: Device) -> bool:
        """Whether the device has been silent for a while; what is longer ago is forgotten."""
        since_s = self._clock.monotonic_s() - ALOUD_EVERY_S
        while self._aloud_at_s and next(iter(self._aloud_at_s.values())) <= since_s:
            del self._aloud_at_s[next(iter(self._aloud_at_s))]
        return device.session_id not in self._aloud_at_s

    def _content(self, told: _Told) -> dict[str, Any]:
        """Return what the device is told: at most some 1,500 bytes, for `CONTENT_MAX`."""
        news, device = told.news, told.device
        message, channel = news.message, news.channel
        text = "" if device.wishes.hides_text else self._plain(message, device.account_id)
        return {
            "kind": "message",
            "language": device.language,
            "reason": told.notice.reason,
            "channel_id": str(channel.id),
            "message_id": str(message.id),
            "address": self._address(channel, message.id),
            "author": (message.shown_as or news.author.display_name)[:NAME_CHARACTERS],
            "place": "" if channel.kind is ChannelKind.DIRECT else channel.name[:NAME_CHARACTERS],
            "text": text,
            "silent": not self._is_aloud(device),
        }

    def _address(self, channel: Channel, message_id: int) -> str:
        if channel.is_conversation:
            return f"/d/{channel.id}/m/{message_id}"
        if channel.parent_id is not None:
            parent = self._directory.channel(channel.parent_id)
            return f"/c/{parent.slug if parent else ''}/t/{channel.id}/m/{message_id}"
        return f"/{'r' if channel.room_id else 'c'}/{channel.slug}/m/{message_id}"

    def _plain(self, message: Message, reader_id: int) -> str:
        """Return how a message begins, on one line."""
        words = self._words.of(message, self._directory.account(reader_id))
        line = " ".join(words[: 4 * TEXT_CHARACTERS].split())
        return line if len(line) <= TEXT_CHARACTERS else line[: TEXT_CHARACTERS - 1] + "…"
