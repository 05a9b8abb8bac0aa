"""`salon recording …`: look at takes and mix one, also when the server does not run."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from salon.plugin import CliCommand, Salon
from salon_recording.capture import VOICE_SUFFIX
from salon_recording.config import RecordingConfig
from salon_recording.journal import JOURNAL, Happened, read
from salon_recording.ogg import SAMPLE_RATE_HZ, length_samples
from salon_recording.production.files import remove_work
from salon_recording.production.request import FORMATS, Request
from salon_recording.transcript.recogniser import Unusable, find


def commands(salon: Salon, config: RecordingConfig) -> list[CliCommand]:
    """Return `takes`, `produce` and `speech`."""

    @click.command("takes")
    def takes() -> None:
        """List the recordings whose voices are on this machine."""
        folders = sorted(_takes(salon).glob("[0-9]*"), key=lambda path: int(path.name))
        for folder in folders:
            lengths = _lengths(folder)
            longest_s = max(lengths.values(), default=0.0)
            begun = _begun(folder)
            click.echo(f"{folder.name}  {begun}  {len(lengths)} voices  {longest_s:.1f} s")
        if not folders:
            click.echo("There are no recordings.")

    @click.command("produce")
    @click.argument("take")
    @click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
    @click.option("--title", default="", help="What the file calls itself.")
    @click.option("--from", "from_s", type=click.FloatRange(min=0), default=0.0, help="Seconds.")
    @click.option("--to", "to_s", type=click.FloatRange(min=0), default=None, help="Seconds.")
    def produce(take: str, out: Path, title: str, from_s: float, to_s: float | None) -> None:
        """Mix the voices of TAKE into a file whose name ends in .mp3, .opus or .m4a."""
        folder = _take_folder(salon, take)
        lengths = _lengths(folder)
        until_s = max(lengths.values(), default=0.0) if to_s is None else to_s
        if until_s <= from_s:
            raise click.ClickException(f"There is no sound between {from_s:g} and {until_s:g} s.")
        made = _mixed(list(lengths), (from_s, until_s), title or f"Take {take}", out.absolute())
        click.echo(f"{out}: {made['duration_ms'] / 1_000:.1f} s, {made['loudness_lufs']:.1f} LUFS")

    @click.command("speech")
    def speech() -> None:
        """Say whether speech is recognised on this machine, and with what."""
        try:
            find(config.speech_recogniser).check(
                Path(config.speech_model) if config.speech_model else None, config.speech_language
            )
        except Unusable as error:
            how = "" if error.command is None else f"\nInstall it: {error.command}"
            raise click.ClickException(f"{error}{how}") from error
        click.echo(f"Speech is recognised: {config.speech_recogniser}.")

    return [CliCommand(takes), CliCommand(produce), CliCommand(speech)]


def _mixed(
    voices: Sequence[Path], part_s: tuple[float, float], title: str, target: Path
) -> Mapping[str, Any]:
    """Mix a part of voices into a file. Raises ClickException with the reason in a sentence."""
    from salon_recording.production.produce import NothingSaid, produce

    kind = target.suffix.removeprefix(".")
    if kind not in FORMATS:
        raise click.ClickException("The file's name has to end in .mp3, .opus or .m4a.")
    sources = [{"path": str(path), "voice": path.stem} for path in voices]
    order = {
        "segments": [{"kind": "take", "parts_s": [part_s], "sources": sources}],
        "title": title,
        "chapters": [],
        "target": str(target),
        "formats": [kind],
    }
    try:
        return produce(Request.of(order), lambda *_: None)
    except (NothingSaid, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        remove_work(target)


def _takes(salon: Salon) -> Path:
    return salon.data_directory / "takes"


def _take_folder(salon: Salon, take: str) -> Path:
    folder = _takes(salon) / take
    if not re.fullmatch(r"[0-9]{1,19}", take) or not folder.is_dir():
        raise click.ClickException(f"There is no recording {take!r}; see `salon recording takes`.")
    return folder


def _lengths(folder: Path) -> dict[Path, float]:
    """Return a take's voices and how many seconds each has."""
    found = {}
    for path in sorted(folder.glob(f"*{VOICE_SUFFIX}")):
        try:
            found[path] = length_samples(path) / SAMPLE_RATE_HZ
        except ValueError as error:
            click.echo(str(error), err=True)
    return found


def _begun(folder: Path) -> str:
    """Return when a recording began, as its journal says it."""
    begun = (entry.facts for entry in read(folder / JOURNAL) if entry.what == Happened.BEGUN)
    return str(next(begun, {}).get("at", "never begun"))
