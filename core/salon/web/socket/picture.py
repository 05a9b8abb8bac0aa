"""What somebody sees of the house, as `hello`, `access.changed` and `role.view` tell it."""

from typing import Any

from salon.domain import wire
from salon.domain.accounts import Account, AccountKind
from salon.domain.permissions import VIEW
from salon.services.directory import Directory
from salon.services.services import Services
from salon.services.snapshot import Own, snapshot_for


def whole(services: Services, account: Account, directory: Directory) -> dict[str, Any]:
    """Return all of it; docs/protocol.md, section 2."""
    return {
        "snapshot": snapshot(services, account, directory),
        "live": live(services, account, directory),
        "permissions": directory.permission_names(account),
    }


def snapshot(services: Services, account: Account, directory: Directory) -> dict[str, Any]:
    kinds = [
        {
            "kind": kind.kind,
            "title": kind.title,
            "without": kind.without,
            "plugin": kind.plugin,
            "running": kind.running,
            "permission": kind.permission,
            "hint": dict(kind.hint),
        }
        for kind in services.host.room_kinds
    ]
    announcer = services.announcer
    own = Own(announcer.reads(account.id), announcer.followed(account.id))
    return snapshot_for(directory, account, own, kinds)


def live(services: Services, account: Account, directory: Directory) -> dict[str, Any]:
    voice = services.participants.body(
        lambda room_id: room_id in directory.rooms and directory.may(account, VIEW, room_id)
    )
    return {
        **services.presence.body(),
        "people": sum(each.kind is AccountKind.PERSON for each in directory.accounts()),
        "voice_session_id": wire.id_or_none(services.participants.session_of(account.id)),
        **voice,
    }
