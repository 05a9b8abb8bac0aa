"""Who may do what: one pure function over roles and overwrites, with Discord's semantics.

Order: the owner may everything; then the everyone role and the account's roles are joined;
`administrator` means all; then a place's overwrites apply in this order: everyone (deny, allow),
the account's roles together (deny, then allow), the account itself (deny, allow). At a place
nothing is left without `channel.view`. A timed-out account keeps only viewing and listening, an
administrator too: who may put them in time out stands above them.
What a role gives that needs a second step rests for people who have none.
Visitors hold nothing but what `permissions_in` gives them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from salon.domain.accounts import VISITOR, Account, AccountKind

ADMINISTRATOR = "administrator"
VIEW = "channel.view"
NOBODYS_ID = -1  # holds what everyone holds and has no exceptions of its own

CORE_PERMISSIONS: Mapping[str, str] = {
    ADMINISTRATOR: "Do everything, everywhere",
    VIEW: "See channels and rooms, and read them",
    "message.post": "Post messages",
    "message.manage": "Delete messages of others, and read what was changed or deleted",
    "message.pin": "Pin messages",
    "message.hurry": "Write without waiting where slow mode is on",
    "message.attach": "Send files with messages",
    "reaction.add": "Leave reactions under messages and in rooms",
    "emoji.manage": "Add and remove emoji of the community",
    "mention.everyone": "Name everyone, all who are here, and any role",
    "thread.create": "Start threads",
    "thread.manage": "Archive and delete threads of others",
    "room.join": "Enter rooms and listen",
    "room.speak": "Speak in rooms",
    "room.open": "Open a room on the spot",
    "room.manage": "Mute, remove and close in rooms",
    "room.publish": "Let people without an account listen to rooms",
    "channel.manage": "Create, change and delete channels, categories and rooms",
    "member.invite": "Invite people",
    "member.manage": "Give roles, make links for lost passwords, see all invitations",
    "member.time_out": "Put people in time out",
    "member.kick": "Send people away, who may come back",
    "member.suspend": "Suspend accounts",
    "member.ban": "Ban people",
    "role.manage": "Create and change roles",
    "audit.view": "See what was changed, and by whom",
    "server.manage": "Change the community's name and settings, and see plugins",
}

EVERYONE_DEFAULT = frozenset(
    {
        VIEW,
        "message.post",
        "message.attach",
        "reaction.add",
        "thread.create",
        "room.join",
        "room.speak",
        "room.open",
        "member.invite",
    }
)
HOST_DEFAULT = frozenset(
    {
        "message.manage",
        "message.pin",
        "message.hurry",
        "emoji.manage",
        "mention.everyone",
        "thread.manage",
        "room.manage",
        "room.publish",
        "channel.manage",
        "member.manage",
        "member.time_out",
        "member.kick",
        "member.suspend",
        "member.ban",
        "audit.view",
    }
)
GUESTS_MAY = frozenset(
    {VIEW, "message.post", "message.attach", "reaction.add", "room.join", "room.speak"}
)
"""What a guest may do at most, whatever their roles say."""
KEPT_IN_TIME_OUT = frozenset({VIEW, "room.join"})


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions. A higher position outranks a lower one; everyone has 0.

    `mentionable`: whoever may post may name it in a message, and all who have it are told.
    `needs_second_step`: what it gives rests for people who have none; of everyone's role that is
    the whole community. Its rank and what places deny it hold all the same.
    """

    id: int
    name: str
    position: int
    permissions: frozenset[str]
    hue: int | None = None
    mentionable: bool = False
    needs_second_step: bool = False

    def rests_for(self, account: Account) -> bool:
        """Whether it gives nothing yet. Guests and bots cannot have a second step."""
        can_have = account.kind is AccountKind.PERSON and not account.is_guest
        return self.needs_second_step and can_have and not account.has_second_step


@dataclass(frozen=True, slots=True)
class Overwrite:
    """A channel's or room's exception for one role (`target` "role") or account ("account")."""

    target: str
    target_id: int
    allow: frozenset[str]
    deny: frozenset[str]


def permissions_of(
    account: Account,
    roles: Mapping[int, Role],
    everyone_role_id: int,
    overwrites: Sequence[Overwrite] | None,
    now: datetime,
) -> frozenset[str] | None:
    """Return what the account may do at a place with these overwrites; None means everything.

    Without a place (`overwrites` None) it is what the account holds everywhere: who sees a place
    only by its overwrites still invites people.
    """
    if not account.is_usable(now) or account.is_visitor:
        return frozenset()
    if account.is_owner:
        return None
    held = [roles[id_] for id_ in (everyone_role_id, *account.role_ids) if id_ in roles]
    giving = [role for role in held if not role.rests_for(account)]
    granted = _union(role.permissions for role in giving)
    is_paused = account.is_timed_out(now)
    if ADMINISTRATOR in granted and not account.is_guest:
        return KEPT_IN_TIME_OUT if is_paused else None
    if overwrites is not None:
        resting = frozenset(role.id for role in held if role not in giving)
        said = _without_resting(overwrites, resting)
        granted = _overwritten(granted, account, everyone_role_id, said)
        if VIEW not in granted:
            return frozenset()
    if account.is_guest:
        granted &= GUESTS_MAY
    return granted & KEPT_IN_TIME_OUT if is_paused else granted


def permissions_of_everyone(
    roles: Mapping[int, Role],
    everyone_role_id: int,
    overwrites: Sequence[Overwrite],
    now: datetime,
) -> frozenset[str]:
    """Return what a member without any role of their own may do at a place."""
    somebody = replace(VISITOR, id=NOBODYS_ID, has_second_step=True)
    held = permissions_of(somebody, roles, everyone_role_id, overwrites, now)
    return frozenset(CORE_PERMISSIONS) if held is None else held


def _without_resting(
    overwrites: Sequence[Overwrite], resting: frozenset[int]
) -> Sequence[Overwrite]:
    """Return what a place says when roles that rest are allowed nothing; what it denies holds."""
    if not resting:
        return overwrites
    return [
        replace(said, allow=frozenset())
        if said.target == "role" and said.target_id in resting
        else said
        for said in overwrites
    ]


def _overwritten(
    granted: frozenset[str],
    account: Account,
    everyone_role_id: int,
    overwrites: Sequence[Overwrite],
) -> frozenset[str]:
    groups = (
        [o for o in overwrites if o.target == "role" and o.target_id == everyone_role_id],
        [
            o
            for o in overwrites
            if o.target == "role"
            and o.target_id in account.role_ids
            and o.target_id != everyone_role_id
        ],
        [o for o in overwrites if o.target == "account" and o.target_id == account.id],
    )
    for group in groups:
        granted = granted - _union(o.deny for o in group) | _union(o.allow for o in group)
    return granted


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*sets)
