"""Devices that take pushes, quiet hours, and the one key by which push services know us."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    select,
    true,
)

from salon.domain.push import Device, QuietHours, Wishes
from salon.store.accounts import sessions
from salon.store.base import CoreTransaction, Id, Utc, core_metadata, insert

ENDPOINT_MAX = 1_024
ZONE_MAX = 64

keys = Table(
    "push_key",
    core_metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("private", LargeBinary, nullable=False),
)

devices = Table(
    "push_device",
    core_metadata,
    Column("session_id", ForeignKey("session.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("endpoint", String(ENDPOINT_MAX), nullable=False, unique=True),
    Column("public", LargeBinary, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("language", String(2), nullable=False),
    Column("named", Boolean, nullable=False),
    Column("between", Boolean, nullable=False),
    Column("hides_text", Boolean, nullable=False),
    Column("busy_until", Utc),
    Column("tags", Boolean, nullable=False, server_default=true()),
)

quiet_hours = Table(
    "quiet_hours",
    core_metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("begins_min", Integer, nullable=False),
    Column("ends_min", Integer, nullable=False),
    Column("zone", String(ZONE_MAX), nullable=False),
)


def keep_key(tx: CoreTransaction, fresh: bytes) -> bytes:
    """Return the key of this server; the fresh one if there was none."""
    found: bytes | None = tx.connection.scalar(select(keys.c.private))
    if found is None:
        tx.connection.execute(keys.insert().values(id=1, private=fresh))
    return found or fresh


def load_devices(connection: Connection) -> Sequence[Device]:
    return [
        Device(
            session_id=row.session_id,
            account_id=row.account_id,
            endpoint=row.endpoint,
            public=row.public,
            secret=row.secret,
            language=row.language,
            wishes=Wishes(row.named, row.between, row.hides_text, row.tags),
            busy_until=row.busy_until,
        )
        for row in connection.execute(select(devices).order_by(devices.c.session_id))
    ]


def save_device(tx: CoreTransaction, device: Device) -> bool:
    """Insert or replace, unless the sign-in has ended; a browser belongs to who came last."""
    if (
        tx.connection.scalar(select(sessions.c.id).where(sessions.c.id == device.session_id))
        is None
    ):
        return False
    for old in (
        devices.c.session_id == device.session_id,
        devices.c.endpoint == device.endpoint,
    ):
        tx.connection.execute(devices.delete().where(old))
    tx.connection.execute(
        devices.insert().values(
            session_id=device.session_id,
            account_id=device.account_id,
            endpoint=device.endpoint,
            public=device.public,
            secret=device.secret,
            language=device.language,
            named=device.wishes.named,
            between=device.wishes.between,
            hides_text=device.wishes.hides_text,
            busy_until=device.busy_until,
            tags=device.wishes.tags,
        )
    )
    return True


def delete_device(tx: CoreTransaction, session_id: int) -> None:
    tx.connection.execute(devices.delete().where(devices.c.session_id == session_id))


def save_quiet_hours(tx: CoreTransaction, account_id: int, hours: QuietHours | None) -> None:
    """Keep them; None forgets them."""
    if hours is None:
        tx.connection.execute(quiet_hours.delete().where(quiet_hours.c.account_id == account_id))
        return
    values = {"begins_min": hours.begins_min, "ends_min": hours.ends_min, "zone": hours.zone}
    tx.connection.execute(
        insert(quiet_hours)
        .values(account_id=account_id, **values)
        .on_conflict_do_update(index_elements=["account_id"], set_=values)
    )


def quiet_hours_of(
    connection: Connection, account_ids: Collection[int]
) -> Mapping[int, QuietHours]:
    query = select(quiet_hours).where(quiet_hours.c.account_id.in_(account_ids))
    return {
        row.account_id: QuietHours(row.begins_min, row.ends_min, row.zone)
        for row in connection.execute(query)
    }


def forget(tx: CoreTransaction, account_id: int) -> None:
    tx.connection.execute(devices.delete().where(devices.c.account_id == account_id))
    save_quiet_hours(tx, account_id, None)
