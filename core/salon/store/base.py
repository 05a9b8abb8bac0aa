"""What every table shares, what is said alike to SQLite and PostgreSQL, and what a write is handed.

Statements are written once, for both: with what is here, and with what SQLAlchemy says to both by
itself. `insert` of this module knows `on_conflict_do_nothing(index_elements=…)` and
`on_conflict_do_update(index_elements=…, set_=…)`; SQLAlchemy has it under PostgreSQL's name, and
SQLite understands every word of it. What to keep in mind for PostgreSQL:

- A text may not hold U+0000, `String(n)` and `Integer` (32 bits) are limits: what people send is
  held to them before.
- After a failed statement the whole write is refused: catch an error to raise another, never to go
  on. Ask first, or use `on_conflict_…`.
- `LIKE` and the order of texts are those of the database: use `begins_with`, sort in Python.
- `JSON` cannot be compared, grouped or made distinct; what is searched gets a column.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Integer,
    MetaData,
    Select,
    Text,
    Update,
    bindparam,
    func,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from salon.domain.events import Event, Scope

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_POSTGRESQL = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]

Id = BigInteger().with_variant(Integer(), "sqlite")  # SQLite keys a table by INTEGER only

core_metadata = MetaData(naming_convention=NAMING)


def plugin_metadata() -> MetaData:
    """Return the metadata for a plugin's tables, which must be named `<plugin>_…`."""
    return MetaData(naming_convention=NAMING)


class Utc(TypeDecorator[datetime]):
    """An aware UTC time, stored as whole milliseconds since 1970: sortable, the same everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else to_ms(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else from_ms(value)


class Prepared:
    """A statement that every message carries out, compiled once and given to the driver itself.

    Through SQLAlchemy each execution costs several times what SQLite takes for it (about 80 µs
    against 15). Values are named like columns or bound parameters, times as `Utc` has them. SQLite
    is given them in their order: its driver looks up each name for each row otherwise.
    """

    def __init__(self, statement: Insert | Update) -> None:
        for_sqlite = statement.compile(dialect=sqlite.dialect(paramstyle="qmark"))
        assert isinstance(for_sqlite, SQLCompiler)  # noqa: S101 what compiles statements
        self._for_sqlite = str(for_sqlite)
        self._in_order = itemgetter(*(for_sqlite.positiontup or ()))
        self._for_postgresql = str(statement.compile(dialect=_POSTGRESQL))

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Return how many rows were changed."""
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            done = driver.execute(self._for_sqlite, self._in_order(values))
        else:
            done = driver.execute(self._for_postgresql, values)
        changed: int = done.rowcount
        return changed

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Carry it out for each, in one call: of eight inserts that saves a third."""
        if not rows:
            return
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            driver.executemany(self._for_sqlite, list(map(self._in_order, rows)))
        else:
            with driver.cursor() as cursor:
                cursor.executemany(self._for_postgresql, rows)


class PreparedQuery:
    """A question that is asked all the time, compiled once and put to the driver itself.

    Its rows are tuples of what the driver has: times in milliseconds (see `from_ms`), JSON as text
    in SQLite and as what it means in PostgreSQL. A page of fifty messages costs a third so.
    """

    def __init__(self, statement: Select[Any]) -> None:
        for_sqlite = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
        for_postgresql = statement.compile(dialect=_POSTGRESQL)
        self._sql = {"sqlite": str(for_sqlite), "postgresql": str(for_postgresql)}
        known = for_sqlite.params.items()
        self._constants = {name: value for name, value in known if value is not None}

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        driver: Any = connection.connection.driver_connection
        asked = driver.execute(self._sql[connection.dialect.name], {**self._constants, **values})
        found: list[tuple[Any, ...]] = asked.fetchall()
        return found


# A prepared question about several ids has always as many places for them.
ID_PLACES: Sequence[BindParameter[int]] = [bindparam(f"id{n}") for n in range(50)]
_NOTHING = {place.key: 0 for place in ID_PLACES}


def in_places(ids: Sequence[int]) -> Iterator[Mapping[str, int]]:
    """Yield the values of `ID_PLACES`, as often as these ids need; no row has the id 0."""
    for at in range(0, len(ids), len(ID_PLACES)):
        yield {**_NOTHING, **{f"id{n}": id_ for n, id_ in enumerate(ids[at : at + len(ID_PLACES)])}}


class JsonText(FunctionElement[str]):
    """The text at a place of a JSON document in a column of bytes: `JsonText(body, "account.id")`.

    Texts only: a number would be one in SQLite and its digits in PostgreSQL.
    """

    type = Text()
    inherit_cache = True


@compiles(JsonText, "sqlite")
def _for_sqlite(element: JsonText, compiler: SQLCompiler, **options: Any) -> str:
    body, place = (compiler.process(clause, **options) for clause in element.clauses)
    return f"json_extract(CAST({body} AS TEXT), '$.' || {place})"


@compiles(JsonText, "postgresql")
def _for_postgresql(element: JsonText, compiler: SQLCompiler, **options: Any) -> str:
    body, place = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(convert_from({body}, 'UTF8')::json #>> string_to_array({place}, '.'))"


class JsonArray(FunctionElement[Any]):
    """A JSON array of columns. JSON in it stands as a text in SQLite, as itself in PostgreSQL."""

    type = JSON()
    inherit_cache = True


@compiles(JsonArray, "sqlite")
def _array_for_sqlite(element: JsonArray, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **options)})"


@compiles(JsonArray, "postgresql")
def _array_for_postgresql(element: JsonArray, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_build_array({compiler.process(element.clauses, **options)})"


def begins_with(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """Whether a text begins so, by its very letters. No index is used."""
    return func.substr(column, 1, len(prefix)) == prefix


def to_ms(value: datetime) -> int:
    """Return an aware time as `Utc` stores it."""
    if value.tzinfo is None:
        raise ValueError(f"expected an aware time, got {value!r}")
    return (value - _EPOCH) // timedelta(milliseconds=1)


def from_ms(value: int) -> datetime:
    """Return the aware time that `Utc` stores so."""
    return datetime.fromtimestamp(value / 1000, UTC)  # exact to the microsecond for all our time


class Transaction(Protocol):
    """What a plugin's write is handed; valid until the function returns."""

    @property
    def connection(self) -> Connection:
        """The SQLAlchemy connection; the transaction is begun and ended for you."""

    @property
    def now(self) -> datetime:
        """The time of this commit."""

    def new_id(self) -> int:
        """Return an id larger than any given before, in the order of commits."""

    def announce(self, name: str, scope: Scope, body: dict[str, Any]) -> None:
        """Make a durable event `<plugin>.<name>` true together with this write."""


class CoreTransaction(Protocol):
    """What the core's own writes are handed."""

    @property
    def connection(self) -> Connection: ...

    @property
    def now(self) -> datetime: ...

    def new_id(self) -> int: ...

    def announce(self, event: Event) -> None:
        """Make a durable event true together with this write."""


__all__ = [
    "ID_PLACES",
    "Connection",
    "CoreTransaction",
    "Id",
    "JsonArray",
    "JsonText",
    "Prepared",
    "PreparedQuery",
    "Transaction",
    "Utc",
    "begins_with",
    "core_metadata",
    "from_ms",
    "in_places",
    "insert",
    "plugin_metadata",
    "to_ms",
]
