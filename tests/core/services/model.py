"""A community in plain Python: what people may do, what then is, and who may know of it.

Written from the rules, not from the code, and without a database: dictionaries and lists. People,
channels, categories, roles and messages are small numbers, in the order in which they came.
"""

import runpy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ORACLE = runpy.run_path(str(Path(__file__).parents[1] / "domain" / "oracle.py"))
World: Any = ORACLE["World"]
BIT: dict[str, int] = ORACLE["BIT"]
ALL: int = ORACLE["ALL"]
VIEW = BIT["channel.view"]


@dataclass
class Place:
    category: int | None
    overwrites: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)


@dataclass
class Said:
    channel: int
    author: int
    text: str


class Community(World):  # type: ignore[misc]  # the oracle is run, not imported
    """The oracle's roles and ranks, and around them channels, messages and who is away."""

    def __init__(self, everyone: int, granted: int, owner: int) -> None:
        super().__init__(everyone, granted, owner, [owner])
        self.channels: dict[int, Place] = {}
        self.messages: dict[int, Said] = {}
        self.categories: set[int] = set()
        self.paused: set[int] = set()
        self.banned: set[int] = set()
        self.blocks: set[tuple[int, int]] = set()  # who, and whom they do not want to hear
        self.pairs: set[frozenset[int]] = set()  # those who have a conversation

    # -- who may what

    def everywhere(self, who: int) -> int:
        return self._while_away(who, super().everywhere(who))

    def here(self, who: int) -> int:
        return self._while_away(who, super().here(who))

    def _while_away(self, who: int, held: int) -> int:
        if who in self.banned:
            return 0
        return held & VIEW if who in self.paused else held

    def held(self, who: int, channel: int) -> int:
        """Return what somebody holds at a channel; nothing where there is none."""
        if channel not in self.channels:
            return 0
        self.place = self.channels[channel].overwrites
        held: int = self.here(who)
        return held

    def may(self, who: int, name: str, channel: int) -> bool:
        return self.held(who, channel) & (VIEW | BIT[name]) == VIEW | BIT[name]

    def readers(self, channel: int) -> set[int]:
        return {who for who in self.has if self.may(who, "channel.view", channel)}

    def can_read(self, who: int, message: int) -> bool:
        said = self.messages.get(message)
        return said is not None and self.may(who, "channel.view", said.channel)

    # -- what somebody wants: whether it may be, and then it is

    def join(self, inviter: int, newcomer: int) -> bool:
        if not self._may(inviter, "member.invite"):
            return False
        self.has[newcomer] = set()
        return True

    def post(self, who: int, channel: int, message: int, text: str) -> bool:
        if not self.may(who, "message.post", channel):
            return False
        self.messages[message] = Said(channel, who, text)
        return True

    def edit_message(self, who: int, message: int, text: str) -> bool:
        if not self.can_read(who, message):
            return False
        said = self.messages[message]
        if said.author != who or not self.may(who, "message.post", said.channel):
            return False
        said.text = text
        return True

    def delete_message(self, who: int, message: int) -> bool:
        if not self.can_read(who, message):
            return False
        said = self.messages[message]
        if said.author != who and not self.may(who, "message.manage", said.channel):
            return False
        del self.messages[message]
        return True

    def make_channel(self, who: int, channel: int, category: int | None) -> bool:
        if not self._may(who, "channel.manage"):
            return False
        self.channels[channel] = Place(category)
        return True

    def move_channel(self, who: int, channel: int, category: int) -> bool:
        if not self.may(who, "channel.manage", channel):
            return False
        self.channels[channel].category = category
        return True

    def delete_channel(self, who: int, channel: int) -> bool:
        if not self.may(who, "channel.manage", channel):
            return False
        del self.channels[channel]
        self.messages = {id_: m for id_, m in self.messages.items() if m.channel != channel}
        return True

    def delete(self, who: int, role: int) -> bool:
        self.place = {}
        if not super().delete(who, role):
            return False
        for place in self.channels.values():
            place.overwrites.pop(("role", role), None)
        return True

    def except_at(
        self, who: int, channel: int, whom: tuple[str, int], said: tuple[int, int]
    ) -> bool:
        """Set what a channel says of a role or a person."""
        if not self.may(who, "role.manage", channel) or not self.overwrite(who, *whom, *said):
            return False
        self.channels[channel].overwrites = {k: v for k, v in self.place.items() if v != (0, 0)}
        return True

    def pause(self, who: int, whom: int, *, lifted: bool) -> bool:
        if not self._may(who, "member.time_out") or self.rank(whom) >= self.rank(who):
            return False
        (self.paused.discard if lifted else self.paused.add)(whom)
        return True

    # -- who does not want to hear whom

    def block(self, who: int, whom: int, *, lifted: bool) -> bool:
        if who == whom:
            return lifted  # there never is one
        (self.blocks.discard if lifted else self.blocks.add)((who, whom))
        return True

    def react(self, who: int, message: int) -> bool:
        if not self.can_read(who, message):
            return False
        is_blocked = (self.messages[message].author, who) in self.blocks
        return who not in self.paused and not is_blocked  # else everybody may

    def talk_to(self, who: int, whom: int) -> bool:
        """Begin a conversation, or find the one that there is."""
        if who == whom or who in self.paused:
            return False
        pair = frozenset({who, whom})
        if pair in self.pairs:
            return True
        meet = any({who, whom} <= self.readers(channel) for channel in self.channels)
        if not meet or whom in self.banned or {(who, whom), (whom, who)} & self.blocks:
            return False
        self.pairs.add(pair)
        return True
