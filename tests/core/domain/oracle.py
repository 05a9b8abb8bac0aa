"""Discord's rules of permissions and rank a second time, as bits and a ladder, to judge ours by.

Written from the description of the rules, not from the code; it knows nothing of the core.
"""

from collections.abc import Callable
from typing import Any

NAMES = ("channel.view", "message.post", "message.manage", "channel.manage", "room.speak",
         "role.manage", "member.manage", "member.time_out", "member.invite",
         "administrator")  # fmt: skip
BIT = {name: 1 << at for at, name in enumerate(NAMES)}
ALL = (1 << len(NAMES)) - 1


def bits(names: frozenset[str]) -> int:
    return sum(BIT[name] for name in names)


class World:
    """One community with one place. The ladder has the roles from the bottom, everyone's first."""

    def __init__(self, everyone: int, granted: int, owner: int, people: list[int]) -> None:
        self.ladder = [everyone]
        self.bits = {everyone: granted}
        self.owner = owner
        self.has: dict[int, set[int]] = {who: set() for who in people}
        self.place: dict[tuple[str, int], tuple[int, int]] = {}

    # -- what somebody has

    def rank(self, who: int) -> int:
        if who == self.owner:
            return len(self.ladder)
        return max([self.ladder.index(role) for role in self.has[who]], default=0)

    def everywhere(self, who: int) -> int:
        held = self.bits[self.ladder[0]]
        for role in self.has[who]:
            held |= self.bits[role]
        return ALL if who == self.owner or held & BIT["administrator"] else held

    def here(self, who: int) -> int:
        held = self.everywhere(who)
        if held == ALL:
            return ALL
        allow, deny = self.place.get(("role", self.ladder[0]), (0, 0))
        held = held & ~deny | allow
        theirs = [self.place.get(("role", role), (0, 0)) for role in self.has[who]]
        for _, deny in theirs:
            held &= ~deny
        for allow, _ in theirs:
            held |= allow
        allow, deny = self.place.get(("account", who), (0, 0))
        held = held & ~deny | allow
        return held if held & BIT["channel.view"] else 0

    # -- what somebody wants: whether it may be, and then it is

    def create(self, who: int, role: int, granted: int) -> bool:
        if not self._may(who, "role.manage", granted) or self.rank(who) == 0:
            return False
        self.ladder.insert(1, role)
        self.bits[role] = granted
        return True

    def edit(self, who: int, role: int, granted: int) -> bool:
        changed = self.bits[role] ^ granted
        if not self._may(who, "role.manage", changed) or not self._below(who, role):
            return False
        return self._unless_shut_out(who, self.everywhere, bits={**self.bits, role: granted})

    def delete(self, who: int, role: int) -> bool:
        if role == self.ladder[0] or not self._below(who, role):
            return False
        return self._may(who, "role.manage") and self._unless_shut_out(
            who,
            self.everywhere,
            ladder=[each for each in self.ladder if each != role],
            has={each: roles - {role} for each, roles in self.has.items()},
            place={whom: said for whom, said in self.place.items() if whom != ("role", role)},
        )

    def order(self, who: int, roles: list[int]) -> bool:
        wanted = [self.ladder[0], *reversed(roles)]
        moving = [at for at, role in enumerate(self.ladder) if role != wanted[at]]
        if not self._may(who, "role.manage") or any(at >= self.rank(who) for at in moving):
            return False
        self.ladder = wanted
        return True

    def give(self, who: int, to: int, roles: set[int]) -> bool:
        if not self._may(who, "member.manage") or not all(
            self._below(who, role) for role in roles ^ self.has[to]
        ):
            return False
        if who != to and self.rank(to) >= self.rank(who):
            return False
        self.has[to] = roles
        return True

    def overwrite(self, who: int, kind: str, whom: int, allow: int, deny: int) -> bool:
        before = self.place.get((kind, whom), (0, 0))
        changed = before[0] ^ allow | before[1] ^ deny
        held = self.here(who)
        above = self._below(who, whom) if kind == "role" else self.rank(whom) < self.rank(who)
        if changed & ~held or not held & BIT["role.manage"] or not above or allow & deny:
            return False
        place = {**self.place, (kind, whom): (allow, deny)}
        return self._unless_shut_out(who, self.here, place=place)

    def _unless_shut_out(self, who: int, held: Callable[[int], int], **wanted: Any) -> bool:
        before = {name: getattr(self, name) for name in wanted}
        vars(self).update(wanted)
        if held(who) & BIT["role.manage"]:
            return True
        vars(self).update(before)
        return False

    def _below(self, who: int, role: int) -> bool:
        return self.ladder.index(role) < self.rank(who)

    def _may(self, who: int, name: str, changed: int = 0) -> bool:
        held = self.everywhere(who)
        return bool(held & BIT[name]) and not changed & ~held
