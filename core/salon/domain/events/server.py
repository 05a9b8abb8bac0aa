"""What happens to the server and its plugins."""

from dataclasses import dataclass
from typing import Any, ClassVar

from salon.domain.events.base import Event, Holders, Scope


@dataclass(frozen=True, slots=True)
class PluginEvent(Event):
    """What a plugin announced: `<plugin>.<name>`, to whom it chose."""

    name: ClassVar[str] = "plugin.event"
    full_name: str
    seen_by: Scope
    content: dict[str, Any]

    @property
    def wire_name(self) -> str:
        return self.full_name

    @property
    def scope(self) -> Scope:
        return self.seen_by

    def body(self) -> dict[str, Any]:
        return self.content


@dataclass(frozen=True, slots=True)
class PluginsChanged(Event):
    """A plugin failed, was suspended or came back: told to those who can act."""

    name: ClassVar[str] = "plugins.changed"
    durable: ClassVar[bool] = False
    plugins: tuple[dict[str, Any], ...]

    @property
    def scope(self) -> Scope:
        return Holders("server.manage")

    def body(self) -> dict[str, Any]:
        return {"plugins": list(self.plugins)}


@dataclass(frozen=True, slots=True)
class ServerStopping(Event):
    """The server goes down in order; clients come back by themselves.

    `spread_s`: each at a moment of its own in so long, so that they do not come all at once.
    """

    name: ClassVar[str] = "server.stopping"
    durable: ClassVar[bool] = False

    spread_s: float

    def body(self) -> dict[str, Any]:
        return {"spread_s": self.spread_s}
