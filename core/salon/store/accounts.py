"""Accounts with their password hashes, sessions, invitations and one-time links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    bindparam,
    select,
)
from sqlalchemy.exc import IntegrityError

from salon.domain.accounts import Account, AccountKind, AccountState, Invitation, Session
from salon.errors import Conflict
from salon.store import second_step
from salon.store.base import CoreTransaction, Id, Utc, core_metadata
from salon.store.community import put
from salon.store.sanctions import is_banned

FORMER_HANDLE_FOR = timedelta(days=30)

accounts = Table(
    "account",
    core_metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("handle", String(64), nullable=False),
    Column("handle_folded", String(128), nullable=False, unique=True),
    Column("handle_skeleton", String(256), nullable=False, unique=True),
    Column("display_name", String(64), nullable=False),
    Column("hue", Integer, nullable=False),
    Column("role_ids", JSON, nullable=False),
    Column("is_owner", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("timed_out_until", Utc),
    Column("avatar_id", BigInteger),
    Column("rules_read", Integer, nullable=False, server_default="0"),
    Column("guest_until", Utc),
    Column("pronouns", String(40), nullable=False, server_default=""),
    Column("status", String(100), nullable=False, server_default=""),
    Column("password_hash", String(256)),
    Column("created_at", Utc, nullable=False),
)

former_handles = Table(
    "former_handle",
    core_metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("folded", String(128), nullable=False),
    Column("skeleton", String(256), nullable=False, index=True),
    Column("left_at", Utc, nullable=False),
    comment="kept free for a while, so that nobody is taken for who had it before",
)

sessions = Table(
    "session",
    core_metadata,
    Column("id", Id, primary_key=True),
    Column("secret_hash", LargeBinary(32), nullable=False, unique=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("device", String(80), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
)

invitations = Table(
    "invitation",
    core_metadata,
    Column("id", Id, primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("inviter_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("max_uses", Integer, nullable=False),
    Column("note", String(512), nullable=False),
    Column("role_ids", JSON, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("guest_days", Integer),
)

links = Table(
    "one_time_link",
    core_metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("purpose", String(8), nullable=False),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE")),
    Column("expires_at", Utc, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A door that opens once: `purpose` "owner" (claim the server) or "reset" (new password)."""

    purpose: str
    account_id: int | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class HandleKeys:
    """What must be unique about a handle: itself, and what a reader would take for it."""

    folded: str
    skeleton: str


# -- accounts


_ACCOUNTS = select(accounts, second_step.has_one(accounts.c.id).label("has_second_step"))


def load_accounts(connection: Connection) -> Sequence[Account]:
    return [_account(row) for row in connection.execute(_ACCOUNTS.order_by(accounts.c.id))]


def find_account(connection: Connection, account_id: int) -> Account | None:
    row = connection.execute(_ACCOUNTS.where(accounts.c.id == account_id)).one_or_none()
    return None if row is None else _account(row)


def add_account(
    tx: CoreTransaction, account: Account, keys: HandleKeys, password_hash: str | None
) -> None:
    """Insert. Raises Conflict when the handle, or one that looks like it, is taken."""
    _check_free(tx, account.id, keys)
    try:
        tx.connection.execute(
            accounts.insert().values(
                id=account.id,
                handle_folded=keys.folded,
                handle_skeleton=keys.skeleton,
                password_hash=password_hash,
                created_at=account.created_at,
                kind=account.kind.value,
                **_changeable(account),
            )
        )
    except IntegrityError as error:
        raise handle_taken() from error


def save_account(tx: CoreTransaction, account: Account) -> None:
    tx.connection.execute(
        accounts.update().where(accounts.c.id == account.id).values(_changeable(account))
    )


def take_role(tx: CoreTransaction, role_id: int) -> None:
    """Take a role from everybody who has it."""
    rows = tx.connection.execute(select(accounts.c.id, accounts.c.role_ids)).all()
    holders = [row for row in rows if role_id in row.role_ids]
    if holders:
        tx.connection.execute(
            accounts.update()
            .where(accounts.c.id == bindparam("holder"))
            .values(role_ids=bindparam("kept")),
            [
                {"holder": row.id, "kept": [id_ for id_ in row.role_ids if id_ != role_id]}
                for row in holders
            ],
        )


def save_handle_keys(tx: CoreTransaction, account_id: int, keys: HandleKeys) -> None:
    values = {"handle_folded": keys.folded, "handle_skeleton": keys.skeleton}
    tx.connection.execute(accounts.update().where(accounts.c.id == account_id).values(values))


