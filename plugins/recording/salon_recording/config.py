"""The `plugins: recording:` section of the configuration."""

from typing import Annotated, Literal, Self, get_args
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from salon.plugin import PluginConfig

Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
File = Annotated[str, StringConstraints(max_length=1_000, pattern=r"^(/[^\x00-\x1f\x7f]*)?$")]
Language = Annotated[str, StringConstraints(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")]
Class = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$", max_length=200)]
Category = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$"),
]

Address = Annotated[
    str, StringConstraints(max_length=400, pattern=r"^(https://[^\s<>\"\x00-\x20\x7f]+)?$")
]
Words = Annotated[str, StringConstraints(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
Email = Annotated[str, StringConstraints(max_length=200, pattern=r"^([^@\s<>]+@[^@\s<>]+)?$")]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DAYS: tuple[Day, ...] = get_args(Day)
SHOWS_MAX = 50
SLOTS_MAX = 50


def a_time_zone(name: str) -> str:
    """Return the name of a time zone. Raises ValueError."""
    if name not in available_timezones():
        raise ValueError("expected the name of a time zone like Europe/Paris")
    return name


class SlotSettings(BaseModel):
    """A place in each episode of a show: of a piece, or for talk."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, StringConstraints(min_length=1, max_length=80)] = Field(
        description="What the slot is called."
    )
    piece: Annotated[str, StringConstraints(max_length=120)] = Field(
        default="",
        description="The title of the uploaded piece that is played in it; empty: it is for talk.",
    )
    between: Annotated[str, StringConstraints(max_length=120)] = Field(
        default="",
        description="The title of the piece that is played between two parts of talk, as a jingle.",
    )
    minutes: float = Field(default=0, ge=0, le=240, description="How long the talk may be.")

    @model_validator(mode="after")
    def _either_piece_or_talk(self) -> Self:
        if self.piece and (self.between or self.minutes):
            key = "between" if self.between else "minutes"
            raise ValueError(
                f"a slot with a piece is not for talk: leave out {key}, or write talk and its "
                "jingle into a slot of their own"
            )
        return self


class ScheduleSettings(BaseModel):
    """When a show's episodes go out by themselves, once a week."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: Day
    time: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    zone: Annotated[str, AfterValidator(a_time_zone)] = "UTC"


class ShowSettings(BaseModel):
    """A show that the configuration names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: Slug = Field(description="The show's place in its address: /shows/<slug>/feed.xml.")
    title: Line = Field(default="", description="The show's name; empty is the community's name.")
    description: Annotated[str, StringConstraints(max_length=4_000)] = Field(
        default="", description="What the show is about, for the feed and its page."
    )
    author: Line = Field(
        default="", description="Who makes the show; empty is the community's name."
    )
    email: Email = Field(
        default="", description="An address for directories of podcasts; it is public."
    )
    language: Language = Field(
        default="", description="The show's language as in en or fr-CA; empty is the community's."
    )
    category: Category = Field(
        default="Society & Culture", description="A category of Apple's list of podcasts."
    )
    explicit: bool = Field(
        default=False, description="Whether the show is marked as not for children."
    )
    members: bool = Field(
        default=False,
        description="Whether its episodes are for members alone, who have a feed each; it is so "
        "from the show's first day, or never.",
    )
    funding: Address = Field(
        default="", description="Where listeners can support the show: an https address."
    )
    funding_words: Words = Field(default="", description="What that link says.")
    template: Annotated[tuple[SlotSettings, ...], Field(max_length=SLOTS_MAX)] = Field(
        default=(), description="What each episode is made of: slots with a title."
    )
    schedule: ScheduleSettings | None = Field(
        default=None, description="When episodes go out by themselves."
    )


class RecordingConfig(PluginConfig):
    """Limits of recordings, and shows.

    Whether anything can be recorded at all is no setting of the file: the owner turns it on in the
    administration, where everybody can be told.
    """

    max_hours: float = Field(
        default=6.0, ge=0.01, le=24.0, description="A recording ends by itself after this long."
    )
    disk_min_free_mb: int = Field(
        default=500,
        ge=0,
        le=10_000_000,
        description="Recording stops when less than this is free on the disk.",
    )
    retention_days: int = Field(
        default=30,
        ge=1,
        le=3_650,
        description="Raw voices are deleted so long after the take or its last episode; the owner "
        "may choose other days in the administration.",
    )
    answer_days: int = Field(
        default=14,
        ge=4,
        le=365,
        description="Who is asked about their voice in an episode has so long to answer; no answer "
        "counts as no.",
    )
    sound_on: Literal["objects", "disk"] = Field(
        default="objects",
        description="Where the sound of published episodes and clips lies. `objects`: in object "
        "storage, where the section of that name names one; else on the disk. `disk`: on the disk; "
        "what lies in the storage is brought back. Raw voices and drafts are always on the disk.",
        examples=["disk"],
    )
    notice_en: File = Field(
        default="",
        description="The spoken notice in English: the whole path of an Ogg/Opus file of at most "
        "30 s; empty is our own.",
    )
    notice_fr: File = Field(default="", description="The spoken notice in French, likewise.")
    speech_model: File = Field(
        default="",
        description="The whole path of a folder with a speech model for transcripts, for Whisper "
        "as CTranslate2 has it; empty is the small English one of the extra `speech`.",
    )
    speech_language: Language = Field(
        default="",
        description="What is spoken, as in fr; empty lets the model find out, voice by voice.",
    )
    speech_recogniser: Class = Field(
        default="salon_recording.transcript.whisper:Whisper",
        description="The class that writes speech down, as in module:Class.",
    )
    speech_memory_mb: int = Field(
        default=2_000, ge=100, le=1_000_000, description="How much memory it may have."
    )
    shows: Annotated[tuple[ShowSettings, ...], Field(max_length=SHOWS_MAX)] = Field(
        default=(),
        description="Shows, each with a slug (its address is /shows/<slug>) and, all optional: "
        "title, description, author, email, language, category, explicit, members, funding, "
        "funding_words, template (slots in order, each with a title and, for one that is the same "
        "each time, the title of an uploaded piece; else `minutes` of talk, and what is played "
        "`between` two parts of it) and schedule (day, "
        "time, zone: once somebody has approved it in the page, episodes go out by themselves). "
        "What is left empty is the community's. What stands here is not edited in "
        "the page; more shows can be made there.",
        examples=[[{"slug": "out-loud", "title": "Out loud"}]],
    )

    @field_validator("shows")
    @classmethod
    def _each_its_own(cls, shows: tuple[ShowSettings, ...]) -> tuple[ShowSettings, ...]:
        if len({show.slug for show in shows}) < len(shows):
            raise ValueError("two shows have the same slug")
        return shows
