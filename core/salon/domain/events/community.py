"""What happens to the community and its roles."""

from dataclasses import dataclass
from typing import Any, ClassVar

from salon.domain import wire
from salon.domain.accounts import Community
from salon.domain.events.base import Event
from salon.domain.permissions import Role


@dataclass(frozen=True, slots=True)
class CommunityChanged(Event):
    name: ClassVar[str] = "community.changed"
    community: Community

    def body(self) -> dict[str, Any]:
        return wire.community(self.community)


@dataclass(frozen=True, slots=True)
class RoleChanged(Event):
    """A role was created or changed."""

    name: ClassVar[str] = "role.changed"
    role: Role

    def body(self) -> dict[str, Any]:
        return wire.role(self.role)


@dataclass(frozen=True, slots=True)
class RoleDeleted(Event):
    name: ClassVar[str] = "role.deleted"
    role_id: int

    def body(self) -> dict[str, Any]:
        return {"id": str(self.role_id)}
