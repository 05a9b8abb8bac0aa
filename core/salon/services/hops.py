"""The hops that a voice and a page pass on their way here, and what was found at each.

Each module finds some of them: `outer_hops` what lies before the server, `voice_hops` the port of
voices and the TURN server, `inner_hops` what it stands on. None of them raises, all of them end
within seconds, and what cannot be seen from where one looks is called so and not in order.
`hop_words` says them in both languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["ok", "warn", "bad", "unseen"]


@dataclass(frozen=True, slots=True)
class Hop:
    """One of them: `reason` says which sentences of `hop_words` tell what was found."""

    name: str
    state: State
    reason: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "state": self.state,
            "reason": self.reason,
            "facts": dict(self.facts),
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Hop":
        """Return what `body` made."""
        return cls(body["name"], body["state"], body["reason"], body["facts"])