def change_handle(tx: CoreTransaction, account: Account, keys: HandleKeys, old: HandleKeys) -> None:
    """Save an account under another handle and keep its old one free. Raises Conflict (taken)."""
    take_handle(tx, account, keys)
    left = {"folded": old.folded, "skeleton": old.skeleton, "left_at": tx.now}
    tx.connection.execute(
        former_handles.insert().values(id=tx.new_id(), account_id=account.id, **left)
    )


def take_handle(tx: CoreTransaction, account: Account, keys: HandleKeys) -> None:
    """Save an account under another handle. Raises Conflict (taken)."""
    _check_free(tx, account.id, keys)
    try:
        save_handle_keys(tx, account.id, keys)
    except IntegrityError as error:
        raise handle_taken() from error
    save_account(tx, account)


def check_free(tx: CoreTransaction, keys: HandleKeys) -> None:
    """Raise Conflict when somebody is called so, or was not long ago."""
    _check_free(tx, 0, keys)
    theirs = accounts.c.handle_skeleton == keys.skeleton
    if tx.connection.execute(select(accounts.c.id).where(theirs).limit(1)).first() is not None:
        raise handle_taken()


def handles_left(tx: CoreTransaction, account_id: int, since: datetime) -> Sequence[datetime]:
    """Return when somebody left a handle since then, the earliest first; forget all before."""
    tx.connection.execute(former_handles.delete().where(former_handles.c.left_at <= since))
    query = select(former_handles.c.left_at).where(former_handles.c.account_id == account_id)
    return tx.connection.scalars(query.order_by(former_handles.c.left_at)).all()


def forget_former_handles(tx: CoreTransaction, account_id: int) -> None:
    tx.connection.execute(former_handles.delete().where(former_handles.c.account_id == account_id))


def _check_free(tx: CoreTransaction, account_id: int, keys: HandleKeys) -> None:
    """Raise Conflict for what looks like a handle that is banned, or was left not long ago."""
    if is_banned(tx, keys.skeleton):
        raise handle_taken()
    others = select(former_handles.c.id).where(
        former_handles.c.skeleton == keys.skeleton,
        former_handles.c.account_id != account_id,
        former_handles.c.left_at > tx.now - FORMER_HANDLE_FOR,
    )
    if tx.connection.execute(others.limit(1)).first() is not None:
        raise handle_taken()


def handle_taken() -> Conflict:
    return Conflict(
        "Somebody here is called that already. Add something?",
        field="handle",
        reason="handle_taken",
    )


def load_password_hash(connection: Connection, account_id: int) -> str | None:
    query = select(accounts.c.password_hash).where(accounts.c.id == account_id)
    return connection.scalar(query)


def save_password_hash(tx: CoreTransaction, account_id: int, password_hash: str) -> None:
    tx.connection.execute(
        accounts.update().where(accounts.c.id == account_id).values(password_hash=password_hash)
    )


def forget_ways_in(tx: CoreTransaction, account_id: int) -> None:
    """Forget with what somebody signs in, and the doors they opened for themselves and others."""
    tx.connection.execute(
        accounts.update().where(accounts.c.id == account_id).values(password_hash=None)
    )
    tx.connection.execute(sessions.delete().where(sessions.c.account_id == account_id))
    tx.connection.execute(links.delete().where(links.c.account_id == account_id))
    tx.connection.execute(invitations.delete().where(invitations.c.inviter_id == account_id))


def _changeable(account: Account) -> dict[str, Any]:
    return {
        "handle": account.handle,
        "display_name": account.display_name,
        "hue": account.hue,
        "role_ids": sorted(account.role_ids),
        "is_owner": account.is_owner,
        "state": account.state.value,
        "timed_out_until": account.timed_out_until,
        "avatar_id": account.avatar_id,
        "rules_read": account.rules_read,
        "guest_until": account.guest_until,
        "pronouns": account.pronouns,
        "status": account.status,
    }


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        kind=AccountKind(row.kind),
        handle=row.handle,
        display_name=row.display_name,
        hue=row.hue,
        role_ids=frozenset(row.role_ids),
        is_owner=row.is_owner,
        created_at=row.created_at,
        state=AccountState(row.state),
        timed_out_until=row.timed_out_until,
        avatar_id=row.avatar_id,
        rules_read=row.rules_read,
        guest_until=row.guest_until,
        has_second_step=bool(row.has_second_step),
        pronouns=row.pronouns,
        status=row.status,
    )


# -- sessions


def load_sessions(connection: Connection) -> Sequence[tuple[bytes, Session]]:
    """Return every session with the hash of its secret."""
    return [
        (
            row.secret_hash,
            Session(
                row.id, row.account_id, row.device, row.created_at, row.seen_at, row.expires_at
            ),
        )
        for row in connection.execute(select(sessions))
    ]


