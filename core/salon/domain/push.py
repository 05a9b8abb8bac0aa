"""Notices on somebody's devices while no page of theirs looks: to where, what, and when not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from salon.domain.attention import Notice

DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Wishes:
    """What may knock at one device. What says `everything` of a channel is chosen there.

    `tags`: rooms that open on what one follows.
    """

    named: bool = True
    between: bool = True
    hides_text: bool = False
    tags: bool = True


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that takes pushes for one sign-in (RFC 8030).

    `public` is its point on P-256 (65 bytes, uncompressed), `secret` what it shares with us (16
    bytes; RFC 8291, 3.2).
    """

    session_id: int
    account_id: int
    endpoint: str
    public: bytes
    secret: bytes
    language: str
    wishes: Wishes = Wishes()
    busy_until: datetime | None = None

    def is_busy(self, now: datetime) -> bool:
        """Whether nothing may knock here now."""
        return self.busy_until is not None and now < self.busy_until

    def takes(self, notice: Notice, *, is_between: bool, now: datetime) -> bool:
        """Whether something may knock here now."""
        if self.is_busy(now):
            return False
        if notice.reason != "message":
            return self.wishes.named
        return self.wishes.between or not is_between


@dataclass(frozen=True, slots=True)
class News:
    """What a plugin tells somebody at their devices, because they asked to be told.

    `title` (100 characters) and `text` (160) in each language, "en" at least; `address` is where it
    leads, here ("/r/kitchen"). A later one of the same `topic` takes the place of one that was not
    seen yet. After `news_for` it is told to nobody any more.
    """

    title: Mapping[str, str]
    text: Mapping[str, str]
    address: str
    topic: str
    news_for: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When nothing knocks anywhere: minutes of the day in a zone, over midnight or not."""

    begins_min: int
    ends_min: int
    zone: str

    def holds(self, now: datetime) -> bool:
        at = now.astimezone(ZoneInfo(self.zone))
        minute = at.hour * 60 + at.minute
        if self.begins_min <= self.ends_min:
            return self.begins_min <= minute < self.ends_min
        return minute >= self.begins_min or minute < self.ends_min
