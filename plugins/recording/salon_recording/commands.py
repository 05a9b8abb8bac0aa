"""Commands of the socket: payloads with their limits, and handlers of a few lines."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from salon.plugin import Account, Command, Everyone, NotFound, Payload, Salon
from salon_recording import consents, episodes, takes
from salon_recording.consents import Logged
from salon_recording.fields import DAY_S, Id, Line, Place
from salon_recording.keeping import DAYS_MAX, Keeping
from salon_recording.marking import MARK, Marking, Moment
from salon_recording.outlines import OutlinePayload
from salon_recording.programmes.programming import Programming
from salon_recording.recorder import PERMISSION, Recorder
from salon_recording.releasing import Releasing
from salon_recording.shelf import OWNERS, Shelf, wire_mark
from salon_recording.studio import Studio
from salon_recording.takes import Choice


class InRoom(Payload):
    """A command about a room."""

    room: Id


class Consent(InRoom):
    """Somebody's answer."""

    choice: Choice


class MarkPayload(InRoom):
    """A name for this moment, or for the last seconds."""

    title: Annotated[str, Line, StringConstraints(max_length=120)]
    last_s: Annotated[float, Field(gt=0, le=DAY_S, allow_inf_nan=False, strict=True)] | None = None
    ago_s: Annotated[float, Field(ge=0, le=DAY_S, allow_inf_nan=False, strict=True)] = 0.0
    show: Id | None = None
    slot: Annotated[str, Place] = ""


class OneEpisode(Payload):
    """A command about an episode."""

    episode: Id


class OneTake(Payload):
    """A command about a take."""

    take: Id


class Switch(Payload):
    """The owner's switch."""

    enabled: Annotated[bool, Field(strict=True)]


class Keep(OneTake):
    """Whether the voices of a take are kept for ever."""

    for_ever: Annotated[bool, Field(strict=True)]


class Days(Payload):
    """How long raw voices are kept."""

    days: Annotated[int, Field(ge=1, le=DAYS_MAX, strict=True)]


class Nothing(Payload):
    """A command without fields."""


