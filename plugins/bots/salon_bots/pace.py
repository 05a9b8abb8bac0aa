"""Rate limits as Discord tells them: a bucket with a window, said in every answer's headers."""

import hashlib
import math
from collections import OrderedDict
from dataclasses import dataclass

BUCKETS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Limit:
    """`times` in each window of `per_s`."""

    times: int
    per_s: float


@dataclass(slots=True)
class _Window:
    ends_at_s: float
    used: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """How one request stands in its bucket."""

    name: str
    limit: Limit
    left: int
    ends_in_s: float
    ends_at_unix_s: float
    is_over: bool
    is_global: bool = False

    def headers(self) -> dict[str, str]:
        """Return what libraries read to wait before they are refused."""
        headers = {
            "X-RateLimit-Limit": str(self.limit.times),
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Reset": f"{self.ends_at_unix_s:.3f}",
            "X-RateLimit-Reset-After": f"{self.ends_in_s:.3f}",
            "X-RateLimit-Bucket": self.name,
        }
        if self.is_over:
            headers |= refused_headers(self.ends_in_s, is_global=self.is_global)
        return headers


def refused_headers(retry_after_s: float, *, is_global: bool = False) -> dict[str, str]:
    """Return the headers of a 429. Without `Via`, discord.py takes it for a ban by a proxy."""
    headers = {
        "Retry-After": str(max(1, math.ceil(retry_after_s))),
        "X-RateLimit-Scope": "global" if is_global else "user",
        "Via": "1.1 salon",
    }
    return headers | ({"X-RateLimit-Global": "true"} if is_global else {})


class Paces:
    """Counts requests; the caller says the time."""

    def __init__(self) -> None:
        self._windows: OrderedDict[tuple[str, str], _Window] = OrderedDict()

    def left(self, who: str, bucket: str, limit: Limit, *, now_s: float) -> int:
        """Return how many more are taken now, without counting."""
        window = self._windows.get((who, bucket))
        if window is None or now_s >= window.ends_at_s:
            return limit.times
        return limit.times - window.used

    def hit(self, who: str, bucket: str, limit: Limit, *, now_s: float, unix_s: float) -> Pace:
        """Count one and say how it stands; one that is over is not counted."""
        key = (who, bucket)
        window = self._windows.get(key)
        if window is None or now_s >= window.ends_at_s:
            window = self._windows[key] = _Window(now_s + limit.per_s)
        self._windows.move_to_end(key)
        if len(self._windows) > BUCKETS_KEPT:
            self._windows.popitem(last=False)
        is_over = window.used >= limit.times
        if not is_over:
            window.used += 1
        ends_in_s = max(0.0, window.ends_at_s - now_s)
        return Pace(
            name=hashlib.sha256(bucket.encode()).hexdigest()[:16],
            limit=limit,
            left=limit.times - window.used,
            ends_in_s=ends_in_s,
            ends_at_unix_s=unix_s + ends_in_s,
            is_over=is_over,
        )
