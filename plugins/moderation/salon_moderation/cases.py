"""Cases in the database: short synchronous functions on one connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select, update

from salon.plugin import Conflict, Holders, Message, NotFound, TooMany, Transaction
from salon_moderation.models import (
    Case,
    Decision,
    Report,
    Shown,
    State,
    Step,
    cases,
    kept_out,
    reports,
    shown,
    steps,
)

REPORTS_MAX = 10
REPORTS_WITHIN = timedelta(minutes=10)
PRUNED_AT_ONCE = 500
REPORTS_SHOWN = 50
STEPS_SHOWN = 100
BELONGING = (reports, shown, steps)  # to a case, and gone with it

VIEW = "moderation.view"
LOOKED = "looked"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def in_ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def from_ms(at_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at_ms)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What somebody says about a message."""

    reporter_id: int
    reason: str
    note: str
    is_between: bool = False
    """Said in a conversation."""

    around: Sequence[Message] = ()
    """What they chose to show of it besides."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A case in a list: with how many reported it, and for what."""

    case: Case
    reports: int
    reasons: Sequence[str]


# -- reading


def get(connection: Connection, case_id: int) -> Case:
    """Return a case. Raises NotFound."""
    row = connection.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such case.", field="case", reason="moderation.no_case")
    return Case.of(row)


def page(
    connection: Connection, state: State, *, before: int | None, limit: int
) -> Sequence[Listed]:
    """Return cases in one state, newest first, those before an id."""
    wanted = select(cases).where(cases.c.state == state)
    if before is not None:
        wanted = wanted.where(cases.c.id < before)
    found = _cases(connection, wanted.order_by(cases.c.id.desc()).limit(limit))
    counted = _counted(connection, [case.id for case in found])
    return [Listed(case, *counted.get(case.id, (0, ()))) for case in found]


def listed(connection: Connection, case_id: int) -> Listed:
    """Return one case as it stands in a list. Raises NotFound."""
    case = get(connection, case_id)
    return Listed(case, *_counted(connection, [case_id]).get(case_id, (0, ())))


def reports_of(connection: Connection, case_id: int) -> Sequence[Report]:
    """Return the newest reports of a case, oldest first; the case says how many there are."""
    wanted = select(reports).where(reports.c.case_id == case_id)
    newest = wanted.order_by(reports.c.reported_at.desc()).limit(REPORTS_SHOWN)
    return [Report.of(row) for row in connection.execute(newest)][::-1]


def shown_of(connection: Connection, case_id: int) -> Sequence[Shown]:
    """Return what was shown with the reports of a case, each message once, oldest first."""
    wanted = select(shown).where(shown.c.case_id == case_id).order_by(shown.c.message_id)
    found = [Shown.of(row) for row in connection.execute(wanted)]
    return list({one.message_id: one for one in found}.values())


def steps_of(connection: Connection, case_id: int) -> Sequence[Step]:
    """Return the newest steps of a case, oldest first."""
    wanted = select(steps).where(steps.c.case_id == case_id)
    newest = wanted.order_by(steps.c.id.desc()).limit(STEPS_SHOWN)
    return [Step.of(row) for row in connection.execute(newest)][::-1]


def log(connection: Connection, *, before: int | None, limit: int) -> Sequence[tuple[Step, Case]]:
    """Return what was done about cases, newest first, before an id."""
    wanted = select(steps, cases).join(cases, steps.c.case_id == cases.c.id)
    if before is not None:
        wanted = wanted.where(steps.c.id < before)
    width = len(steps.c)
    rows = connection.execute(wanted.order_by(steps.c.id.desc()).limit(limit))
    return [(Step(*row[:width]), Case(*row[width:])) for row in rows]


def open_count(connection: Connection) -> int:
    counted = select(func.count()).select_from(cases).where(cases.c.state == "open")
    return connection.scalar(counted) or 0


def open_since(connection: Connection) -> int | None:
    """Return since when the oldest open case waits."""
    wanted = select(func.min(cases.c.opened_at)).where(cases.c.state == "open")
    since_ms: int | None = connection.scalar(wanted)
    return since_ms


def _cases(connection: Connection, wanted: Select[tuple[object, ...]]) -> Sequence[Case]:
    return [Case.of(row) for row in connection.execute(wanted)]


def _counted(
    connection: Connection, case_ids: Sequence[int]
) -> Mapping[int, tuple[int, Sequence[str]]]:
    wanted = (
        select(reports.c.case_id, reports.c.reason, func.count().label("people"))
        .where(reports.c.case_id.in_(case_ids))
        .group_by(reports.c.case_id, reports.c.reason)
        .order_by(func.count().desc(), reports.c.reason)
    )
    counted: dict[int, tuple[int, tuple[str, ...]]] = {}
    for case_id, reason, people in connection.execute(wanted):
        before, reasons = counted.get(case_id, (0, ()))
        counted[case_id] = (before + people, (*reasons, reason))
    return counted


# -- writing


