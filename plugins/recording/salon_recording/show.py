"""The show: what the feed and the pages say about all episodes together."""

from dataclasses import dataclass

from salon.plugin import Salon
from salon_recording.config import RecordingConfig


@dataclass(frozen=True, slots=True)
class Show:
    """The configured show; what was left empty is the community's."""

    salon: Salon
    config: RecordingConfig

    @property
    def title(self) -> str:
        return self.config.show_title or self.salon.community.name

    @property
    def author(self) -> str:
        return self.config.show_author or self.salon.community.name

    @property
    def description(self) -> str:
        return self.config.show_description or self.title

    @property
    def language(self) -> str:
        return self.config.show_language or self.salon.community.language

    @property
    def address(self) -> str:
        return f"/shows/{self.config.show_slug}"

    @property
    def url(self) -> str:
        return f"{self.salon.base_url}{self.address}"

    @property
    def feed_url(self) -> str:
        return f"{self.url}/feed.xml"

    @property
    def cover_url(self) -> str:
        return f"{self.url}/cover.png"
