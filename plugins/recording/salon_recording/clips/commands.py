"""Commands of clips: payloads with their limits, and handlers of a few lines."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from salon.plugin import Account, Command, NotFound, Payload, Salon
from salon_recording import episodes
from salon_recording.clips.clipping import CLIP, Clipping
from salon_recording.clips.soundbites import Soundbites
from salon_recording.commands import InRoom, Nothing
from salon_recording.episodes import Episode
from salon_recording.feeds.library import media_path
from salon_recording.fields import Id, Line, Seconds, to_ms
from salon_recording.recorder import PERMISSION
from salon_recording.shelf import Shelf

Title = Annotated[str, Line, StringConstraints(max_length=120)]
LastS = Annotated[float, Field(gt=0, le=90, allow_inf_nan=False, strict=True)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,80}$")]


class ClipRoom(InRoom):
    """The last seconds of what is recorded in a room."""

    title: Title
    last_s: LastS


class ClipEpisode(Payload):
    """A stretch of an episode, by its own time."""

    episode: Id
    title: Title
    start_s: Seconds
    end_s: Seconds


class ClipTake(Payload):
    """A stretch of a take, by its own time, and the episode that is being made of it."""

    take: Id
    episode: Id | None = None
    title: Title
    start_s: Seconds
    end_s: Seconds


class Named(Payload):
    """An episode by its address."""

    slug: Slug


class OneClip(Payload):
    """A command about a clip."""

    clip: Id


class ClipSoundbite(OneClip):
    """Whether the feed offers a clip."""

    chosen: Annotated[bool, Field(strict=True)]


class ClipCommands:
    """Handlers; each asks clipping or the soundbites and shapes the answer."""

    def __init__(
        self, salon: Salon, shelf: Shelf, clipping: Clipping, soundbites: Soundbites
    ) -> None:
        self._salon = salon
        self._shelf = shelf
        self._clipping = clipping
        self._soundbites = soundbites

    def all(self) -> list[Command]:
        """Return what is declared to the host."""
        return [
            Command("clip", ClipRoom, self.clip, permission=CLIP),
            Command("clip_episode", ClipEpisode, self.clip_episode, permission=CLIP),
            Command("clip_take", ClipTake, self.clip_take, permission=PERMISSION),
            Command("clip_source", Named, self.clip_source, permission=CLIP),
            Command("clips", Nothing, self.clips, permission=None),
            Command("clip_remove", OneClip, self.clip_remove, permission=None),
            Command("clip_soundbite", ClipSoundbite, self.clip_soundbite, permission=PERMISSION),
        ]

    async def clip(self, actor: Account, asked: ClipRoom) -> dict[str, Any]:
        made = await self._clipping.of_room(actor, int(asked.room), asked.title, asked.last_s)
        return {"clip": self._shelf.wire_clip(made)}

    async def clip_episode(self, actor: Account, asked: ClipEpisode) -> dict[str, Any]:
        start_ms, end_ms = to_ms(asked.start_s), to_ms(asked.end_s)
        made = await self._clipping.of_episode(
            actor, int(asked.episode), asked.title, start_ms, end_ms
        )
        return {"clip": self._shelf.wire_clip(made)}

    async def clip_take(self, actor: Account, asked: ClipTake) -> dict[str, Any]:
        made = await self._clipping.of_take(
            actor,
            int(asked.take),
            asked.title,
            to_ms(asked.start_s),
            to_ms(asked.end_s),
            episode_id=None if asked.episode is None else int(asked.episode),
        )
        return {"clip": self._shelf.wire_clip(made)}

    async def clip_source(self, actor: Account, asked: Named) -> dict[str, Any]:
        """Tell what somebody has to know of an episode to make a clip of it."""
        found = await self._salon.db.read(lambda c: episodes.by_slug(c, asked.slug))
        if found is None:
            raise NotFound("There is no such episode.", reason="recording.no_episode")
        episode = await self._clipping.source(actor, found.id)
        return {
            "id": str(episode.id),
            "title": episode.title,
            "duration_s": episode.duration_ms / 1_000,
            "bars": episode.bars,
            "media_url": media_path(episode),
        }

    async def clips(self, actor: Account, _asked: Nothing) -> dict[str, Any]:
        """Tell the clips one made or has a hand in, and how those of one's episodes are offered."""
        known = await self._clipping.known(actor)
        standings = await self._soundbites.standings(actor, known)
        return {
            "clips": [
                {**self._shelf.wire_clip(one), "soundbite": standings.get(one.id)} for one in known
            ]
        }

    async def clip_remove(self, actor: Account, asked: OneClip) -> None:
        await self._clipping.take_back(actor, int(asked.clip))

    async def clip_soundbite(self, actor: Account, asked: ClipSoundbite) -> None:
        await self._soundbites.choose(actor, int(asked.clip), is_one=asked.chosen)


def clip_link(clip: Episode) -> dict[str, Any]:
    """Return what an episode's page says of a clip."""
    return {"url": f"/e/{clip.slug}", "title": clip.title}
