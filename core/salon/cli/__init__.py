"""The command line. Each command imports what it needs, so that all of them start quickly."""

import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from salon import __version__
from salon.errors import SalonError

EXIT_FAILED = 1
EXIT_PORT = 69
EXIT_DATA = 73
EXIT_IN_USE = 75
EXIT_NEWER = 76
EXIT_CONFIG = 78


class Commands(click.Group):
    """The core's commands, and one group per plugin that declares some."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from salon.cli.plugins import plugin_names

        return [*super().list_commands(ctx), *plugin_names()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        known = super().get_command(ctx, cmd_name)
        if known is not None:
            return known
        from salon.cli.plugins import group_of

        return group_of(cmd_name)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="salon")
def commands() -> None:
    """Salon: a community server you host yourself."""


config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Configuration file; config.yaml in the current folder if there is one.",
)
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of the database and files (data.directory).",
)


@commands.command()
@config_option
@data_option
@click.option("--host", help="Address of HTTP once the server is claimed (server.host).")
@click.option("--port", type=int, help="TCP port of HTTP (server.port).")
@click.option("--media-port", type=int, help="UDP port of voices (media.port).")
@click.option("--public-url", help="Where people reach the server (server.public_url).")
@click.option(
    "--no-plugins", is_flag=True, help="Start the bare core, to repair what a plugin did."
)
def serve(config_file: Path | None, *, no_plugins: bool, **options: Any) -> None:
    """Run the server until it is told to stop."""
    from salon.cli.serve import run

    run(config_file, options, no_plugins=no_plugins)


@commands.command("check-config")
@click.argument("file", type=click.Path(path_type=Path))
def check_config(file: Path) -> None:
    """Say everything that is wrong in a configuration file; exit 0 or 1."""
    from salon.cli.settings import check

    problems = check(file)
    if problems:
        fail("\n".join(problems), EXIT_FAILED)
    click.echo(f"{file}: no problems")


@commands.command()
@config_option
@data_option
@click.option("--language", type=click.Choice(["en", "fr"]), help="Else that of the terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(
    config_file: Path | None, data: Path | None, language: str | None, *, as_json: bool
) -> None:
    """Look at each hop on the way to this server; exit 1 if one is broken."""
    from salon.cli.doctor import run

    sys.exit(run(config_file, data, language, as_json=as_json))


@commands.group()
def account() -> None:
    """Ways in and out from the console, also while the server runs."""


@account.command("owner-link")
@config_option
@data_option
def owner_link(config_file: Path | None, data: Path | None) -> None:
    """Make a new link to claim the server: 30 minutes, one use."""
    from salon.cli.account import new_owner_link

    _print_or_fail(new_owner_link, config_file, data)


@account.command("reset")
@click.argument("name")
@config_option
@data_option
def reset(name: str, config_file: Path | None, data: Path | None) -> None:
    """Make a link with which NAME sets a new password: 30 minutes, one use."""
    from salon.cli.account import new_reset_link

    _print_or_fail(new_reset_link, config_file, data, name)


@account.command("forget-second-step")
@click.argument("name")
@config_option
@data_option
def forget_second_step(name: str, config_file: Path | None, data: Path | None) -> None:
    """Ask NAME for no codes any more: the app and the recovery codes are lost."""
    from salon.cli.account import forget_second_step

    _print_or_fail(forget_second_step, config_file, data, name)


@account.command("export")
@click.argument("name")
@config_option
@data_option
def export(name: str, config_file: Path | None, data: Path | None) -> None:
    """Have a copy made of all that is kept of NAME, for NAME to fetch."""
    from salon.cli.account import ask_to_export

    _print_or_fail(ask_to_export, config_file, data, name)


@account.command("erase")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@config_option
@data_option
def erase(name: str, config_file: Path | None, data: Path | None, *, yes: bool) -> None:
    """Forget NAME for good: the account, what it wrote, and what plugins keep of it."""
    from salon.cli.account import ask_to_erase, erasable

    try:
        account_id = erasable(config_file, data, name)
    except SalonError as error:
        fail(error.message, EXIT_FAILED)
    if not yes:
        click.confirm(f"Erase {name} with every message and recording? No way back.", abort=True)
    _print_or_fail(ask_to_erase, config_file, data, account_id)


@commands.group()
def audit() -> None:
    """The record of what was changed, and by whom."""


@audit.command("check")
@config_option
@data_option
def check(config_file: Path | None, data: Path | None) -> None:
    """See whether every entry is as it was written; exit 1 if one is not."""
    from salon.cli.audit import check

    _print_or_fail(check, config_file, data)


@commands.group()
def db() -> None:
    """The database, SQLite or PostgreSQL."""


@db.command("check")
@config_option
@data_option
def check_database(config_file: Path | None, data: Path | None) -> None:
    """See whether it can be used and is whole, also while the server runs; exit 1 if not."""
    from salon.cli.database import check

    _print_or_fail(check, config_file, data)


@commands.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if something is stale.")
def docs(*, check: bool) -> None:
    """Write the references that are generated from the code."""
    from salon.cli.docs import stale

    old = stale(write=not check)
    if check and old:
        fail(f"Stale, run `./salon docs`: {', '.join(old)}", EXIT_FAILED)
    click.echo("\n".join(f"written: {name}" for name in old) or "The references are fresh.")


@commands.command()
@click.argument("name", required=False)
@click.option("--list", "list_", is_flag=True, help="Name the benchmarks.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def bench(name: str | None, *, list_: bool, as_json: bool) -> None:
    """Measure one of the published figures."""
    from salon.cli.bench import names, run

    if list_ or name is None:
        click.echo("\n".join(names()))
        return
    sys.exit(run(name, as_json=as_json))


def fail(message: str, code: int) -> NoReturn:
    """Say one sentence on standard error and end."""
    click.echo(message, err=True)
    sys.exit(code)


def _print_or_fail(make: Any, *arguments: Any) -> None:
    try:
        click.echo(make(*arguments))
    except SalonError as error:
        fail(error.message, EXIT_FAILED)


def main() -> None:
    """Run the command line; the entry point of the package."""
    commands(prog_name="salon")
