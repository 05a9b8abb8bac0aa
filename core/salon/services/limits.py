"""How often: moving windows in memory, one key per person or address and purpose."""

from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from salon.clock import Clock
from salon.errors import TooMany


class RateLimits:
    """Counts what is asked and refuses what is too often, with the time to wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, purpose: str, who: str, *, times: int, per_s: int, message: str) -> None:
        """Count one. Raises TooMany."""
        limit = RateLimitItemPerSecond(times, per_s)
        if not self._windows.hit(limit, purpose, who):
            raise TooMany(message, retry_after_s=self._wait_s(limit, purpose, who))

    def check(self, purpose: str, who: str, *, times: int, per_s: int, message: str) -> None:
        """Refuse without counting. Raises TooMany."""
        limit = RateLimitItemPerSecond(times, per_s)
        if not self._windows.test(limit, purpose, who):
            raise TooMany(message, retry_after_s=self._wait_s(limit, purpose, who))

    def remaining(self, purpose: str, who: str, *, times: int, per_s: int) -> int:
        limit = RateLimitItemPerSecond(times, per_s)
        return self._windows.get_window_stats(limit, purpose, who).remaining

    def forget(self, purpose: str, who: str, *, times: int, per_s: int) -> None:
        self._windows.clear(RateLimitItemPerSecond(times, per_s), purpose, who)

    def _wait_s(self, limit: RateLimitItem, purpose: str, who: str) -> float:
        reset_s = self._windows.get_window_stats(limit, purpose, who).reset_time
        return max(1.0, reset_s - self._clock.now().timestamp())


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
