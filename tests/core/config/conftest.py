"""A folder with a config file, and two plugins that have settings."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

import pytest
from pydantic import Field, SecretStr, model_validator

from salon.config import Config, ConfigProblems, Section, load


class Show(Section):
    """One programme."""

    title: str = Field(description="Its name | as people read it.", examples=["Morning"])


class Filter(Section):
    """What is held back."""

    words: tuple[str, ...] = Field((), max_length=3, description="Words.", examples=[["no"]])
    token: SecretStr | None = Field(None, description="Opens the service.")
    webhook: str = Field("", description="Where to report.")
    wordlist: Path | None = Field(None, description="File of more words.")
    shows: Mapping[str, Show] = Field(default_factory=dict, description="Programmes.")

    @model_validator(mode="after")
    def _quotes_what_it_refuses(self) -> Self:
        if self.webhook.startswith("http:"):
            raise ValueError(f"{self.webhook} is not encrypted")
        return self


class Club(Section):
    """A plugin that cannot do without a setting."""

    name: str = Field(description="Of the club.", examples=["FC"])


@pytest.fixture
def models() -> Mapping[str, type[Section]]:
    return {"filter": Filter, "club": Club}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def loaded(folder: Path) -> Callable[..., Config]:
    """Load this text from `config.yaml` in the current folder."""

    def load_text(text: str | bytes, **more: object) -> Config:
        content = text.encode() if isinstance(text, str) else text
        (folder / "config.yaml").write_bytes(content)
        arguments: dict[str, object] = {"environ": {}, **more}
        return load(Path("config.yaml"), **arguments)  # type: ignore[arg-type]

    return load_text


@pytest.fixture
def refused(loaded: Callable[..., Config]) -> Callable[..., list[str]]:
    """Load a text that must not load; return the lines of what is wrong."""

    def lines(text: str | bytes, **more: object) -> list[str]:
        with pytest.raises(ConfigProblems) as raised:
            loaded(text, **more)
        return raised.value.message.splitlines()

    return lines