def add_report(tx: Transaction, message: Message, complaint: Complaint) -> None:
    """Report a message: the first opens a case with a copy of it, others are counted to that.

    Raises Conflict when this person has reported this message, TooMany.
    """
    _check_not_reported(tx, message.id, complaint.reporter_id)
    _check_rate(tx, complaint.reporter_id)
    is_it = (cases.c.message_id == message.id) & (cases.c.state == "open")
    case_id = tx.connection.scalar(select(cases.c.id).where(is_it)) or _open(
        tx, message, is_between=complaint.is_between
    )
    tx.connection.execute(
        insert(reports).values(
            case_id=case_id,
            reporter_id=complaint.reporter_id,
            reason=complaint.reason,
            note=complaint.note,
            reported_at=in_ms(tx.now),
        )
    )
    if complaint.is_between:
        _show(tx, case_id, complaint)
    announce(tx, case_id, "open")


def close(tx: Transaction, case: Case, decision: Decision) -> None:
    """End a case, in whichever state it is by now."""
    changes = {"state": "closed", "decision": decision, "decided_at": in_ms(tx.now)}
    tx.connection.execute(update(cases).where(cases.c.id == case.id).values(changes))
    announce(tx, case.id, "closed")


def reopen(tx: Transaction, case: Case) -> None:
    """Put a decided case back into the queue. Raises Conflict when its message has a new one."""
    is_again = (cases.c.message_id == case.message_id) & (cases.c.state == "open")
    if tx.connection.scalar(select(cases.c.id).where(is_again)) is not None:
        raise Conflict(
            "This message was reported again and waits in the queue as a new case.",
            reason="moderation.reported_again",
        )
    changes = {"state": "open", "decision": None, "decided_at": None}
    tx.connection.execute(update(cases).where(cases.c.id == case.id).values(changes))
    announce(tx, case.id, "open")


def add_step(
    tx: Transaction,
    case_id: int,
    what: str,
    *,
    actor_id: int | None = None,
    until_ms: int | None = None,
    reason: str = "",
) -> None:
    """Write down what happened to a case."""
    tx.connection.execute(
        insert(steps).values(
            id=tx.new_id(),
            case_id=case_id,
            actor_id=actor_id,
            what=what,
            until=until_ms,
            reason=reason,
            at=in_ms(tx.now),
        )
    )


def has_looked(connection: Connection, case_id: int, actor_id: int) -> bool:
    """Whether it is written down that somebody has read what was reported of a conversation."""
    is_it = (steps.c.case_id == case_id) & (steps.c.actor_id == actor_id)
    found = connection.scalar(select(steps.c.id).where(is_it, steps.c.what == LOOKED).limit(1))
    return found is not None


def note_for_message(tx: Transaction, message_id: int, what: str) -> Case | None:
    """Write down what happened to a message with an open case, and return that.

    The same once more in a row is the same step, later: an author can edit without end.
    """
    is_it = (cases.c.message_id == message_id) & (cases.c.state == "open")
    found = _cases(tx.connection, select(cases).where(is_it))
    for case in found:
        last = steps_of(tx.connection, case.id)[-1:]
        if last and last[0].what == what:
            again = update(steps).where(steps.c.id == last[0].id)
            tx.connection.execute(again.values(at=in_ms(tx.now)))
        else:
            add_step(tx, case.id, what)
        announce(tx, case.id, case.state)
    return found[0] if found else None


def note_for_author(tx: Transaction, author_id: int, what: str, until_ms: int | None) -> None:
    """Write down what happened to the author of open cases."""
    is_theirs = (cases.c.author_id == author_id) & (cases.c.state == "open")
    for case in _cases(tx.connection, select(cases).where(is_theirs)):
        add_step(tx, case.id, what, until_ms=until_ms)
        announce(tx, case.id, case.state)


def open_places(connection: Connection) -> Sequence[int]:
    """Return the channels and rooms of open cases. A conversation may be left and gone."""
    is_there = (cases.c.state == "open") & ~cases.c.is_between
    wanted = select(cases.c.channel_id).where(is_there).distinct()
    return connection.scalars(wanted).all()


def end_in_place(tx: Transaction, channel_id: int) -> None:
    """End the open cases of a place that was deleted with all that was said in it."""
    is_there = (cases.c.channel_id == channel_id) & (cases.c.state == "open")
    for case in _cases(tx.connection, select(cases).where(is_there)):
        add_step(tx, case.id, "place_gone")
        close(tx, case, "gone")


def erase(tx: Transaction, account_id: int) -> None:
    """Forget a person: what they wrote, what they reported, and their name in the history."""
    connection = tx.connection
    theirs = select(cases.c.id).where(cases.c.author_id == account_id)
    for case_id in connection.scalars(theirs).all():
        _remove(tx, case_id)
    reported = select(reports.c.case_id).where(reports.c.reporter_id == account_id)
    for case_id in connection.scalars(reported).all():
        one = (reports.c.case_id == case_id) & (reports.c.reporter_id == account_id)
        connection.execute(delete(reports).where(one))
        if connection.scalar(select(reports.c.case_id).where(reports.c.case_id == case_id)):
            announce(tx, case_id, get(connection, case_id).state)
        else:
            _remove(tx, case_id)
    connection.execute(delete(shown).where(_is_of(account_id)))
    is_actor = steps.c.actor_id == account_id
    connection.execute(update(steps).where(is_actor).values(actor_id=None))


