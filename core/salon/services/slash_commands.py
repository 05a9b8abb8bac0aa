"""Commands that people write behind a `/`: what plugins offer where one writes, typed and bounded.

The core lists what somebody may use in a channel, judges permission and arguments, and only then
asks the plugin, within its budget. What the plugin answers is said to who asked and to nobody else;
what it wants everybody to read it posts.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from salon.clock import Clock
from salon.domain.accounts import Account, AccountState
from salon.domain.channels import Channel
from salon.errors import Denied, Invalid, NotFound
from salon.host import Host
from salon.ids import ID_DIGITS_MAX
from salon.plugin.contributions import LANGUAGES, Sentence, SlashArgument, SlashCommand
from salon.services import texts
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.limits import Paces

BUDGET_S = 10.0
BURST = 5
PER_S = 1.0
ANSWER_MAX_CHARACTERS = 500

Given = Mapping[str, str | int]


class SlashCommands:
    """Offers them and carries them out, always for an actor."""

    def __init__(self, access: Access, directory: Directory, host: Host, clock: Clock) -> None:
        self._access = access
        self._directory = directory
        self._host = host
        self._clock = clock
        self._paces = Paces(BURST, PER_S)

    async def offered(self, actor: Account, channel_id: int) -> Sequence[tuple[str, SlashCommand]]:
        """Return (plugin, command) of all that the actor may use there. Raises NotFound, Denied."""
        channel = await self._access.channel_or_archived(actor, channel_id, "message.post")
        return [
            (plugin, command)
            for plugin, command in self._running(channel)
            if command.permission is None or self._access.may(actor, command.permission, channel_id)
        ]

    async def run(
        self, actor: Account, channel_id: int, name: str, given: Given
    ) -> Sentence | None:
        """Carry one out and return what is said to the actor.

        Raises NotFound, Denied, Invalid, TooMany, what the plugin refuses, and PluginFailed.
        """
        channel = await self._access.channel_or_archived(actor, channel_id, "message.post")
        plugin, command = self._find(name, channel)
        if command.permission is not None:
            self._check_permission(actor, command.permission, channel_id)
        now_s = self._clock.monotonic_s()
        self._paces.take(actor.id, now_s, message="That is a lot at once. Take a breath.")
        arguments = self._checked(command, given)
        answer = await self._host.call(
            plugin,
            f"slash command {name}",
            command.handler,
            actor,
            channel,
            arguments,
            budget_s=BUDGET_S,
        )
        if answer is not None and not _is_sentence(answer):
            error = TypeError("expected a sentence in each language, or None")
            raise self._host.count_fault(plugin, f"slash command {name}", error)
        return answer

    def _running(self, channel: Channel) -> Iterator[tuple[str, SlashCommand]]:
        """Yield the commands of the plugins that may know of the channel."""
        is_for_all = self._access.is_for_plugins(channel)
        for plugin, contributed in self._host.contributions.items():
            is_given = is_for_all or self._host.has_capability(plugin, "conversations")
            if is_given and self._host.is_running(plugin):
                yield from ((plugin, command) for command in contributed.slash_commands)

    def _find(self, name: str, channel: Channel) -> tuple[str, SlashCommand]:
        for plugin, command in self._running(channel):
            if command.name == name:
                return plugin, command
        raise NotFound("There is no such command here.", field="command", reason="no_command")

    def _check_permission(self, actor: Account, permission: str, channel_id: int) -> None:
        if not self._access.may(actor, permission, channel_id):
            raise Denied(
                f"You need the permission “{permission}” for that.",
                permission=permission,
                reason="no_permission",
            )

    def _checked(self, command: SlashCommand, given: Given) -> Mapping[str, Any]:
        known = {argument.name for argument in command.arguments}
        unknown = sorted(set(given) - known)
        if unknown:
            raise Invalid(
                "This command has no such argument.", field="arguments", reason="malformed"
            )
        return {
            argument.name: self._value(argument, given.get(argument.name))
            for argument in command.arguments
        }

    def _value(self, argument: SlashArgument, value: str | int | None) -> Any:
        """Return what was given as what it is declared to be. Raises Invalid, NotFound."""
        if value is None or value == "":
            if argument.is_required:
                raise Invalid("This cannot be empty.", field=argument.name, reason="empty")
            return None
        if argument.kind == "number":
            return _number(argument, value)
        if not isinstance(value, str):
            raise Invalid("This is no text.", field=argument.name, reason="malformed")
        if argument.kind == "account":
            return self._account(argument, value)
        if argument.kind == "choice":
            if value not in argument.choices:
                raise Invalid("There is no such choice.", field=argument.name, reason="malformed")
            return value
        return texts.line(value, field=argument.name, at_most=argument.most)

    def _account(self, argument: SlashArgument, value: str) -> Account:
        is_id = value.isascii() and value.isdigit() and len(value) <= ID_DIGITS_MAX
        account = self._directory.account(int(value)) if is_id else None
        if account is None or account.state is AccountState.DELETED:
            raise NotFound("There is no such person.", field=argument.name, reason="nobody")
        return account


def _number(argument: SlashArgument, value: str | int) -> int:
    if not isinstance(value, int) or not argument.least <= value <= argument.most:
        raise Invalid(
            f"Expected a whole number from {argument.least} to {argument.most}.",
            field=argument.name,
            reason="number",
            least=argument.least,
            most=argument.most,
        )
    return value


def _is_sentence(answer: object) -> bool:
    return (
        isinstance(answer, Mapping)
        and set(answer) == set(LANGUAGES)
        and all(
            isinstance(text, str) and len(text) <= ANSWER_MAX_CHARACTERS for text in answer.values()
        )
    )
