"""The conversations that the directory knows by heart, and who is in them."""

from collections import defaultdict
from collections.abc import Sequence

from salon.domain.channels import Channel


class KnownConversations:
    """Every conversation as it is now; one without members is none."""

    def __init__(self) -> None:
        self.by_id: dict[int, Channel] = {}
        self._of: dict[int, set[int]] = defaultdict(set)  # by member

    def of(self, account_id: int) -> Sequence[Channel]:
        """Return somebody's, the last spoken in first."""
        mine = (self.by_id[id_] for id_ in self._of.get(account_id, ()))
        return sorted(mine, key=lambda each: each.last_message_id or each.id, reverse=True)

    def keep(self, channel: Channel) -> None:
        before = self.by_id.get(channel.id)
        for gone in before.member_ids - channel.member_ids if before else ():
            self._of[gone].discard(channel.id)
        for member_id in channel.member_ids:
            self._of[member_id].add(channel.id)
        self.by_id[channel.id] = channel
        if not channel.member_ids:
            del self.by_id[channel.id]
