"""Passwords: argon2id off the loop, two at once, at most fifty waiting.

An unknown name costs the same as a wrong password: `verify` without a hash checks against a hash
of nothing, so that neither the answer nor its time tells who exists.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Self, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from salon.errors import Invalid, Unavailable
from salon.ids import new_secret

T = TypeVar("T")

LENGTH_MIN = 10
LENGTH_MAX = 256
AT_ONCE = 2
WAITING_MAX = 50


@dataclass(frozen=True, slots=True)
class Verified:
    """`rehashed` is set when the stored hash is weaker than today's settings."""

    matches: bool
    rehashed: str | None = None


class Passwords:
    """The only user of argon2. Owns two threads; `close` ends them."""

    def __init__(
        self,
        *,
        memory_kib: int = 19_456,
        passes: int = 2,
        length_min: int = LENGTH_MIN,
        at_once: int = AT_ONCE,
        waiting_max: int = WAITING_MAX,
    ) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._length_min = length_min
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2")
        self._busy = 0
        self._busy_max = at_once + waiting_max
        self._nobody: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the threads; what waits is not begun any more. May be called twice."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def check(self, password: str, *, like: tuple[str, ...] = ()) -> None:
        """Raise Invalid unless the password is fit for use; `like` are words it must not be."""
        if len(password) < self._length_min:
            raise Invalid(
                f"Please use at least {self._length_min} characters.",
                field="password",
                reason="password_short",
                at_least=self._length_min,
            )
        if len(password) > LENGTH_MAX:
            raise Invalid(
                f"Please use at most {LENGTH_MAX} characters.",
                field="password",
                reason="password_long",
                most=LENGTH_MAX,
            )
        if not password.isprintable():
            raise Invalid(
                "A password cannot hold control characters.",
                field="password",
                reason="password_characters",
            )
        if is_common(password, like):
            raise Invalid(
                "That password is too easy to guess. Three or four unrelated words are better.",
                field="password",
                reason="password_common",
            )

    async def hash(self, password: str) -> str:
        """Return the hash to store. Raises Unavailable when too many wait."""
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def verify(self, password: str, stored: str | None) -> Verified:
        """Compare, in the same time with and without a stored hash. Raises Unavailable."""
        candidate = password[:LENGTH_MAX]
        return await self._in_thread(lambda: self._verify(candidate, stored))

    def _verify(self, password: str, stored: str | None) -> Verified:
        if self._nobody is None:
            self._nobody = self._hasher.hash(new_secret())
        try:
            self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return Verified(matches=False)
        if stored is not None and self._hasher.check_needs_rehash(stored):
            return Verified(matches=True, rehashed=self._hasher.hash(password))
        return Verified(matches=stored is not None)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._busy >= self._busy_max:
            raise Unavailable(
                "Many people are at the door. Please try again in a moment.", reason="door_busy"
            )
        self._busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._busy -= 1


def is_common(password: str, like: tuple[str, ...] = ()) -> bool:
    """Whether a guesser would try it early: known, one pattern repeated, a run, or a name."""
    folded = password.casefold()
    bare = folded.strip("0123456789!?.-_ ")
    if not bare or bare in _common_passwords() or folded in _common_passwords():
        return True
    if any(word and bare == word.casefold() for word in like):
        return True
    return _is_repetition(folded) or _is_run(folded)


@cache
def _common_passwords() -> frozenset[str]:
    text = files("salon.services").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def _is_repetition(text: str) -> bool:
    """Whether it is one piece of at most four characters over and over: "abcabcabcabc"."""
    return any((text[:size] * len(text))[: len(text)] == text for size in range(1, 5))


def _is_run(text: str) -> bool:
    """Whether each character is the one after (or before) the last one: "abcdefghij"."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps in ({1}, {-1})
