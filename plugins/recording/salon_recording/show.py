"""A show: what the feed and the pages say about its episodes together.

What it says is public, unless it is for members: then nobody outside is told that there is one.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from salon.plugin import Salon
from salon_recording.programmes.template import Schedule, Slot, digest

COVERS = "covers"  # the folder of shows' own pictures


@dataclass(frozen=True, slots=True)
class Show:
    """A show as its row has it; `told` fills in what was left empty.

    `in_file`: named in the configuration, which then rules: nobody edits it in the page.
    `for_members`: its episodes are heard by members alone; it is so from its first day, or never.
    """

    id: int
    slug: str
    title: str
    created_at: datetime
    changed_at: datetime
    description: str = ""
    author: str = ""
    language: str = ""
    category: str = "Society & Culture"
    is_explicit: bool = False
    for_members: bool = False
    email: str = ""
    funding_url: str = ""
    funding_words: str = ""
    cover: str | None = None  # a file of the plugin's folder `covers`; None is the community's door
    template: tuple[Slot, ...] = ()
    schedule: Schedule | None = None
    approved: str | None = None  # the digest of what `approved_by` looked at
    approved_by: int | None = None
    made_by: int | None = None
    in_file: bool = False
    revision: int = 1
    base_url: str = ""

    @property
    def is_approved(self) -> bool:
        """Whether somebody approved the template and schedule as they are now."""
        now = digest(self.template, self.schedule)
        return self.approved_by is not None and self.approved == now

    @property
    def address(self) -> str:
        return f"/shows/{self.slug}"

    @property
    def url(self) -> str:
        return f"{self.base_url}{self.address}"

    @property
    def feed_url(self) -> str:
        return f"{self.url}/feed.xml"

    @property
    def cover_url(self) -> str:
        version = "" if self.cover is None else f"?v={self.cover.partition('-')[2][:8]}"
        return f"{self.url}/cover.png{version}"


def told(show: Show, salon: Salon) -> Show:
    """Return a show as the world is told of it: what was left empty is the community's."""
    title = show.title or salon.community.name
    return replace(
        show,
        title=title,
        description=show.description or title,
        author=show.author or salon.community.name,
        language=show.language or salon.community.language,
        funding_words=show.funding_words or title,
        base_url=salon.base_url,
    )
