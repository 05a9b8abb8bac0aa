"""Pictures of the community's own, which people write into texts and leave under messages.

Typed is `:name:`, kept is `<:name:id>`, or `<a:name:id>` of one that moves: Discord's way. What
counts is the id; the name in a text is what the emoji was called then. As a reaction it is its id.
"""

import re
from dataclasses import dataclass

EMOJI_MAX = 100
NAME = re.compile(r"[a-z0-9_]{2,32}")
WRITTEN = re.compile(rf"<a?:({NAME.pattern}):([1-9]\d{{0,19}})>", re.ASCII)


@dataclass(frozen=True, slots=True)
class Emoji:
    """One of them; its id is also that of the file which is its picture."""

    id: int
    name: str
    moves: bool = False

    @property
    def written(self) -> str:
        """Return how it stands in a text."""
        return f"<{'a' if self.moves else ''}:{self.name}:{self.id}>"
