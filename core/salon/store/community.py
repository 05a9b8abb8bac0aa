"""The community, its roles and its categories."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    Row,
    String,
    Table,
    false,
    select,
)

from salon.domain.accounts import Community, Registration
from salon.domain.channels import Category
from salon.domain.permissions import Overwrite, Role
from salon.store.base import CoreTransaction, Id, Utc, core_metadata

communities = Table(
    "community",
    core_metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("accent_hue", Integer, nullable=False),
    Column("language", String(2), nullable=False),
    Column("rules", String(4000), nullable=False),
    Column("claimed_at", Utc),
    Column("icon_id", BigInteger),
    Column("registration", String(12), nullable=False, server_default="invitation"),
    Column("rules_version", Integer, nullable=False, server_default="0"),
    Column("link_cards", Boolean, nullable=False, server_default=false()),
    Column("public_rooms", Boolean, nullable=False, server_default=false()),
)

house_rules = Table(
    "house_rules",
    core_metadata,
    Column("version", Id, primary_key=True, autoincrement=False),
    Column("text", String(4000), nullable=False),
    Column("since", Utc, nullable=False),
    comment="each version as it was, for who wants to know what somebody agreed to",
)

roles = Table(
    "role",
    core_metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    Column("permissions", JSON, nullable=False),
    Column("hue", Integer),
    Column("mentionable", Boolean, nullable=False, server_default=false()),
    Column("needs_second_step", Boolean, nullable=False, server_default=false()),
)

granted_permissions = Table(
    "granted_permission",
    core_metadata,
    Column("name", String(128), primary_key=True),
    comment="plugin permissions that were given to their first role, which happens once",
)

categories = Table(
    "category",
    core_metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    Column("overwrites", JSON, nullable=False, server_default="[]"),
)


def load_community(connection: Connection) -> Community | None:
    row = connection.execute(select(communities)).one_or_none()
    if row is None:
        return None
    return Community(
        id=row.id,
        name=row.name,
        accent_hue=row.accent_hue,
        language=row.language,
        rules=row.rules,
        everyone_role_id=row.id,
        claimed_at=row.claimed_at,
        icon_id=row.icon_id,
        registration=Registration(row.registration),
        rules_version=row.rules_version,
        link_cards=row.link_cards,
        public_rooms=row.public_rooms,
    )


def save_community(tx: CoreTransaction, community: Community) -> None:
    """Insert or replace the one row."""
    kept = {
        "name": community.name,
        "accent_hue": community.accent_hue,
        "language": community.language,
        "rules": community.rules,
        "claimed_at": community.claimed_at,
        "icon_id": community.icon_id,
        "registration": community.registration.value,
        "rules_version": community.rules_version,
        "link_cards": community.link_cards,
        "public_rooms": community.public_rooms,
    }
    put(tx.connection, communities, community.id, kept)


def keep_rules(tx: CoreTransaction, community: Community) -> None:
    """Keep a new version of the rules."""
    kept = {"text": community.rules, "since": tx.now}
    tx.connection.execute(house_rules.insert().values(version=community.rules_version, **kept))


def former_rules(connection: Connection, limit: int) -> Sequence[tuple[int, str, datetime]]:
    """Return versions, texts and since when they held, the newest first."""
    query = select(house_rules).order_by(house_rules.c.version.desc()).limit(limit)
    return [(row.version, row.text, row.since) for row in connection.execute(query)]


def load_roles(connection: Connection) -> Sequence[Role]:
    rows = connection.execute(select(roles).order_by(roles.c.position))
    return [
        Role(
            row.id,
            row.name,
            row.position,
            frozenset(row.permissions),
            row.hue,
            row.mentionable,
            row.needs_second_step,
        )
        for row in rows
    ]


def save_role(tx: CoreTransaction, role: Role) -> None:
    kept = {
        "name": role.name,
        "position": role.position,
        "permissions": sorted(role.permissions),
        "hue": role.hue,
        "mentionable": role.mentionable,
        "needs_second_step": role.needs_second_step,
    }
    put(tx.connection, roles, role.id, kept)


def delete_role(tx: CoreTransaction, role_id: int) -> None:
    tx.connection.execute(roles.delete().where(roles.c.id == role_id))


def load_granted(connection: Connection) -> frozenset[str]:
    """Return the plugin permissions that were met before."""
    return frozenset(connection.scalars(select(granted_permissions.c.name)))


def add_granted(tx: CoreTransaction, names: Sequence[str]) -> None:
    tx.connection.execute(granted_permissions.insert(), [{"name": name} for name in names])


def load_categories(connection: Connection) -> Sequence[Category]:
    rows = connection.execute(select(categories).order_by(categories.c.position))
    return [_category(row) for row in rows]


def find_category(connection: Connection, category_id: int | None) -> Category | None:
    row = connection.execute(select(categories).where(categories.c.id == category_id)).one_or_none()
    return None if row is None else _category(row)


def said_in(connection: Connection, category_id: int | None) -> tuple[Overwrite, ...]:
    """Return what a new place in a category says, or in none."""
    category = find_category(connection, category_id)
    return () if category is None else category.overwrites


def _category(row: Row[Any]) -> Category:
    return Category(row.id, row.name, row.position, overwrites_from_json(row.overwrites))


def save_category(tx: CoreTransaction, category: Category) -> None:
    put(
        tx.connection,
        categories,
        category.id,
        {
            "name": category.name,
            "position": category.position,
            "overwrites": overwrites_to_json(category.overwrites),
        },
    )


def delete_category(tx: CoreTransaction, category_id: int) -> None:
    tx.connection.execute(categories.delete().where(categories.c.id == category_id))


def put(connection: Connection, table: Table, id_: int, values: dict[str, Any]) -> None:
    """Update the row with this id, or insert it."""
    changed = connection.execute(table.update().where(table.c.id == id_).values(values))
    if not changed.rowcount:
        connection.execute(table.insert().values(id=id_, **values))


def overwrites_to_json(overwrites: Sequence[Overwrite]) -> list[dict[str, Any]]:
    return [
        {
            "target": overwrite.target,
            "target_id": overwrite.target_id,
            "allow": sorted(overwrite.allow),
            "deny": sorted(overwrite.deny),
        }
        for overwrite in overwrites
    ]


def overwrites_from_json(stored: Sequence[dict[str, Any]]) -> tuple[Overwrite, ...]:
    return tuple(
        Overwrite(o["target"], o["target_id"], frozenset(o["allow"]), frozenset(o["deny"]))
        for o in stored
    )