def of_account(connection: Connection, account_id: int) -> Mapping[str, Sequence[dict[str, Any]]]:
    """Return what is kept of a person, without who reported them and who decided."""
    case, report, step, kept = cases.c, reports.c, steps.c, kept_out.c
    said = select(case.message_id, case.text, case.state, case.decision, case.opened_at)
    reported = select(report.case_id, report.reason, report.note, report.reported_at)
    done = select(step.case_id, step.what, step.at)
    about = {
        "cases": said.where(case.author_id == account_id),
        "reports": reported.where(report.reporter_id == account_id),
        "shown": select(shown.c.message_id, shown.c.text).where(_is_of(account_id)),
        "steps": done.where(step.actor_id == account_id),
        "kept_out": select(kept.room_id, kept.until, kept.reason).where(
            kept.account_id == account_id
        ),
    }
    return {name: [row._asdict() for row in connection.execute(of)] for name, of in about.items()}


def prune(tx: Transaction, keep: timedelta) -> int:
    """Forget cases that were decided long ago, a batch at a time; return how many."""
    is_old = (cases.c.state == "closed") & (cases.c.decided_at < in_ms(tx.now - keep))
    old = tx.connection.scalars(select(cases.c.id).where(is_old).limit(PRUNED_AT_ONCE)).all()
    for table in BELONGING:
        tx.connection.execute(delete(table).where(table.c.case_id.in_(old)))
    tx.connection.execute(delete(cases).where(cases.c.id.in_(old)))
    return len(old)


def announce(tx: Transaction, case_id: int, state: str) -> None:
    """Tell those who see the queue. The log of events outlives cases, so it says no text."""
    body = {"case": str(case_id), "state": state, "open_count": open_count(tx.connection)}
    tx.announce("case_changed", Holders(VIEW), body)


def _said(message: Message) -> str:
    """Return what a message says, and of its files what they are called and described as."""
    files = (f"📎 {file.name} {file.description}".rstrip() for file in message.files)
    return "\n".join(filter(None, (message.text, *files)))


def _is_of(account_id: int) -> ColumnElement[bool]:
    """Choose what somebody wrote or showed."""
    return (shown.c.author_id == account_id) | (shown.c.reporter_id == account_id)


def _show(tx: Transaction, case_id: int, complaint: Complaint) -> None:
    add_step(tx, case_id, "reported_between", actor_id=complaint.reporter_id)
    rows = [
        {
            "case_id": case_id,
            "reporter_id": complaint.reporter_id,
            "message_id": message.id,
            "author_id": message.author_id,
            "text": _said(message),
            "posted_at": in_ms(message.posted_at),
        }
        for message in complaint.around
    ]
    if rows:
        tx.connection.execute(insert(shown), rows)


def _open(tx: Transaction, message: Message, *, is_between: bool) -> int:
    case_id = tx.new_id()
    tx.connection.execute(
        insert(cases).values(
            id=case_id,
            message_id=message.id,
            channel_id=message.channel_id,
            author_id=message.author_id,
            text=_said(message),
            posted_at=in_ms(message.posted_at),
            state="open",
            opened_at=in_ms(tx.now),
            is_between=is_between,
        )
    )
    return case_id


def _check_not_reported(tx: Transaction, message_id: int, reporter_id: int) -> None:
    is_same = (cases.c.message_id == message_id) & (reports.c.reporter_id == reporter_id)
    known = select(cases.c.id).join(reports, reports.c.case_id == cases.c.id).where(is_same)
    if tx.connection.scalar(known.limit(1)) is not None:
        raise Conflict(
            "You have reported this message already. The hosts know of it.",
            reason="moderation.reported_already",
        )


def _check_rate(tx: Transaction, reporter_id: int) -> None:
    since_ms = in_ms(tx.now - REPORTS_WITHIN)
    is_recent = (reports.c.reporter_id == reporter_id) & (reports.c.reported_at > since_ms)
    count, first_ms = tx.connection.execute(
        select(func.count(), func.min(reports.c.reported_at)).where(is_recent)
    ).one()
    if count >= REPORTS_MAX:
        raise TooMany(
            f"You have reported {REPORTS_MAX} messages in a short time. The hosts will look at "
            "them; try again in a few minutes.",
            retry_after_s=(first_ms - since_ms) / 1_000,
            reason="moderation.pace",
        )


def _remove(tx: Transaction, case_id: int) -> None:
    for table in BELONGING:
        tx.connection.execute(delete(table).where(table.c.case_id == case_id))
    tx.connection.execute(delete(cases).where(cases.c.id == case_id))
    announce(tx, case_id, "removed")
