"""Why there is no episode. The page says it: the words `failure.…` of the plugin's client."""

from enum import StrEnum


class Failure(StrEnum):
    """What went wrong with an episode."""

    EARLY = "early"  # its process, or the job, ended without a word
    STOPPED = "stopped"  # by somebody
    TAKEN_OUT = "taken_out"
    NOTHING_SAID = "nothing_said"
    UNREADABLE = "unreadable"
    DISK = "disk"
    DISK_FULL = "disk_full"

    @classmethod
    def _missing_(cls, _value: object) -> "Failure":
        return cls.EARLY
