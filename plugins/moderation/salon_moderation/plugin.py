"""Moderation: its hooks, each a few lines, delegating."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from salon.plugin import (
    Account,
    Amend,
    ClientModule,
    Command,
    Deny,
    Draft,
    Job,
    Message,
    PageFragment,
    Participant,
    Permission,
    Plugin,
    Room,
    Route,
    Salon,
    Schedule,
    SignUp,
    Transaction,
    hookimpl,
)
from salon_moderation import cases, keeping_out, words
from salon_moderation.config import ModerationConfig
from salon_moderation.export import STEPS_MAX, log_as_csv
from salon_moderation.payloads import (
    ListCases,
    ReportMessage,
    ResolveCase,
    ShowCase,
    ShowLog,
    UndoCase,
)
from salon_moderation.queue import LET_SPEAK, Queue


class ModerationPlugin(Plugin[ModerationConfig]):
    """Words held back, reports, a queue for the hosts."""

    name = "moderation"
    title = "Moderation"
    api = "1.10"
    capabilities = ("conversations",)  # a member may report what is said between people
    Config = ModerationConfig

    def __init__(self, salon: Salon, config: ModerationConfig) -> None:
        super().__init__(salon, config)
        self._filter = config.filter()
        self._queue = Queue(salon)

    # -- contributions

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [Permission("view", "See reports and decide about them", granted_to="hosts")]

    @hookimpl
    def register_commands(self) -> list[Command]:
        queue, view = self._queue, cases.VIEW
        return [
            Command("report", ReportMessage, queue.report, permission=None),
            Command("cases", ListCases, queue.list, permission=view),
            Command("case", ShowCase, queue.show, permission=view),
            Command("log", ShowLog, queue.log, permission=view),
            Command("resolve", ResolveCase, queue.resolve, permission=view),
            Command("undo", UndoCase, queue.undo, permission=view),
        ]

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("GET", "/log.csv", self._export_log, access=f"permission:{cases.VIEW}")]

    @hookimpl
    def register_jobs(self) -> list[Job | Schedule]:
        return [
            Schedule("prune", self._prune, every=timedelta(days=1)),
            Job(LET_SPEAK, self._queue.let_speak),
        ]

    @hookimpl
    def register_client_modules(self) -> list[ClientModule]:
        return [ClientModule("main.tsx")]

    @hookimpl
    def register_page_fragments(self) -> list[PageFragment]:
        if not self.config.notice:
            return []
        return [PageFragment("invitation", "moderation/notice.html", self._gather_notice)]

    # -- decisions

    @hookimpl
    async def may_sign_up(self, sign_up: SignUp) -> Deny | None:
        names = f"{sign_up.display_name}\n{sign_up.handle}"
        return Deny(self._say("name")) if self._filter.forbids(names) else None

    @hookimpl
    async def may_change_name(self, display_name: str) -> Deny | None:
        if not self._filter.forbids(display_name):
            return None
        return Deny(self._say("name"), "name")

    @hookimpl
    def may_post_message(self, draft: Draft) -> Deny | Amend[Draft] | None:
        if draft.shown_as is not None and self._filter.forbids(draft.shown_as):
            return Deny(self._say("name"), "name")
        beside = "\n".join(f"{file.name}\n{file.description}" for file in draft.files)
        if beside and self._filter.forbids(beside):
            return Deny(self._say("unwelcome"), "unwelcome")
        verdict = self._filter.judge(draft.text)
        if verdict.refused is not None:
            if verdict.refused:
                return Deny(verdict.refused)
            return Deny(self._say("unwelcome"), "unwelcome")
        return None if verdict.text == draft.text else Amend(replace(draft, text=verdict.text))

    @hookimpl
    async def may_join_room(self, account: Account, room: Room) -> Deny | None:
        now = self.salon.clock.now()
        found = await self.salon.db.read(
            lambda connection: keeping_out.lasting(connection, room.id, account.id, now)
        )
        if found is None:
            return None
        key = "kept_out_why" if found.reason else "kept_out"
        until = f"{found.until:%Y-%m-%d %H:%M} UTC"
        facts = {"until": found.until.isoformat(), "why": found.reason}
        return Deny(self._say(key, until=until, reason=found.reason), key, facts)

    # -- notices

    @hookimpl
    async def message_edited(self, message: Message) -> None:
        await self._queue.message_edited(message)

    @hookimpl
    async def message_deleted(self, message: Message) -> None:
        await self._queue.message_deleted(message)

    @hookimpl
    async def account_suspended(self, account: Account) -> None:
        await self._queue.account_suspended(account)

    @hookimpl
    async def participant_left(self, participant: Participant, room: Room) -> None:
        self._queue.participant_left(room.id, participant.account_id)

    @hookimpl
    async def room_closed(self, room: Room) -> None:
        await self.salon.db.write(lambda tx: keeping_out.forget_room(tx, room.id))
        await self._queue.place_gone(room.id)

    # -- life

    @hookimpl
    async def erase_account(self, account_id: int) -> None:
        def erase(tx: Transaction) -> None:
            cases.erase(tx, account_id)
            keeping_out.forget_account(tx, account_id)

        await self.salon.db.write(erase)

    @hookimpl
    async def export_account(self, account_id: int) -> Mapping[str, Any]:
        return await self.salon.db.read(lambda connection: cases.of_account(connection, account_id))

    # -- inside

    async def _prune(self, _payload: dict[str, Any]) -> None:
        keep = timedelta(days=self.config.keep_days)
        while await self.salon.db.write(lambda tx: cases.prune(tx, keep)) == cases.PRUNED_AT_ONCE:
            pass

    async def _gather_notice(self, _request: web.Request, _actor: Account | None) -> dict[str, Any]:
        return {"title": self._say("notice"), "notice": self.config.notice}

    async def _export_log(
        self, _request: web.Request, _actor: Account | None
    ) -> web.StreamResponse:
        found = await self.salon.db.read(
            lambda connection: cases.log(connection, before=None, limit=STEPS_MAX)
        )
        return web.Response(
            text=log_as_csv(found, self.salon.accounts.get),
            content_type="text/csv",
            charset="utf-8",
            headers={"Content-Disposition": 'attachment; filename="moderation-log.csv"'},
        )

    def _say(self, key: str, **values: str) -> str:
        return words.say(self.salon.community.language, key, **values)