def add_session(tx: CoreTransaction, session: Session, secret_hash: bytes) -> None:
    tx.connection.execute(
        sessions.insert().values(
            id=session.id,
            secret_hash=secret_hash,
            account_id=session.account_id,
            device=session.device,
            created_at=session.created_at,
            seen_at=session.seen_at,
            expires_at=session.expires_at,
        )
    )


def touch_session(tx: CoreTransaction, session_id: int, seen_at: datetime) -> None:
    tx.connection.execute(
        sessions.update().where(sessions.c.id == session_id).values(seen_at=seen_at)
    )


def renew_session(tx: CoreTransaction, session_id: int, secret_hash: bytes) -> None:
    tx.connection.execute(
        sessions.update().where(sessions.c.id == session_id).values(secret_hash=secret_hash)
    )


def delete_sessions(tx: CoreTransaction, session_ids: Sequence[int]) -> None:
    tx.connection.execute(sessions.delete().where(sessions.c.id.in_(session_ids)))


# -- invitations

_ACTIVE = select(accounts.c.id).where(accounts.c.state == AccountState.ACTIVE.value)


def load_invitations(connection: Connection, inviter_id: int | None) -> Sequence[Invitation]:
    """Return the newest first, at most 200; of one inviter or of everybody."""
    query = select(invitations).order_by(invitations.c.id.desc()).limit(200)
    if inviter_id is not None:
        query = query.where(invitations.c.inviter_id == inviter_id)
    return [_invitation(row) for row in connection.execute(query)]


def find_invitation(connection: Connection, code: str) -> Invitation | None:
    row = connection.execute(select(invitations).where(invitations.c.code == code)).one_or_none()
    return None if row is None else _invitation(row)


def invitation_by_id(connection: Connection, id_: int) -> Invitation | None:
    row = connection.execute(select(invitations).where(invitations.c.id == id_)).one_or_none()
    return None if row is None else _invitation(row)


def save_invitation(tx: CoreTransaction, invitation: Invitation) -> None:
    kept = {
        "code": invitation.code,
        "inviter_id": invitation.inviter_id,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "uses": invitation.uses,
        "max_uses": invitation.max_uses,
        "note": invitation.note,
        "role_ids": sorted(invitation.role_ids),
        "revoked": invitation.revoked,
        "guest_days": invitation.guest_days,
    }
    put(tx.connection, invitations, invitation.id, kept)


def use_invitation(tx: CoreTransaction, code: str) -> bool:
    """Count one use in one statement; False when it has run out, expired or was revoked."""
    used = tx.connection.execute(
        invitations.update()
        .where(
            invitations.c.code == code,
            invitations.c.revoked.is_(False),
            invitations.c.expires_at > tx.now,
            invitations.c.uses < invitations.c.max_uses,
            invitations.c.inviter_id.in_(_ACTIVE),
        )
        .values(uses=invitations.c.uses + 1)
    )
    return used.rowcount == 1


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.id,
        code=row.code,
        inviter_id=row.inviter_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        uses=row.uses,
        max_uses=row.max_uses,
        note=row.note,
        role_ids=frozenset(row.role_ids),
        revoked=row.revoked,
        guest_days=row.guest_days,
    )


# -- one-time links


def add_link(tx: CoreTransaction, token_hash: bytes, link: Link) -> None:
    """Keep a new link; older ones of the same purpose and account end with it."""
    end_links(tx, link.purpose, link.account_id)
    tx.connection.execute(
        links.insert().values(
            token_hash=token_hash,
            purpose=link.purpose,
            account_id=link.account_id,
            expires_at=link.expires_at,
        )
    )


def end_links(tx: CoreTransaction, purpose: str, account_id: int | None) -> None:
    theirs = links.c.account_id.is_not_distinct_from(account_id)
    tx.connection.execute(links.delete().where(links.c.purpose == purpose, theirs))


def find_link(connection: Connection, token_hash: bytes) -> Link | None:
    row = connection.execute(select(links).where(links.c.token_hash == token_hash)).one_or_none()
    return None if row is None else Link(row.purpose, row.account_id, row.expires_at)


def use_link(tx: CoreTransaction, token_hash: bytes, purpose: str) -> Link | None:
    """Take the link away; None when it was used, has expired or never was."""
    link = find_link(tx.connection, token_hash)
    if link is None or link.purpose != purpose or link.expires_at <= tx.now:
        return None
    tx.connection.execute(links.delete().where(links.c.token_hash == token_hash))
    return link
