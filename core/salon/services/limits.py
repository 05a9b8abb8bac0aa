"""How often: moving windows in memory, one key per person or address and purpose."""

from collections import OrderedDict, deque
from ipaddress import IPv6Address, ip_address

from salon.clock import Clock
from salon.errors import TooMany

WINDOWS_MAX = 50_000  # strangers choose the keys: over this, the one used longest ago is forgotten
PACES_KEPT = 10_000  # the same for accounts

Key = tuple[str, str]


class RateLimits:
    """Counts what is asked and refuses what is too often, with the time to wait."""

    def __init__(self, clock: Clock, *, windows_max: int = WINDOWS_MAX) -> None:
        self._clock = clock
        self._windows_max = windows_max
        self._windows: OrderedDict[Key, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def hit(self, purpose: str, who: str, *, times: int, per_s: int, message: str) -> None:
        """Count one. Raises TooMany, which is not counted."""
        now_s = self._clock.monotonic_s()
        hits = self._kept((purpose, who), now_s - per_s)
        if len(hits) >= times:
            raise TooMany(message, retry_after_s=max(1.0, hits[-times] + per_s - now_s))
        hits.append(now_s)

    def remaining(self, purpose: str, who: str, *, times: int, per_s: int) -> int:
        hits = self._windows.get((purpose, who), ())
        since_s = self._clock.monotonic_s() - per_s
        return max(0, times - sum(hit_s > since_s for hit_s in hits))

    def forget(self, purpose: str, who: str) -> None:
        self._windows.pop((purpose, who), None)

    def _kept(self, key: Key, since_s: float) -> deque[float]:
        """Return the hits of a window that still count."""
        hits = self._windows.setdefault(key, deque())
        self._windows.move_to_end(key)
        while hits and hits[0] <= since_s:
            hits.popleft()
        if len(self._windows) > self._windows_max:
            self._windows.popitem(last=False)
        return hits


class Bucket:
    """A token bucket: `burst` at once, then `per_s`. The caller says the time."""

    __slots__ = ("_at_s", "_burst", "_left", "_per_s")

    def __init__(self, burst: float, per_s: float) -> None:
        self._burst = burst
        self._per_s = per_s
        self._left = burst
        self._at_s: float | None = None

    def take(self, now_s: float) -> float:
        """Take one and return 0, or return how many seconds to wait for one."""
        if self._at_s is not None:
            self._left = min(self._burst, self._left + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        if self._left < 1:
            return (1 - self._left) / self._per_s
        self._left -= 1
        return 0.0


class Paces:
    """A bucket for each account, on all its sockets together."""

    def __init__(self, burst: float, per_s: float, *, kept: int = PACES_KEPT) -> None:
        self._burst = burst
        self._per_s = per_s
        self._kept = kept
        self._buckets: OrderedDict[int, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, account_id: int, now_s: float, *, message: str) -> None:
        """Take one. Raises TooMany with the time to wait."""
        bucket = self._buckets.setdefault(account_id, Bucket(self._burst, self._per_s))
        self._buckets.move_to_end(account_id)
        if len(self._buckets) > self._kept:
            self._buckets.popitem(last=False)
        wait_s = bucket.take(now_s)
        if wait_s:
            raise TooMany(message, retry_after_s=wait_s)


def network_of(address: str) -> str:
    """Return what one home or server has: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(IPv6Address(int(ip) >> 64 << 64))
    return str(ip)
