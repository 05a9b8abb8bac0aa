"""Every hook, in three families told apart by their name.

`register_…` (contribution, plain `def`) is asked once before the doors open and answers with a
list. `may_…` (decision) is asked before something is done and answers None, `Deny` or `Amend`.
Past tense (notice) is told after the commit, to each plugin at its own pace. Both are `async def`,
or plain `def` where nothing is to be awaited, which spares the server a task for each call.

Arguments are frozen and passed by name: an implementation takes the ones it wants. Several plugins
are asked in the order of the config file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import pluggy

from salon.domain.accounts import Account, SignUp
from salon.domain.channels import Channel
from salon.domain.messages import Draft, Message
from salon.domain.rooms import Participant, Room
from salon.domain.verdicts import Amend, Deny
from salon.plugin.contributions import (
    Claim,
    CliCommand,
    ClientModule,
    Command,
    Job,
    PageFragment,
    Permission,
    RoomKind,
    Route,
    Schedule,
    SearchSource,
    SlashCommand,
)

PROJECT = "salon"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class HookKind:
    """How a hook is called and what its failure means."""

    family: Literal["contribution", "decision", "notice", "life"]
    budget_s: float
    on_failure: Literal["allow", "deny"] | None = None


def _kind(kind: HookKind) -> Callable[[Function], Function]:
    def mark(function: Function) -> Function:
        function.__dict__["hook_kind"] = kind
        return hookspec(function)

    return mark


def register(function: Function) -> Function:
    """Declare a contribution hook."""
    return _kind(HookKind("contribution", budget_s=1.0))(function)


def decide(
    *, on_failure: Literal["allow", "deny"], budget_s: float = 0.5
) -> Callable[[Function], Function]:
    """Declare a decision hook: what its failure means, and how long it may think."""
    return _kind(HookKind("decision", budget_s, on_failure))


def notify(function: Function) -> Function:
    """Declare a notice hook."""
    return _kind(HookKind("notice", budget_s=5.0))(function)


def life(*, budget_s: float) -> Callable[[Function], Function]:
    """Declare a hook of the plugin's own life."""
    return _kind(HookKind("life", budget_s))


