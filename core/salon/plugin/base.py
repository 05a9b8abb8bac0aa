"""What a plugin is: a class, one instance per server."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Generic, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from salon.config import Section
from salon.config.problems import did_you_mean
from salon.plugin.hookspecs import DECISIONS
from salon.plugin.salon import Salon


class Payload(BaseModel):
    """Base of a plugin's command payloads: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _decision(name: str) -> str:
    if name not in DECISIONS:
        raise ValueError(f"the name of a decision hook{did_you_mean(name, DECISIONS)}")
    return name


class PluginConfig(Section):
    """Base of every plugin's section in the config file."""

    on_failure: Mapping[Annotated[str, AfterValidator(_decision)], Literal["allow", "deny"]] = (
        Field(
            default_factory=dict,
            description="What a decision hook of this plugin answers when it fails, by hook name.",
        )
    )


Capability = Literal["conversations"]
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)

ConfigT = TypeVar("ConfigT", bound=PluginConfig)


class Plugin(Generic[ConfigT]):
    """Base of every plugin.

    The constructor does no I/O and announces nothing: work begins in the `startup` hook. State
    lives on the instance, never at module level, so that two servers can run in one process.
    """

    name: ClassVar[str]
    """Prefix of its tables, permissions, commands, addresses and jobs: `[a-z][a-z0-9_]*`."""

    title: ClassVar[str] = ""
    """How people call it, in English."""

    version: ClassVar[str] = "0.1.0"
    api: ClassVar[str] = "1.0"
    """The lowest version of `salon.plugin` it needs."""

    requires: ClassVar[tuple[str, ...]] = ()
    """Plugins that must have started before it."""

    capabilities: ClassVar[tuple[Capability, ...]] = ()
    """What it is given beyond what every plugin is; docs/decisions/plugins.md.

    `conversations`: what is between people, when it acts for a member of the conversation.
    """

    Config: ClassVar[type[PluginConfig]] = PluginConfig

    def __init__(self, salon: Salon, config: ConfigT) -> None:
        self.salon = salon
        self.config = config
