"""Whatever five people do: SQLite, PostgreSQL and a model in plain Python say and keep the same.

And nobody is told of what they may not read at that moment, judged by the model alone. The long
form: `./salon test tests/core/services/test_model.py --model-runs 300`.
"""

import asyncio
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.core.services.modelled import BIT, EVERYONE, MODEL, OWNER, Real, bits, names_of

from salon.domain.accounts import Account, SignUp
from salon.domain.permissions import ADMINISTRATOR
from salon.domain.sanctions import SanctionKind
from salon.errors import SalonError
from salon.services.accounts import Visitor
from salon.testing import Server
from salon.testing.person import PASSWORD
from salon.testing.postgresql import PostgresqlServer

ACTORS = range(5)
CHANNELS_MAX = 4
ROLES_MAX = 4
SHORT = 10  # runs
LIMITS = {"messages_burst": 100, "messages_per_s": 50}
RIGHTS = sorted(set(BIT) - {ADMINISTRATOR})


people = st.sampled_from(ACTORS)
few = st.integers(0, CHANNELS_MAX - 1)
rights = st.frozensets(st.sampled_from(RIGHTS)).map(bits)
texts = st.text("ab é😀", max_size=12).map(lambda text: f"{text.strip()}.")


class FivePeople(RuleBasedStateMachine):
    """Each rule is somebody's wish: granted by all three, or by none."""

    postgresql: PostgresqlServer

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="salon-model-"))
        self.database = self.postgresql.database()
        self.reals = [
            self.opened("sqlite", {}),
            self.opened("pg", {"url": self.postgresql.address(self.database)}),
        ]
        self.numbers: dict[str, int] = defaultdict(int)
        everyone = bits(
            self.reals[0].services.directory.roles[self.reals[0].ids["role", 0]].permissions
        )
        self.model = MODEL["Community"](EVERYONE, everyone, OWNER)
        self.furnish()

    def opened(self, name: str, database: dict[str, str]) -> Real:
        folder = self.folder / name
        folder.mkdir()
        server = Server(folder, settings={"limits": LIMITS, "database": database})
        real = Real(server)
        self.runner.run(real.open())
        return real

    def furnish(self) -> None:
        """Begin with something to quarrel about: three more people, two roles, two channels."""
        for _ in range(3):
            self.join_by(OWNER)
        for role, granted in enumerate((RIGHTS, ["message.manage", "channel.manage"]), start=1):
            self.create_role(OWNER, bits(granted))
            self.give_roles(OWNER, role, {role})
        for category in range(2):
            self.make_category(category)
            self.make_channel(OWNER, category)

    def teardown(self) -> None:
        for real in self.reals:
            self.runner.run(real.server.stop())
        self.runner.close()
        self.postgresql.drop(self.database)
        shutil.rmtree(self.folder)

    # -- one wish, three answers

    def wish(
        self,
        granted: bool,  # noqa: FBT001 what the model has answered
        ask: Callable[[Real], Awaitable[Any]],
        new: tuple[str, int] | None = None,
        before: Mapping[int, set[int]] | None = None,
    ) -> None:
        answers = []
        for real in self.reals:
            real.server.clock.advance(seconds=1)
            made, refusal = self.runner.run(self.asked(real, ask))
            if new is not None and made is not None:
                real.ids[new] = made.id
            answers.append((refusal is None, None if refusal is None else type(refusal).__name__))
            self.judge(real, before or {})
        assert answers[0] == answers[1]
        assert answers[0][0] == granted, answers[0]

    async def asked(
        self, real: Real, ask: Callable[[Real], Awaitable[Any]]
    ) -> tuple[Any, SalonError | None]:
        try:
            return await ask(real), None
        except SalonError as refusal:
            return None, refusal

    def judge(self, real: Real, before: Mapping[int, set[int]]) -> None:
        """Whoever was told of a channel may read it now; of one that ended, could just before."""
        said: dict[tuple[str, int], set[int]] = defaultdict(set)
        for who, frames in real.heard().items():
            for frame in frames:
                name, data = frame["event"], frame["data"]
                if name == "account.suspended" and real.id("account", who) == int(
                    data["account"]["id"]
                ):
                    continue  # the last that somebody hears is that they are kept out
                assert who not in self.model.banned, (who, frame)
                if name == "access.changed":
                    shown = {
                        real.name("channel", int(c["id"])) for c in data["snapshot"]["channels"]
                    }
                    assert shown == {c for c in self.model.channels if self.reads(who, c)}
                elif name == "conversation.changed":
                    pair = frozenset(real.name("account", int(id_)) for id_ in data["member_ids"])
                    assert who in pair, (who, frame)
                    assert pair in self.model.pairs
                elif name.startswith(("message.", "channel.", "reaction.")):
                    id_ = int(data["id"] if name.startswith("channel.") else data["channel_id"])
                    channel = real.name("channel", id_)
                    readers = before.get(channel) or self.model.readers(channel)
                    assert who in readers, (who, frame)
                    if name in {"message.posted", "message.edited", "message.deleted"}:
                        said[name, channel].add(who)
        for (_, channel), told in said.items():
            assert told == self.model.readers(channel)

    def reads(self, who: int, channel: int) -> bool:
        return bool(self.model.may(who, "channel.view", channel))

    def number(self, kind: str) -> int:
        """Return the next number of a kind, which the model counts as the servers make ids."""
        self.numbers[kind] += 1
        return self.numbers[kind]

    # -- wishes

    def wants(self, who: int, *others: int) -> bool:
        return all(each in self.model.has for each in (who, *others))

    @rule(inviter=people)
    def join_by(self, inviter: int) -> None:
        newcomer = len(self.model.has)
        if not self.wants(inviter) or newcomer not in ACTORS:
            return
        granted = self.model.join(inviter, newcomer)

        async def ask(real: Real) -> Account:
            made = await real.server.app.invitations.create(real.who(inviter))
            wish = SignUp(f"somebody{newcomer}", "Somebody", None)
            visitor = Visitor("127.0.0.1", "a test")
            account: Account = await real.services.accounts.sign_up(
                visitor, wish, PASSWORD, made.code, rules_read=True
            )
            return account

        self.wish(granted, ask, ("account", newcomer))
        if granted:
            for real in self.reals:
                real.listen(newcomer)

    @rule(who=people, channel=few, text=texts)
    def post(self, who: int, channel: int, text: str) -> None:
        if self.wants(who):
            message = self.number("message")
            self.wish(
                self.model.post(who, channel, message, text),
                lambda real: real.services.messages.post(
                    real.who(who), real.id("channel", channel), text
                ),
                ("message", message),
            )

    def some_message(self, data: st.DataObject) -> int:
        drawn: int = data.draw(st.sampled_from([*self.model.messages, 0]))
        return drawn

    @rule(who=people, text=texts, data=st.data())
    def edit_message(self, who: int, text: str, data: st.DataObject) -> None:
        message = self.some_message(data)
        if self.wants(who):
            self.wish(
                self.model.edit_message(who, message, text),
                lambda real: real.services.messages.edit(
                    real.who(who), real.id("message", message), text
                ),
            )

    @rule(who=people, data=st.data())
    def delete_message(self, who: int, data: st.DataObject) -> None:
        message = self.some_message(data)
        if self.wants(who):
            self.wish(
                self.model.delete_message(who, message),
                lambda real: real.services.deletions.delete(
                    real.who(who), real.id("message", message)
                ),
            )

    def make_category(self, category: int) -> None:
        self.model.categories.add(category)
        self.wish(
            True,  # noqa: FBT003 the owner may
            lambda real: real.services.channels.create_category(real.who(OWNER), "A category"),
            ("category", category),
        )

    @rule(who=people, category=st.sampled_from((0, 1)))
    def make_channel(self, who: int, category: int) -> None:
        free = [n for n in range(CHANNELS_MAX) if n not in self.model.channels]
        if self.wants(who) and free:
            self.wish(
                self.model.make_channel(who, free[0], category),
                lambda real: real.services.channels.create(
                    real.who(who), "A channel", category_id=real.id("category", category)
                ),
                ("channel", free[0]),
            )

    @rule(who=people, channel=few, category=st.sampled_from((0, 1)))
    def move_channel(self, who: int, channel: int, category: int) -> None:
        if self.wants(who):
            self.wish(
                self.model.move_channel(who, channel, category),
                lambda real: real.services.channels.edit(
                    real.who(who),
                    real.id("channel", channel),
                    category_id=real.id("category", category),
                ),
            )

    @rule(who=people, channel=few)
    def delete_channel(self, who: int, channel: int) -> None:
        if self.wants(who):
            before = {channel: self.model.readers(channel)}
            self.wish(
                self.model.delete_channel(who, channel),
                lambda real: real.services.channels.delete(
                    real.who(who), real.id("channel", channel)
                ),
                before=before,
            )
            if channel not in self.model.channels:
                for real in self.reals:
                    real.ids.pop(("channel", channel), None)

    @rule(who=people, granted=rights)
    def create_role(self, who: int, granted: int) -> None:
        if self.wants(who) and len(self.model.ladder) < ROLES_MAX:
            role = self.number("role")
            self.wish(
                self.model.create(who, role, granted),
                lambda real: real.services.roles.create(
                    real.who(who), "A role", permissions=names_of(granted)
                ),
                ("role", role),
            )

    def some_role(self, data: st.DataObject) -> int:
        drawn: int = data.draw(st.sampled_from(sorted(self.model.ladder)))
        return drawn

    @rule(who=people, granted=rights, data=st.data())
    def edit_role(self, who: int, granted: int, data: st.DataObject) -> None:
        role = self.some_role(data)
        if not self.wants(who):
            return
        held = self.reals[0].services.directory.roles[self.reals[0].id("role", role)].permissions
        others = held - set(BIT)  # which the model knows nothing of
        self.wish(
            self.model.edit(who, role, granted),
            lambda real: real.services.roles.edit(
                real.who(who), real.id("role", role), permissions=names_of(granted) | others
            ),
        )

    @rule(who=people, data=st.data())
    def delete_role(self, who: int, data: st.DataObject) -> None:
        role = self.some_role(data)
        if self.wants(who):
            self.wish(
                self.model.delete(who, role),
                lambda real: real.services.roles.delete(real.who(who), real.id("role", role)),
            )

    @rule(who=people, to=people, data=st.data())
    def give_some_roles(self, who: int, to: int, data: st.DataObject) -> None:
        roles = data.draw(st.sets(st.sampled_from([*self.model.ladder[1:], 0]))) - {0}
        self.give_roles(who, to, roles)

    def give_roles(self, who: int, to: int, roles: set[int]) -> None:
        if self.wants(who, to):
            self.wish(
                self.model.give(who, to, roles),
                lambda real: real.services.roles.give(
                    real.who(who), real.id("account", to), {real.id("role", r) for r in roles}
                ),
            )

    @rule(who=people, channel=few, said=st.tuples(rights, rights), data=st.data())
    def except_at(self, who: int, channel: int, said: tuple[int, int], data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(["role", "account"]))
        whom = self.some_role(data) if kind == "role" else data.draw(people)
        if not self.wants(who) or (kind == "account" and not self.wants(whom)):
            return
        self.wish(
            self.model.except_at(who, channel, (kind, whom), said),
            lambda real: real.services.roles.overwrite(
                real.who(who),
                real.id("channel", channel),
                kind,
                real.id(kind, whom),
                allow=names_of(said[0]),
                deny=names_of(said[1]),
            ),
        )

    @rule(who=people, whom=people, lifted=st.booleans())
    def pause(self, who: int, whom: int, *, lifted: bool) -> None:
        if self.wants(who, whom):
            self.wish(
                self.model.pause(who, whom, lifted=lifted),
                lambda real: (
                    real.services.sanctions.lift(
                        real.who(who), real.id("account", whom), SanctionKind.TIME_OUT
                    )
                    if lifted
                    else real.services.sanctions.impose(
                        real.who(who),
                        real.id("account", whom),
                        SanctionKind.TIME_OUT,
                        until=real.server.clock.now() + timedelta(days=20),
                    )
                ),
            )

    @rule(whom=people)
    def ban(self, whom: int) -> None:
        """Nobody's wish: what a moderator decides comes from outside, and is lifted there."""
        if whom == OWNER or not self.wants(whom):
            return
        is_lifted = whom in self.model.banned
        (self.model.banned.discard if is_lifted else self.model.banned.add)(whom)

        async def ask(real: Real) -> None:
            sanctions, account_id = real.services.sanctions, real.id("account", whom)
            change = sanctions.lift if is_lifted else sanctions.impose
            await change(None, account_id, SanctionKind.BAN)

        self.wish(True, ask)  # noqa: FBT003
        if is_lifted:
            for real in self.reals:
                real.listen(whom)

    @rule(who=people, whom=people, lifted=st.booleans())
    def block(self, who: int, whom: int, *, lifted: bool) -> None:
        if self.wants(who, whom):
            self.wish(
                self.model.block(who, whom, lifted=lifted),
                lambda real: (
                    real.services.privacy.unblock if lifted else real.services.privacy.block
                )(real.who(who), real.id("account", whom)),
            )

    @rule(who=people, data=st.data())
    def react(self, who: int, data: st.DataObject) -> None:
        message = self.some_message(data)
        if self.wants(who):
            self.wish(
                self.model.react(who, message),
                lambda real: real.services.reactions.add(
                    real.who(who), real.id("message", message), "👏"
                ),
            )

    @rule(who=people, whom=people)
    def talk_to(self, who: int, whom: int) -> None:
        if self.wants(who, whom):
            self.wish(
                self.model.talk_to(who, whom),
                lambda real: real.services.conversations.begin(
                    real.who(who), [real.id("account", whom)]
                ),
            )

    @invariant()
    def all_three_keep_the_same(self) -> None:
        model = self.model
        expected = {
            "ladder": model.ladder,
            "bits": {role: model.bits[role] for role in model.ladder},
            "has": model.has,
            "paused": model.paused,
            "banned": model.banned,
            "channels": {n: (p.category, p.overwrites) for n, p in model.channels.items()},
            "messages": {n: (m.channel, m.author, m.text) for n, m in model.messages.items()},
        }
        for real in self.reals:
            assert self.runner.run(real.kept()) == expected


@pytest.mark.timeout(7_200)  # the long form
def test_whatever_five_people_do_both_databases_and_the_model_agree(
    postgresql: PostgresqlServer, request: pytest.FixtureRequest
) -> None:
    FivePeople.postgresql = postgresql
    runs = request.config.getoption("--model-runs")
    with_shrinking = [Phase.shrink] if runs > SHORT else []  # takes minutes
    run_state_machine_as_test(
        FivePeople,
        settings=settings(
            max_examples=runs,
            phases=[Phase.reuse, Phase.generate, *with_shrinking],
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
