"""Where the record of deeds is fetched: `GET /api/audit.csv` and `GET /api/audit.jsonl`.

With the same filters in the query as `audit.list` has fields. It is sent a stretch at a time, so
that a long record takes no memory here, and who may not see it any more gets no further.

In CSV (RFC 4180) a cell that begins like a formula gets an apostrophe before it: a name that
somebody gave themselves must not be reckoned with in whoever's table.
"""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson
from aiohttp import hdrs, web

from salon.domain import wire
from salon.domain.audit import Entry
from salon.errors import Invalid, NotFound
from salon.services.audit import Audit
from salon.web.auth import Auth
from salon.web.socket.audit import Filters
from salon.web.socket.registry import validated

KINDS = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
COLUMNS = (
    "id", "at", "actor_id", "actor", "action", "target_kind", "target_id", "target_name",
    "before", "after", "reason",
)  # fmt: skip
RECKONED = ("=", "+", "-", "@", "\t", "\r", "\n")


class Record:
    """The one address."""

    def __init__(self, auth: Auth, audit: Audit) -> None:
        self._auth = auth
        self._audit = audit

    async def send(self, request: web.Request) -> web.StreamResponse:
        actor = await self._auth.signed_in(request)
        kind = request.match_info["kind"]
        if kind not in KINDS:
            raise NotFound("There is no such page.", reason="nothing_here")
        filters = validated(Filters, _fields(request))
        stretches = self._audit.all(actor.account, filters.wanted(), filters.words)
        first = await anext(stretches)  # whoever may not see it is told so yet
        write = self._as_csv if kind == "csv" else self._as_lines
        headers = {
            hdrs.CONTENT_TYPE: f"{KINDS[kind]}; charset=utf-8",
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="salon-audit.{kind}"',
            hdrs.CACHE_CONTROL: "no-store",
        }
        if request.method == hdrs.METH_HEAD:
            return web.Response(headers=headers)
        begun = _row(COLUMNS) if kind == "csv" else b""

        async def pieces() -> AsyncIterator[bytes]:
            yield begun + write(first)
            async for stretch in stretches:
                yield write(stretch)

        return web.Response(headers=headers, body=pieces())

    def _as_lines(self, entries: Sequence[Entry]) -> bytes:
        said = (
            {"actor": self._audit.name_of(each.actor_id)} | wire.audit_entry(each)
            for each in entries
        )
        return b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in said)

    def _as_csv(self, entries: Sequence[Entry]) -> bytes:
        return b"".join(_row(self._cells(entry)) for entry in entries)

    def _cells(self, entry: Entry) -> Sequence[Any]:
        said = entry.details
        return (
            entry.id,
            wire.time(entry.at),
            wire.id_or_none(entry.actor_id),
            self._audit.name_of(entry.actor_id),
            entry.action,
            entry.target_kind,
            entry.target_id,
            "" if said is None else said.name,
            "" if said is None else orjson.dumps(said.before).decode(),
            "" if said is None else orjson.dumps(said.after).decode(),
            "" if said is None else said.reason,
        )


def _fields(request: web.Request) -> dict[str, str]:
    """Return the filters as they are asked for; one that stands twice is no question."""
    if len(set(request.query)) != len(request.query):
        raise Invalid("A filter stands there twice.", reason="malformed")
    return dict(request.query)


def _row(cells: Sequence[Any]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(_tame(cell) for cell in cells)
    return line.getvalue().encode()


def _tame(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(RECKONED) else text
