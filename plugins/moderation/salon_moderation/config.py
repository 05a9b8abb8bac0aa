"""The settings of the plugin: what is not welcome, and what is done about it."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from salon.plugin import PluginConfig
from salon_moderation.filters import Action, Filter, Rule, check_word, compiled

RULES_MAX = 1_000
PATTERNS_MAX = 100
MATCH_MAX_CHARACTERS = 200
REASON_MAX_CHARACTERS = 200


def _a_word(text: str) -> str:
    check_word(text)
    return text


def _a_pattern(text: str) -> str:
    compiled(text)
    return text


Word = Annotated[str, Field(min_length=1, max_length=MATCH_MAX_CHARACTERS), AfterValidator(_a_word)]
Pattern = Annotated[
    str, Field(min_length=1, max_length=MATCH_MAX_CHARACTERS), AfterValidator(_a_pattern)
]
Reason = Annotated[str, Field(min_length=1, max_length=REASON_MAX_CHARACTERS)]


class _Entry(BaseModel):
    """Plain text stands for an entry that has nothing but this text to match."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    action: Action | None = Field(
        default=None, description="What happens for this entry; without it, `action` of the plugin."
    )
    reason: Reason | None = Field(
        default=None, description="Why, for this entry; without it, `reason` of the plugin."
    )

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"match": value} if isinstance(value, str) else value


class WordEntry(_Entry):
    """A word, which may have an action or a reason of its own."""

    match: Word = Field(description="The word, or the words of a phrase.")


class PatternEntry(_Entry):
    """A pattern, which may have an action or a reason of its own."""

    match: Pattern = Field(description="The pattern.")


class ModerationConfig(PluginConfig):
    """Words and patterns that are masked or refused, and how long reports are kept."""

    words: Annotated[tuple[WordEntry, ...], Field(max_length=RULES_MAX)] = Field(
        default=(),
        description="Words and phrases that are not welcome: whole words, without regard to case "
        "and accents. Each is a text, or `{match: text, action: deny}` with its own action or "
        "reason.",
        examples=[["zut", {"match": "flûte alors", "action": "deny"}]],
    )
    patterns: Annotated[tuple[PatternEntry, ...], Field(max_length=PATTERNS_MAX)] = Field(
        default=(),
        description="Patterns (RE2) that are not welcome anywhere in a text; `(?i)` in front for "
        "any case. Entries as for words.",
        examples=[["(?i)buy now", r"\b\d{16}\b"]],
    )
    action: Action = Field(
        default="mask",
        description="What happens to a message: the words are masked, or it is refused.",
        examples=["deny"],
    )
    reason: Annotated[str, Field(max_length=REASON_MAX_CHARACTERS)] = Field(
        default="",
        description="What the author of a refused message reads. Empty: a sentence of ours.",
        examples=["We keep it friendly here."],
    )
    notice: str = Field(
        default="",
        max_length=1_000,
        description="What is not welcome here, shown on the page of an invitation. Empty: nothing.",
        examples=["No adverts, no insults."],
    )
    keep_days: int = Field(
        default=180,
        ge=1,
        le=3_650,
        description="Days for which decided reports and the reported texts are kept.",
        examples=[30],
    )

    def filter(self) -> Filter:
        """Return the rules, ready to judge."""
        return Filter(self._rules(self.words), self._rules(self.patterns))

    def _rules(self, entries: Iterable[WordEntry | PatternEntry]) -> Iterable[Rule]:
        for entry in entries:
            yield Rule(entry.match, entry.action or self.action, entry.reason or self.reason)
