"""Who of the bots is here, and what each is told.

Who may see something is asked when it is told, and asked again when it is replayed.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from salon.plugin import Account, AccountState, Message, Salon
from salon_bots.bits import PRIVILEGED, Intents, granted_intents
from salon_bots.config import BotsConfig
from salon_bots.gateway import frames
from salon_bots.gateway.frames import Close, Closing, Op
from salon_bots.gateway.line import Line
from salon_bots.gateway.session import Session, Wish
from salon_bots.gateway.world import World
from salon_bots.models import Bot
from salon_bots.objects import Objects
from salon_bots.objects.messages import only_own_words
from salon_bots.pace import Limit, Paces
from salon_bots.registry import Registry

GOODBYE_S = 0.1
IDENTIFIES = Limit(5, 20.0)
IDENTIFIES_A_DAY = Limit(1_000, 86_400.0)


class Hub:
    """Owns the sessions and the picture by which changes are noticed."""

    def __init__(
        self, salon: Salon, config: BotsConfig, registry: Registry, objects: Objects
    ) -> None:
        self._salon = salon
        self._config = config
        self._registry = registry
        self._objects = objects
        self.has_come = asyncio.Event()  # a bot, since the last look that found none
        self._sessions: dict[str, Session] = {}
        self._world: World | None = None
        self._paces = Paces()

    # -- looking

    def is_here(self, bot_id: int) -> bool:
        return any(s.line is not None for s in self._of(bot_id))

    def identifies_left(self, bot_id: int) -> int:
        return self._paces.left(str(bot_id), "identify-day", IDENTIFIES_A_DAY, now_s=self._now_s())

    def _of(self, bot_id: int) -> Sequence[Session]:
        return [s for s in self._sessions.values() if s.bot_id == bot_id]

    def _now_s(self) -> float:
        return self._salon.clock.monotonic_s()

    # -- coming and going

    async def identify(self, bot: Bot, wish: Wish, line: Line) -> Session | None:
        """Begin a session: READY, then the guild. None: too often, the bot is told to wait.

        Raises Closing.
        """
        account = self._account(bot.account_id)
        if account is None:
            raise Closing(Close.BAD_TOKEN, "This bot has been removed.")
        granted = granted_intents(reads_messages=bot.reads_messages, sees_people=bot.sees_people)
        if wish.intents & PRIVILEGED & ~granted:
            raise Closing(Close.NOT_GRANTED, "An intent is not granted to this bot.")
        if self._is_too_often(bot.account_id):
            return None
        self._make_room(bot.account_id)
        self.look()
        session = Session(
            bot.account_id,
            wish,
            owns_guild=self._owns(wish),
            keep=self._config.replay_events,
            keep_bytes=self._config.outbox_max_bytes // 2,
            line=line,
        )
        self._sessions[session.id] = session
        self.has_come.set()
        self._world = self._world or World.of(self._salon, self._objects)
        self._begin(session, bot, account)
        await self._registry.seen(bot.account_id)
        return session

    def _is_too_often(self, bot_id: int) -> bool:
        now_s = self._now_s()
        paces = [
            self._paces.hit(str(bot_id), name, limit, now_s=now_s, unix_s=0)
            for name, limit in (("identify", IDENTIFIES), ("identify-day", IDENTIFIES_A_DAY))
        ]
        return any(pace.is_over for pace in paces)

    def _make_room(self, bot_id: int) -> None:
        """End what a bot left behind longest ago, or its oldest connection."""
        mine = sorted(self._of(bot_id), key=lambda s: (s.line is not None, s.left_at_s or 0.0))
        for session in mine[: max(0, len(mine) - self._config.sessions_per_bot + 1)]:
            self._end(session, Close.TOO_MANY, "This bot has too many connections.")

    def _owns(self, wish: Wish) -> bool:
        if wish.shard is None:
            return True
        number, count = wish.shard
        return (self._objects.guild.id >> 22) % count == number

    def _begin(self, session: Session, bot: Bot, account: Account) -> None:
        guild = {"id": str(self._objects.guild.id), "unavailable": True}
        ready: dict[str, Any] = {
            "v": 10,
            "user": self._objects.people.own_user(account),
            "guilds": [guild] if session.owns_guild else [],
            "session_id": session.id,
            "resume_gateway_url": gateway_url(self._salon.base_url),
            "application": {"id": str(account.id), "flags": self._objects.guild.flags(bot)},
            "session_type": "normal",
            "private_channels": [],
            "relationships": [],
            "user_settings": {},
            "_trace": [],
        }
        if session.wish.shard is not None:
            ready["shard"] = list(session.wish.shard)
        session.dispatch("READY", ready)
        if not session.owns_guild:
            return
        members = self._members_at_start(session, account)
        whole = self._objects.guild.whole(account, members, session.wish.threshold)
        session.remember_places((*whole["channels"], *whole["threads"]))
        session.dispatch("GUILD_CREATE", whole)

    def _members_at_start(self, session: Session, account: Account) -> Sequence[Account]:
        everybody = self._objects.people.everybody()
        wants_all = session.wants(Intents.MEMBERS) and session.wants(Intents.PRESENCES)
        if wants_all and len(everybody) <= session.wish.threshold:
            return everybody
        return [account]

    def resume(self, bot: Bot, session_id: object, seq: object, line: Line) -> Session | None:
        """Go on with a session, or None when it cannot be. Raises Closing."""
        session = self._sessions.get(session_id) if isinstance(session_id, str) else None
        if session is None or session.bot_id != bot.account_id:
            return None
        if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq <= session.seq:
            raise Closing(Close.BAD_SEQUENCE, "There is no such sequence number.")
        account = self._account(bot.account_id)
        if account is None:
            return None
        missed = session.missed(
            seq, lambda place_id: self._objects.places.may_view(account, place_id)
        )
        if missed is None:
            self._end(session, Close.UNKNOWN, "The session is over.")
            return None
        if session.line is not None:
            session.line.close(Close.UNKNOWN, "The session goes on elsewhere.")
        session.line, session.left_at_s = line, None
        for frame in missed:
            line.send(frame)
        session.dispatch("RESUMED", {"_trace": []})
        self._sync(session)
        return session

    def leave(self, session: Session, line: Line) -> None:
        """The connection is gone; the session waits for a while."""
        if session.line is line:
            session.line, session.left_at_s = None, self._now_s()

    def end_bot(self, bot_id: int, code: Close, reason: str) -> None:
        """End every session of a bot: another token, other rights, or removed."""
        for session in self._of(bot_id):
            self._end(session, code, reason)

    def _end(self, session: Session, code: Close, reason: str) -> None:
        self._sessions.pop(session.id, None)
        if session.line is not None:
            session.line.close(code, reason)
            session.line = None

    async def stop(self) -> None:
        """Ask everybody to come back later; then close."""
        lines = [s.line for s in self._sessions.values() if s.line is not None]
        for line in lines:
            line.send(frames.encode(Op.RECONNECT))
        if lines:
            await asyncio.sleep(GOODBYE_S)
        for line in lines:
            line.close(Close.GOING_AWAY, "The server stops.")
        self._sessions.clear()
        self._show_here()

    # -- telling

    @property
    def is_heard(self) -> bool:
        """Whether a bot listens at all."""
        return bool(self._sessions)

    async def tell_message(self, name: str, message: Message) -> None:
        """Tell of a message that was posted or changed."""
        author = self._salon.accounts.get(message.author_id)
        if author is None:
            return
        messages = self._objects.messages
        told = messages.in_event(await messages.one(message, author), message)
        for session in self._hearers(Intents.MESSAGES, message.channel_id):
            may_read = session.wants(Intents.CONTENT)
            shown = told if may_read else only_own_words(told, session.bot_id)
            session.dispatch(name, shown, message.channel_id)

    def tell_deleted(self, message: Message) -> None:
        body = {
            "id": str(message.id),
            "channel_id": str(message.channel_id),
            "guild_id": str(self._objects.guild.id),
        }
        for session in self._hearers(Intents.MESSAGES, message.channel_id):
            session.dispatch("MESSAGE_DELETE", body, message.channel_id)

    def tell_typing(self, account: Account, channel_id: int) -> None:
        body = {
            "channel_id": str(channel_id),
            "guild_id": str(self._objects.guild.id),
            "user_id": str(account.id),
            "timestamp": int(self._salon.clock.now().timestamp()),
            "member": self._objects.people.member(account),
        }
        for session in self._hearers(Intents.TYPING, channel_id):
            session.dispatch("TYPING_START", body, channel_id)

    def _hearers(self, intent: Intents, place_id: int) -> Sequence[Session]:
        """Return the sessions that want it and whose bot may view the place now."""
        hearers = []
        for session in tuple(self._sessions.values()):
            account = self._account(session.bot_id)
            if account is None:
                self._end(session, Close.BAD_TOKEN, "This bot has been removed.")
            elif session.wants(intent) and self._objects.places.may_view(account, place_id):
                if str(place_id) not in session.places:
                    self._sync(session)
                hearers.append(session)
        return hearers

    def _account(self, bot_id: int) -> Account | None:
        account = self._salon.accounts.get(bot_id)
        return account if account and account.state is AccountState.ACTIVE else None

    def _sync(self, session: Session) -> None:
        account = self._account(session.bot_id)
        if account is not None and session.owns_guild:
            places = self._objects.places
            threads = places.threads(account, session.places)
            session.tell_places((*places.all(account), *threads))

    # -- changes of the community

    def look(self) -> None:
        """Notice what changed since the last look, tell it, and forget who stayed away."""
        self._forget_absent()
        self._show_here()
        if not self._sessions:
            self._world = None
            self.has_come.clear()
            return
        before, self._world = self._world, World.of(self._salon, self._objects)
        changes = () if before is None else tuple(before.changes(self._world, self._objects))
        for session in tuple(self._sessions.values()):
            if self._account(session.bot_id) is None:
                self._end(session, Close.BAD_TOKEN, "This bot has been removed.")
                continue
            for change in changes:
                if session.wants(change.intent):
                    session.dispatch(change.name, change.body)
            self._sync(session)

    def _show_here(self) -> None:
        here = {s.bot_id for s in self._sessions.values() if s.line is not None}
        self._salon.accounts.show_here(here)

    def _forget_absent(self) -> None:
        limit_s = self._now_s() - self._config.replay_s
        for session in tuple(self._sessions.values()):
            if session.left_at_s is not None and session.left_at_s < limit_s:
                del self._sessions[session.id]


def gateway_url(base_url: str) -> str:
    """Return the gateway's address: `wss://host/gateway`."""
    return f"ws{base_url.removeprefix('http')}/gateway"
