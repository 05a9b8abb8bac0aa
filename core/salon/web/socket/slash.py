"""Commands that are written behind a `/`, of plugins."""

from typing import Annotated, Any

from pydantic import Field

from salon.plugin.contributions import SlashArgument, SlashCommand
from salon.web.socket.fields import CommandPayload, Id, Line
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()

Key = Annotated[str, Field(max_length=64)]
ARGUMENTS_MAX = 20  # more than any command has


class ListSlashCommands(CommandPayload):
    channel: Id


@registry.command("slash.list", ListSlashCommands)
async def list_commands(session: Session, payload: ListSlashCommands) -> Result:
    offered = await session.core.services.slash_commands.offered(session.account, payload.channel)
    return {"commands": [_command(plugin, command) for plugin, command in offered]}


class RunSlashCommand(CommandPayload):
    channel: Id
    command: Line
    arguments: Annotated[dict[Key, Line | int], Field(max_length=ARGUMENTS_MAX)] = Field(
        default_factory=dict
    )


@registry.command("slash.run", RunSlashCommand)
async def run(session: Session, payload: RunSlashCommand) -> Result:
    said = await session.core.services.slash_commands.run(
        session.account, payload.channel, payload.command, payload.arguments
    )
    return {"said": None if said is None else dict(said)}


def _command(plugin: str, command: SlashCommand) -> dict[str, Any]:
    return {
        "name": command.name,
        "plugin": plugin,
        "words": dict(command.words),
        "arguments": [_argument(argument) for argument in command.arguments],
    }


def _argument(argument: SlashArgument) -> dict[str, Any]:
    return {
        "name": argument.name,
        "words": dict(argument.words),
        "kind": argument.kind,
        "is_required": argument.is_required,
        "least": argument.least,
        "most": argument.most,
        "choices": [
            {"value": value, "words": dict(words)} for value, words in argument.choices.items()
        ],
    }
