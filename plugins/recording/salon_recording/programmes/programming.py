"""Programming: which shows there are. Those of the configuration are written into the table.

What the file names, the file rules: each start writes it over, and nobody edits it in the page. A
show that has left the file stays with its episodes, and becomes one of the page's. Where there is
none at all there is one, so that an episode always has a show.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from salon.plugin import NotFound, Salon, Transaction
from salon_recording.config import DAYS, RecordingConfig, ScheduleSettings, ShowSettings
from salon_recording.episodes import Episode
from salon_recording.programmes import shows
from salon_recording.programmes.template import Schedule, Slot
from salon_recording.show import Show, told

FIRST_SLUG = "episodes"


class Programming:
    """Finds shows, and keeps those of the configuration in step with it."""

    def __init__(self, salon: Salon, config: RecordingConfig) -> None:
        self._salon = salon
        self._config = config
        self._known: tuple[int, Sequence[Show]] = (-1, ())  # as the tables said at that version

    async def recover(self) -> None:
        """Write the shows of the configuration, and one where there is none."""

        def write(tx: Transaction) -> None:
            known = {show.slug: show for show in shows.everything(tx.connection)}
            named = {one.slug: one for one in self._config.shows}
            if not known and not named:
                named = {FIRST_SLUG: ShowSettings(slug=FIRST_SLUG)}
            for settings in named.values():
                show = known.get(settings.slug) or self._new(tx, settings)
                in_file = settings in self._config.shows
                wanted = replace(show, **_words(settings), in_file=in_file)
                if wanted != known.get(settings.slug):
                    shows.put(tx, replace(wanted, revision=wanted.revision + 1))
            for slug, show in known.items():
                if show.in_file and slug not in named:
                    shows.put(tx, replace(show, in_file=False))

        await self._salon.db.write(write)

    def _new(self, tx: Transaction, settings: ShowSettings) -> Show:
        show = Show(
            self._salon.new_id(),
            settings.slug,
            title="",
            created_at=tx.now,
            changed_at=tx.now,
            for_members=settings.members,
        )
        shows.add(tx, show)
        return show

    async def all(self) -> Sequence[Show]:
        """Return all shows as the world is told of them, the oldest first.

        The table is read only when something was written since.
        """
        version, known = self._known
        if version != self._salon.db.version:
            version = self._salon.db.version
            known = await self._salon.db.read(shows.everything)
            self._known = version, known
        return [told(show, self._salon) for show in known]

    async def show(self, show_id: int) -> Show:
        """Return a show as the world is told of it. Raises NotFound."""
        return _there(one for one in await self.all() if one.id == show_id)

    async def by_slug(self, slug: str) -> Show:
        """Return the show with an address, as the world is told of it.

        Raises NotFound, also for one that is for members.
        """
        return _there(one for one in await self.all() if one.slug == slug and not one.for_members)

    async def front(self, episode: Episode | None = None) -> Show:
        """Return the show in whose name the world is told of an episode, or that there is none.

        That is never one for members; where there is no other, it is the community by itself.
        """
        found = [one for one in await self.all() if not one.for_members]
        of_it = (one for one in found if episode is not None and one.id == episode.show_id)
        start = self._salon.clock.now()
        nobodys = Show(0, "", "", created_at=start, changed_at=start)
        return next(of_it, found[0] if found else told(nobodys, self._salon))

    async def as_written(self) -> Sequence[Show]:
        """Return all shows as they were written, for those who edit them."""
        await self.all()
        return self._known[1]

    async def show_or_first(self, show_id: int | None) -> Show:
        """Return a show, or the oldest where none is named. Raises NotFound."""
        return (await self.all())[0] if show_id is None else await self.show(show_id)


def _there(found: Iterator[Show]) -> Show:
    show = next(found, None)
    if show is None:
        raise NotFound("There is no such show.", reason="recording.no_show")
    return show


def _words(settings: ShowSettings) -> dict[str, Any]:
    """Return the fields of a show that a file, or a form, says."""
    return {
        "title": settings.title,
        "description": settings.description,
        "author": settings.author,
        "language": settings.language,
        "category": settings.category,
        "is_explicit": settings.explicit,
        "email": settings.email,
        "funding_url": settings.funding,
        "funding_words": settings.funding_words,
        "template": tuple(
            Slot(
                one.title,
                piece_title=one.piece,
                between_title=one.between,
                length_ms=round(one.minutes * 60_000),
            )
            for one in settings.template
        ),
        "schedule": _schedule(settings.schedule),
    }


def _schedule(settings: ScheduleSettings | None) -> Schedule | None:
    if settings is None:
        return None
    hour, minute = settings.time.split(":")
    return Schedule(DAYS.index(settings.day), int(hour), int(minute), settings.zone)
