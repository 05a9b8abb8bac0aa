"""The last messages by what their authors called them, for those who ask again."""

from salon.domain.messages import Message

KEPT = 5_000


class RecentMessages:
    """By author and nonce, for a while; the database knows the older ones."""

    def __init__(self) -> None:
        self._by_nonce: dict[tuple[int, str], Message] = {}

    def get(self, author_id: int, nonce: str | None) -> Message | None:
        return self._by_nonce.get((author_id, nonce or ""))

    def keep(self, message: Message) -> None:
        if message.nonce is not None:
            self._by_nonce[message.author_id, message.nonce] = message
            if len(self._by_nonce) > KEPT:
                del self._by_nonce[next(iter(self._by_nonce))]

    def forget(self, message: Message) -> None:
        self._by_nonce.pop((message.author_id, message.nonce or ""), None)
