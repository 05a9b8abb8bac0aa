"""A room of the owner's that may be recorded, and what becomes of it."""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.plugins.recording.tones import write_voice

from salon.plugin import Transaction
from salon.store import jobs
from salon.testing.person import Person
from salon.testing.server import Server
from salon_recording import marks, takes
from salon_recording.marks import Mark
from salon_recording.ogg import SAMPLE_RATE_HZ, length_samples
from salon_recording.takes import Take, TakeStatus

TONES_HZ = (440.0, 700.0, 1_000.0)
MADE_WITHIN_S = 60.0


WINDOW = ("start_s", "end_s", "chapters", "cuts")


def outline(take_id: str, **cut: Any) -> dict[str, Any]:
    """Return the fields of an episode of one window, or of the `segments` that are given."""
    window = {"take": take_id, "start_s": 0, "end_s": 1}
    window |= {name: cut.pop(name) for name in WINDOW if name in cut}
    return {"segments": [window]} | cut


@dataclass(frozen=True, slots=True)
class Kitchen:
    """The room; the owner is its host and stands in it once `enter` was called."""

    server: Server
    owner: Person
    room_id: str

    @classmethod
    async def of(cls, server: Server, owner: Person) -> "Kitchen":
        """Turn recording on and open the room."""
        await owner.command("recording.switch", enabled=True)
        opened = await owner.command("room.open", name="Kitchen", temporary=False)
        return cls(server, owner, opened["room"]["id"])

    async def enter(self, *others: Person) -> None:
        """Let the owner and others into the room."""
        for person in (self.owner, *others):
            await person.join(self.room_id)

    async def start(self) -> str:
        """Press Record as the owner; the countdown runs. Returns the take."""
        started = await self.owner.command("recording.start", room=self.room_id)
        take_id: str = started["take"]["id"]
        return take_id

    async def answer(self, choice: str, *people: Person) -> None:
        for person in people:
            await person.command("recording.consent", room=self.room_id, choice=choice)

    async def begun(self, *agreeing: Person, seen_by: Person | None = None) -> dict[str, Any]:
        """Let people agree, and return the room's state once the countdown is over."""
        await self.answer("on", *agreeing)
        while True:
            told = await (seen_by or self.owner).expect(
                "room.state_changed", room_id=self.room_id, key="recording"
            )
            if told["state"] and told["state"]["phase"] == "recording":
                state: dict[str, Any] = told["state"]
                return state

    async def stop(self) -> dict[str, Any]:
        """Press Stop as the owner. Returns the take."""
        ended = await self.owner.command("recording.stop", room=self.room_id)
        take: dict[str, Any] = ended["take"]
        return take

    async def record(self, *others: Person, seconds: float = 2.5) -> str:
        """Record the owner and others, who agree and speak. Returns the take."""
        await self.enter(*others)
        take_id = await self.start()
        people = (self.owner, *others)
        await self.begun(*people)
        speaking = zip(people, TONES_HZ, strict=False)
        await asyncio.gather(*(who.say(tone_hz=tone, seconds=seconds) for who, tone in speaking))
        await self.stop()
        return take_id

    async def have(self, *others: Person, seconds: float = 2.5) -> str:
        """Have a take of the owner and others, a tone for each, without recording it."""
        places = self.server.directory
        voices = [
            (person, write_voice(places / f"{person.id}.opus", (0.0, seconds, tone_hz)))
            for person, tone_hz in zip((self.owner, *others), TONES_HZ, strict=False)
        ]
        return await self.keep(*voices, seconds=seconds)

    async def keep(
        self, *voices: tuple[Person, Path], seconds: float = 3.0, kept: str | None = None
    ) -> str:
        """Have a take of these voices' files, of the first one's, without recording it.

        `kept` names its first two seconds, as somebody would while it is recorded.
        """
        instance = self.server.app.host._by_name["recording"].instance
        assert instance is not None
        take_id, now = instance.salon.new_id(), self.server.clock.now()
        room = "Kitchen"
        ids = tuple(int(person.id) for person, _ in voices)
        take = Take(
            take_id, int(self.room_id), room, ids[0], TakeStatus.CAPTURED, now, now, None,
            round(seconds * 1_000), 0, None, voice_ids=ids,
        )  # fmt: skip

        def add(tx: Transaction) -> None:
            takes.add(tx, take)
            takes.end(tx, take)
            if kept is not None:
                marks.add(tx, Mark(take_id, take_id, 0, 2_000, kept, ids[0]))

        await instance.salon.db.write(add)
        folder = self.folder(str(take_id))
        await asyncio.to_thread(folder.mkdir, parents=True)
        for person, path in voices:
            await asyncio.to_thread(shutil.copy, path, folder / f"{person.id}.opus")
        return str(take_id)

    async def order(self, take_id: str, **cut: Any) -> dict[str, Any]:
        """Order an episode of the first second of a take."""
        fields = {"title": "The night the lift got stuck"} | outline(take_id, **cut)
        made = await self.owner.command("recording.produce", **fields)
        episode: dict[str, Any] = made["episode"]
        return episode

    async def order_again(self, before: dict[str, Any], **cut: Any) -> dict[str, Any]:
        """Order an episode anew, as it was looked at, of one window of its first take."""
        fields = outline(before["segments"][0]["take_id"], **cut)
        made = await self.owner.command(
            "recording.produce",
            episode=before["id"],
            revision=before["revision"],
            **{"title": "Again"} | fields,
        )
        episode: dict[str, Any] = made["episode"]
        return episode

    async def make(self, take_id: str, **cut: Any) -> dict[str, Any]:
        """Order an episode and return it when it is made, or has failed."""
        return await self.made((await self.order(take_id, **cut))["id"])

    async def made(self, episode_id: str, *, revision: int = 1) -> dict[str, Any]:
        async with asyncio.timeout(MADE_WITHIN_S):
            while True:
                try:
                    told = await self.owner.expect("recording.episode_changed")
                except TimeoutError:  # nothing new for a while: the machine is busy
                    continue
                episode: dict[str, Any] = told["episode"]
                is_it = (episode["id"], episode["revision"]) == (episode_id, revision)
                if is_it and episode["status"] != "making":
                    return episode

    async def release(self, episode: dict[str, Any], *people: Person) -> None:
        """Let people say yes to their voice in an episode."""
        for person in people:
            await person.command("recording.release", episode=episode["id"], answer="yes")

    async def publish(self, take_id: str, *others: Person, **cut: Any) -> dict[str, Any]:
        """Make an episode, let others who are in it say yes, and publish it."""
        episode = await self.make(take_id, **cut)
        await self.release(episode, *others)
        published = await self.owner.command("recording.publish", episode=episode["id"])
        public: dict[str, Any] = published["episode"]
        return public

    async def days_go_by(self, days: float, schedule: str) -> None:
        """Let time pass, and the server do what one of its schedules has to do then."""
        self.server.clock.advance(days=days)
        due = self.server.clock.now()
        await self.server.app.store.write(lambda tx: jobs.add(tx, "recording", schedule, {}, due))
        await self.server.settled()

    async def known(self, take_id: str) -> dict[str, Any]:
        """Return a take as the owner sees it."""
        takes = (await self.owner.command("recording.takes"))["takes"]
        return next(take for take in takes if take["id"] == take_id)

    def page_of(self, episode: dict[str, Any]) -> str:
        """Return the address of an episode's page on this server."""
        url: str = episode["url"]
        return url.removeprefix(self.server.url)

    def sound_of(self, episode: dict[str, Any]) -> str:
        page = self.page_of(episode)
        return f"{page}/{page.rsplit('/', 1)[1]}.mp3"

    @property
    def kept(self) -> Path:
        """Where the plugin keeps its files."""
        return self.server.directory / "data" / "plugin-data" / "recording"

    def folder(self, take_id: str) -> Path:
        return self.kept / "takes" / take_id

    def voices(self, take_id: str) -> dict[str, float]:
        """Return who has a file in a take, and how many seconds are in it."""
        found = self.folder(take_id).glob("*.opus")
        return {path.stem: length_samples(path) / SAMPLE_RATE_HZ for path in found}