class Commands:
    """Handlers; each asks the recorder, the shelf or the studio and shapes the answer."""

    def __init__(  # noqa: PLR0913 each has verbs of its own
        self,
        salon: Salon,
        *,
        recorder: Recorder,
        marking: Marking,
        shelf: Shelf,
        studio: Studio,
        releasing: Releasing,
        keeping: Keeping,
        programming: Programming,
    ) -> None:
        self._salon = salon
        self._recorder = recorder
        self._marking = marking
        self._shelf = shelf
        self._studio = studio
        self._releasing = releasing
        self._keeping = keeping
        self._programming = programming

    def all(self) -> list[Command]:
        """Return what is declared to the host."""
        return [
            Command("start", InRoom, self.start, permission=PERMISSION),
            Command("stop", InRoom, self.stop, permission=PERMISSION),
            Command("consent", Consent, self.consent, permission=None),
            Command("mark", MarkPayload, self.mark, permission=MARK),
            Command("takes", Nothing, self.takes, permission=PERMISSION),
            Command("mine", Nothing, self.mine, permission=None),
            Command("take_out", OneTake, self.take_out, permission=None),
            Command("produce", OutlinePayload, self.produce, permission=PERMISSION),
            Command("episodes", Nothing, self.episodes, permission=PERMISSION),
            Command("publish", OneEpisode, self.publish, permission=PERMISSION),
            Command("withdraw", OneEpisode, self.withdraw, permission=PERMISSION),
            Command("stop_making", OneEpisode, self.stop_making, permission=PERMISSION),
            Command("make_again", OneEpisode, self.make_again, permission=PERMISSION),
            Command("leave_out", OneEpisode, self.leave_out, permission=PERMISSION),
            Command("consents", OneTake, self.consents, permission=PERMISSION),
            Command("said", Nothing, self.said, permission=None),
            Command("disk", Nothing, self.disk, permission=OWNERS),
            Command("keep", Keep, self.keep, permission=OWNERS),
            Command("keep_days", Days, self.keep_days, permission=OWNERS),
            Command("about", Nothing, self.about, permission=None),
            Command("switch", Switch, self.switch, permission=OWNERS),
        ]

    async def start(self, actor: Account, asked: InRoom) -> dict[str, Any]:
        return {"take": self._shelf.wire_take(await self._recorder.start(actor, int(asked.room)))}

    async def stop(self, actor: Account, asked: InRoom) -> dict[str, Any]:
        return {"take": self._shelf.wire_take(await self._recorder.stop(actor, int(asked.room)))}

    async def consent(self, actor: Account, asked: Consent) -> None:
        await self._recorder.consent(actor, int(asked.room), asked.choice)

    async def mark(self, actor: Account, asked: MarkPayload) -> dict[str, Any]:
        mark = await self._marking.mark(
            actor,
            int(asked.room),
            asked.title,
            Moment(asked.ago_s, asked.last_s),
            show_id=None if asked.show is None else int(asked.show),
            slot=asked.slot,
        )
        return {"mark": wire_mark(mark)}

    async def takes(self, actor: Account, _asked: Nothing) -> dict[str, Any]:
        whose = self._whose(actor)
        found = await self._salon.db.read(lambda c: takes.recent(c, whose))
        return {"takes": [self._shelf.wire_take(take) for take in found]}

    async def mine(self, actor: Account, _asked: Nothing) -> dict[str, Any]:
        found = await self._salon.db.read(lambda c: takes.with_voice(c, actor.id))
        return {"takes": [self._shelf.wire_take(take) for take in found]}

    async def take_out(self, actor: Account, asked: OneTake) -> None:
        take_id = int(asked.take)
        if not await self._salon.db.read(lambda c: takes.is_in(c, take_id, actor.id)):
            raise NotFound(
                "There is no voice of yours in such a recording.", reason="recording.no_voice"
            )
        await self._studio.take_voice_out(actor.id, take_id)

    async def produce(self, actor: Account, asked: OutlinePayload) -> dict[str, Any]:
        if asked.episode is None or asked.revision is None:
            made = await self._studio.order(asked.outline(), actor=actor)
        else:
            episode = await self._shelf.episode_for(actor, int(asked.episode))
            made = await self._studio.order_again(
                episode.id, asked.outline(), revision=asked.revision, actor=actor
            )
        return {"episode": self._shelf.wire(made)}

    async def episodes(self, actor: Account, _asked: Nothing) -> dict[str, Any]:
        whose = self._whose(actor)
        found = await self._salon.db.read(lambda c: episodes.recent(c, whose))
        return {"episodes": [self._shelf.wire(episode) for episode in found]}

    async def publish(self, actor: Account, asked: OneEpisode) -> dict[str, Any]:
        episode = await self._shelf.episode_for(actor, int(asked.episode))
        return {"episode": self._shelf.wire(await self._releasing.publish(actor, episode.id))}

    async def withdraw(self, actor: Account, asked: OneEpisode) -> dict[str, Any]:
        episode = await self._shelf.episode_for(actor, int(asked.episode))
        return {"episode": self._shelf.wire(await self._studio.withdraw(episode.id))}

    async def stop_making(self, actor: Account, asked: OneEpisode) -> dict[str, Any]:
        episode = await self._shelf.episode_for(actor, int(asked.episode))
        return {"episode": self._shelf.wire(await self._studio.stop_making(episode.id))}

    async def make_again(self, actor: Account, asked: OneEpisode) -> dict[str, Any]:
        episode = await self._shelf.episode_for(actor, int(asked.episode))
        return {"episode": self._shelf.wire(await self._studio.make_again(episode.id))}

    async def leave_out(self, actor: Account, asked: OneEpisode) -> dict[str, Any]:
        episode = await self._shelf.episode_for(actor, int(asked.episode))
        return {"episode": self._shelf.wire(await self._releasing.leave_out(episode.id))}

    async def consents(self, actor: Account, asked: OneTake) -> dict[str, Any]:
        """Tell whose take it is what everybody said in it."""
        take = await self._shelf.take_for(actor, int(asked.take))
        found = await self._salon.db.read(lambda c: consents.of_take(c, take.id))
        return {"said": [_wire_consent(one) for one in found]}

    async def said(self, actor: Account, _asked: Nothing) -> dict[str, Any]:
        """Tell somebody what they said, in all takes."""
        found = await self._salon.db.read(lambda c: consents.of_account(c, actor.id))
        return {"said": [_wire_consent(one) for one in found]}

    async def disk(self, _actor: Account, _asked: Nothing) -> dict[str, Any]:
        return await self._keeping.disk()

    async def keep(self, _actor: Account, asked: Keep) -> dict[str, Any]:
        await self._keeping.keep(int(asked.take), for_ever=asked.for_ever)
        return await self._keeping.disk()

    async def keep_days(self, _actor: Account, asked: Days) -> dict[str, Any]:
        await self._keeping.set_days(asked.days)
        return await self._keeping.disk()

    def _whose(self, actor: Account) -> int | None:
        """Return whose takes the actor sees; None is everybody's."""
        return None if self._shelf.sees_all(actor) else actor.id

    async def about(self, _actor: Account, _asked: Nothing) -> dict[str, Any]:
        """Tell what every member may know: whether recording is on, and where the shows are."""
        return await self._about()

    async def switch(self, _actor: Account, asked: Switch) -> dict[str, Any]:
        await self._recorder.switch(enabled=asked.enabled)
        about = await self._about()
        await self._salon.announce("switched", Everyone(), about)
        return about

    async def _about(self) -> dict[str, Any]:
        shows = await self._programming.all()
        return {
            "enabled": self._recorder.is_enabled,
            "shows": [
                {
                    "id": str(show.id),
                    "title": show.title,
                    "url": show.url,
                    "feed_url": show.feed_url,
                    "for_members": show.for_members,
                }
                for show in shows
            ],
        }


def _wire_consent(one: Logged) -> dict[str, Any]:
    return {
        "take_id": str(one.take_id),
        "room_name": one.room_name,
        "account": str(one.account_id),
        "said": one.said.value,
        "notice_version": one.notice_version,
        "at": one.at.isoformat(),
    }
