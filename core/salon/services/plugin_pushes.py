"""News of plugins, and of rooms on followed tags: Web Push to the devices of one account.

News waits in a short queue; some tasks hand it to the push services of the account's devices.
Whether the account may still act here and see the place, quiet hours and a device that is not to be
disturbed are judged right before it is sent. When the queue is full it gives way: a push is a knock
and nothing that only it says. A push service that does not answer is asked again by the jobs'
queue, no longer than it is news.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import structlog

from salon.clock import Clock
from salon.domain.events import Place
from salon.domain.push import Device, News
from salon.errors import Invalid, SalonError, Unavailable
from salon.services.directory import Directory
from salon.services.jobs import CORE, FIRST_PAUSE, Jobs
from salon.services.push_devices import PushDevices
from salon.services.web_push import encoded
from salon.store import push as stored
from salon.store.store import Store

JOB = "plugin_push"
TAGS = "core.tags"  # who tells of rooms on followed tags; no plugin has such a name
WAITING_MAX = 1_000
SENT_AT_ONCE = 4
TITLE_CHARACTERS = 100
TEXT_CHARACTERS = 160
ADDRESS_CHARACTERS = 200
TOPIC_CHARACTERS = 64
TOPIC_BYTES = 18  # 24 characters of the 32 that a topic may have (RFC 8030, 5.4)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Turn:
    """News from somebody (a plugin, or `TAGS`) to an account that may see the place."""

    sender: str
    account_id: int
    news: News
    place_id: int | None


class PluginPushes:
    """Owns the queue and the tasks."""

    def __init__(
        self, *, store: Store, directory: Directory, devices: PushDevices, jobs: Jobs, clock: Clock
    ) -> None:
        self._store = store
        self._directory = directory
        self._devices = devices
        self._jobs = jobs
        self._clock = clock
        self._queue: asyncio.Queue[_Turn] = asyncio.Queue(WAITING_MAX)
        self._tasks: list[asyncio.Task[None]] = []
        jobs.perform(JOB, self._again)

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._work(), name=f"plugin_pushes.{n}")
            for n in range(SENT_AT_ONCE)
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settled(self) -> None:
        """Return when nothing waits; for tests."""
        await self._queue.join()

    def push(
        self, sender: str, account_id: int, news: News, *, place_id: int | None = None
    ) -> None:
        """Let news wait for its turn. Raises Invalid for what leads out of here.

        `place_id`: who may not see this place when it is sent is not told.
        """
        if not news.address.startswith("/") or news.address.startswith("//"):
            raise Invalid("News leads to an address here, like /r/kitchen.")
        if len(news.address) > ADDRESS_CHARACTERS or len(news.topic) > TOPIC_CHARACTERS:
            raise Invalid("The address or the topic of this news is too long.")
        if account_id in self._devices.accounts() and not self._queue.full():
            self._queue.put_nowait(_Turn(sender, account_id, news, place_id))

    async def _work(self) -> None:
        while True:
            turn = await self._queue.get()
            try:
                for device in self._devices.of(turn.account_id):
                    await self._send(turn, device)
            except SalonError as error:
                log.warning("news was not pushed", plugin=turn.sender, reason=error.message)
            except Exception:  # what a stranger's push service does must not end the task
                log.exception("news could not be pushed", plugin=turn.sender)
            finally:
                self._queue.task_done()

    async def _send(self, turn: _Turn, device: Device) -> None:
        news, content = turn.news, _content(turn.sender, device, turn.news)
        if not await self._deliver(device, content, news.topic, turn.place_id):
            until = self._clock.now() + news.news_for
            payload = {
                "session_id": device.session_id,
                "content": content,
                "topic": news.topic,
                "until": until.isoformat(),
                "place_id": turn.place_id,
            }
            await self._jobs.enqueue(CORE, JOB, payload, self._clock.now() + FIRST_PAUSE)

    async def _again(self, payload: dict[str, Any]) -> None:
        """Try again what a push service did not take. Raises Unavailable while it does not."""
        device = self._devices.find(int(payload["session_id"]))
        is_over = self._clock.now() >= datetime.fromisoformat(payload["until"])
        if device is None or is_over:
            return
        content, topic, place_id = payload["content"], payload["topic"], payload["place_id"]
        if not await self._deliver(device, content, topic, place_id):
            raise Unavailable("The push service does not answer.", reason="push_failed")

    async def _deliver(
        self, device: Device, content: dict[str, Any], topic: str, place_id: int | None
    ) -> bool:
        """Knock at a device if it may be knocked at now; False: to be tried again."""
        is_wanted = content["plugin"] != TAGS or device.wishes.tags
        if not is_wanted or not await self._may_knock(device, place_id):
            return True
        digest = sha256(f"{content['plugin']}:{topic}".encode()).digest()
        named = encoded(digest[:TOPIC_BYTES])
        outcome = await self._devices.deliver(device, content, topic=named, urgency="high")
        return outcome != "later"

    async def _may_knock(self, device: Device, place_id: int | None) -> bool:
        now = self._clock.now()
        account = self._directory.account(device.account_id)
        if account is None or not account.is_usable(now) or device.is_busy(now):
            return False
        if place_id is not None and not self._directory.may_receive(account.id, Place(place_id)):
            return False
        hours = await self._store.read(lambda c: stored.quiet_hours_of(c, (account.id,)))
        return not any(each.holds(now) for each in hours.values())


def _content(sender: str, device: Device, news: News) -> dict[str, Any]:
    """Return what a device is told: under 1,500 bytes, for `CONTENT_MAX`."""
    is_hidden = device.wishes.hides_text
    return {
        "kind": "plugin",
        "plugin": sender,
        "language": device.language,
        "title": "" if is_hidden else _in(news.title, device.language)[:TITLE_CHARACTERS],
        "text": "" if is_hidden else _in(news.text, device.language)[:TEXT_CHARACTERS],
        "address": news.address,
        "topic": f"{sender}:{news.topic}",
        "silent": False,
    }


def _in(words: Any, language: str) -> str:
    """Return what is said in a language, in English where nothing is said in it."""
    found: str = words.get(language, words.get("en", ""))
    return found