class Hookspecs:
    """The hooks of API 1.0."""

    # -- contributions

    @register
    def register_permissions(self) -> list[Permission]:
        """Declare permissions. They become `<plugin>.<name>`. Since 1.0."""

    @register
    def register_routes(self) -> list[Route | Claim]:
        """Declare addresses and claimed prefixes. Since 1.0."""

    @register
    def register_commands(self) -> list[Command | SlashCommand]:
        """Declare socket commands, and from 1.4 on those that people write behind a `/`.

        They become `<plugin>.<name>`. `SlashCommand("roll", words, handler, arguments)` is offered
        as `/roll` with its words in the reader's language; its arguments are checked before the
        handler is asked, and what it answers is shown to who asked alone.
        Since 1.0.
        """

    @register
    def register_room_kinds(self) -> list[RoomKind]:
        """Declare kinds of rooms. They become `<plugin>.<name>`. Since 1.0."""

    @register
    def register_jobs(self) -> list[Job | Schedule]:
        """Declare background jobs and schedules. Since 1.0."""

    @register
    def register_cli(self) -> list[CliCommand]:
        """Declare commands of the command line: `salon <plugin> <command>`. Since 1.0."""

    @register
    def register_client_modules(self) -> list[ClientModule]:
        """Declare modules that the web client loads. Since 1.0."""

    @register
    def register_page_fragments(self) -> list[PageFragment]:
        """Declare pieces of pages that are rendered on the server. Since 1.0."""

    @register
    def register_search_sources(self) -> list[SearchSource]:
        """Declare what else the page of search looks through. Since 1.3."""

    # -- decisions

    @decide(on_failure="deny")
    async def may_sign_up(self, sign_up: SignUp) -> Deny | Amend[SignUp] | None:
        """Asked before an account is made.

        sign_up: handle, display name, and the invitation that was shown, if any.
        Deny:    nobody is let in; the person reads the reason.
        Amend:   the changed names are used; the next plugin sees the change.

        Several plugins: the first Deny ends the round; amendments chain.
        Not asked: for the owner's own account, and for bots.
        Since 1.0.
        """

    @decide(on_failure="deny")
    async def may_change_name(self, account: Account, display_name: str) -> Deny | None:
        """Asked before somebody is shown under another name.

        Deny: the name stays; the person reads the reason.

        Several plugins: the first Deny ends the round.
        Not asked: for the owner, and for the names of bots, which their keepers choose.
        Since 1.0.
        """

    @decide(on_failure="allow")
    async def may_post_message(
        self, draft: Draft, author: Account, channel: Channel
    ) -> Deny | Amend[Draft] | None:
        """Asked before a message is stored, and before an edit is.

        draft:  what the author wants to say, at most 4,000 characters; from a webhook also the
                name it is to be shown under, which an amendment does not change.
        Deny:   the message is refused; the author reads the reason and keeps the text.
        Amend:  the message is changed; the next plugin sees the change.

        Several plugins: the first Deny ends the round; amendments chain.
        Not asked: for the owner.
        Since 1.0.
        """

    @decide(on_failure="deny")
    async def may_join_room(self, account: Account, room: Room) -> Deny | None:
        """Asked before somebody enters a room.

        Deny: the door stays shut; the person reads the reason.

        Several plugins: the first Deny ends the round.
        Not asked: for the owner, and for a participant who comes back after a lost line.
        Since 1.0.
        """

    @decide(on_failure="deny")
    async def may_speak(self, participant: Participant, room: Room) -> Deny | None:
        """Asked when a participant's microphone is about to open for the first time in a room.

        Deny: the participant stays a listener and reads the reason; asked again at each try. The
        owner is asked about too, since it may be for them to agree to something first; but a
        plugin that fails does not keep the owner from speaking.

        Several plugins: the first Deny ends the round.
        Not asked: for a participant who was let speak before, until they leave.
        Since 1.0.
        """

    # -- notices

    @notify
    async def message_posted(self, message: Message, channel: Channel, author: Account) -> None:
        """Told after a message was stored. Each plugin hears in order. Since 1.0."""

    @notify
    async def message_edited(self, message: Message, channel: Channel, author: Account) -> None:
        """Told after a message was changed, with the message as it is now. Since 1.0."""

    @notify
    async def message_deleted(self, message: Message, channel: Channel) -> None:
        """Told after a message was deleted, with the message as it was. Since 1.0."""

    @notify
    async def typing_started(self, account: Account, channel: Channel) -> None:
        """Told when somebody is writing, at most once in 3 s for each of them. Since 1.0."""

    @notify
    async def account_created(self, account: Account) -> None:
        """Told after somebody joined the community. Since 1.0."""

    @notify
    async def account_suspended(self, account: Account) -> None:
        """Told after a time-out, a kick, a suspension or a ban began. Since 1.0."""

    @notify
    async def room_opened(self, room: Room) -> None:
        """Told after a room was created; and at start for each room that exists. Since 1.0."""

    @notify
    async def room_closed(self, room: Room) -> None:
        """Told after a room and its chat are gone. Since 1.0."""

    @notify
    async def participant_joined(self, participant: Participant, room: Room) -> None:
        """Told after somebody entered a room. Since 1.0."""

    @notify
    async def participant_left(self, participant: Participant, room: Room) -> None:
        """Told after somebody left a room, for whatever reason. Since 1.0."""

    # -- life

    @life(budget_s=10.0)
    async def startup(self) -> None:
        """Begin work. The database is migrated, the doors are still shut.

        Called again when the owner resumes a plugin that failed or was suspended: then the
        doors are open, the instance is the same, and it may hold what it began before.
        Since 1.0.
        """

    @life(budget_s=5.0)
    async def shutdown(self) -> None:
        """End work; called also after a failed startup. May be called twice. Since 1.0."""

    @life(budget_s=60.0)
    async def erase_account(self, account_id: int) -> None:
        """Forget a person: rows, files, everything. Retried until it succeeds. Since 1.0."""

    @life(budget_s=60.0)
    async def export_account(self, account_id: int) -> Mapping[str, Any] | None:
        """Return what is kept of a person, for the person: as JSON has it, up to 8 MiB of it.

        It becomes `plugins/<name>.json` in the copy that they asked for; None: nothing is kept.
        What is about others, and what would open a door, stays out of it. Since 1.0.
        """


DECISIONS = tuple(
    name
    for name, function in vars(Hookspecs).items()
    if (kind := getattr(function, "hook_kind", None)) is not None and kind.family == "decision"
)
