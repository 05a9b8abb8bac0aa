"""A server with people who may different things, and what the commands are about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from salon.domain.accounts import SignUp
from salon.domain.permissions import VIEW
from salon.ids import new_secret
from salon.services.accounts import Visitor
from salon.store import jobs
from salon.store.base import CoreTransaction
from salon.testing import Person, Server
from salon.testing.person import PASSWORD


@dataclass
class Stage:
    """A server with people who may different things, and what commands are about."""

    server: Server
    owner: Person
    cast: Mapping[str, Person]
    eve: Person
    ned: Person
    outsider: Person
    trial_role: str
    channel: str
    category: str
    facts: dict[str, Any] = field(default_factory=dict)

    async def hide(self, place: str) -> str:
        """Take a place away from who is outside, and return it."""
        await self.owner.command(
            "overwrite.set", place=place, target="account", target_id=self.outsider.id,
            allow=[], deny=[VIEW],
        )  # fmt: skip
        return place

    async def new_channel(self) -> str:
        made = await self.owner.command("channel.create", name=f"shelf-{new_secret(6)}")
        return await self.hide(made["channel"]["id"])

    async def new_room(self) -> str:
        made = await self.owner.command("room.open", name=f"Nook {new_secret(6)}", temporary=False)
        return await self.hide(made["room"]["id"])

    async def room_with_eve(self) -> str:
        room = await self.new_room()
        await self.eve.command("room.join", room=room)
        return room

    async def open_stage(self) -> str:
        """A stage that the owner hosts, with Eve's hand up."""
        made = await self.owner.command(
            "room.open", name=f"Stage {new_secret(6)}", kind="stage", temporary=False
        )
        room = await self.hide(made["room"]["id"])
        await self.owner.command("stage.open", room=room)
        await self.eve.command("room.join", room=room)
        await self.eve.command("hand.raise", room=room)
        return room

    async def locked_room(self) -> str:
        """Eve is inside, and somebody knocks."""
        room = await self.room_with_eve()
        await self.owner.command("room.edit", room=room, is_locked=True)
        return room

    async def linked_room(self) -> str:
        """One with a link, which those who are not outside see without it; the same each time."""
        if "linked" not in self.facts:
            made = await self.owner.command("room.open", name="Loft", temporary=False, entry="link")
            everyone = str(self.server.app.directory.community.everyone_role_id)
            self.facts["linked"] = room = await self.hide(made["room"]["id"])
            await self.owner.command(
                "overwrite.set", place=room, target="role", target_id=everyone, allow=[], deny=[]
            )
        linked: str = self.facts["linked"]
        return linked

    async def key(self) -> str:
        answer = await self.owner.command("room.link", room=await self.linked_room())
        return str(answer["key"])

    async def new_tag(self) -> str:
        account = self.server.app.directory.account(int(self.owner.id))
        assert account is not None
        (tag_id,) = await self.server.app.services.tags.named(account, [f"A {new_secret(6)}"])
        return str(tag_id)

    async def message(self) -> str:
        said: str = (await self.eve.post(self.channel, "Good morning."))["id"]
        return said

    async def reacted(self) -> str:
        message = await self.message()
        await self.eve.command("reaction.add", message=message, emoji="👍")
        return message

    async def thread(self) -> str:
        made = await self.eve.command("thread.start", channel=self.channel, name="A thread")
        started: str = made["thread"]["id"]
        return started

    async def conversation(self) -> str:
        """One of the owner and Eve: everybody else is outside it."""
        self.server.clock.advance(seconds=600)  # so many people at once are for nobody
        people = [self.eve.id, self.facts["gus"]]
        made = await self.owner.command("conversation.begin", accounts=people)
        begun: str = made["conversation"]["id"]
        return begun

    async def new_category(self) -> str:
        made = await self.owner.command("category.create", name=f"A shelf {new_secret(6)}")
        return str(made["category"]["id"])

    async def new_role(self) -> str:
        made = await self.owner.command("role.create", name=f"A role {new_secret(6)}")
        return str(made["role"]["id"])

    async def new_invitation(self) -> str:
        return str((await self.owner.command("invitation.create"))["invitation"]["id"])

    async def case(self) -> str:
        message = (await self.ned.post(self.channel, "Good night."))["id"]
        await self.owner.command("moderation.report", message=message, reason="spam")
        cases = (await self.owner.command("moderation.cases"))["cases"]
        return str(max(int(case["id"]) for case in cases))

    async def closed_case(self) -> str:
        case = await self.case()
        await self.owner.command(
            "moderation.resolve", case=case, decision="time_out", minutes=1, reason="A pause"
        )
        return case

    async def bot(self) -> str:
        handle = f"bot-{new_secret(4).lower().replace('_', 'x').replace('-', 'x')}x"
        made = await self.owner.command("bots.create", handle=handle, display_name=handle)
        return str(made["bot"]["id"])

    async def webhook(self) -> str:
        made = await self.owner.command(
            "bots.webhook_create", channel=self.facts["open"], name="Weather"
        )
        return str(made["webhook"]["id"])

    async def match(self) -> str:
        made = await self.owner.command("sports_rooms.create", home="Rivage", away="Montclar")
        room: str = made["room_id"]
        await self.owner.command("sports_rooms.clock", room=room, nonce="start", action="start")
        goal = {"room": room, "nonce": "goal", "kind": "goal", "side": "home"}
        moment = await self.owner.command("sports_rooms.moment", **goal)
        self.facts["moment"] = moment["moment"]["id"]
        return await self.hide(room)

    async def occurrence(self) -> str:
        made = await self.owner.command("events.plan", **self.planned())
        return str(made["occurrence_id"])

    async def draft(self) -> str:
        """What nobody but the owner knows of yet."""
        made = await self.owner.command("events.plan", **self.planned(), is_draft=True)
        return str(made["occurrence_id"])

    def planned(self) -> dict[str, Any]:
        starts = (self.server.clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
        return {"title": "Open stage", "starts": starts, "zone": "UTC", "lasts_min": 60}

    async def taken(self) -> str:
        room = await self.room_with_eve()
        await self.owner.command("room.join", room=room)
        take = await self.owner.command("recording.start", room=room)
        self.facts["take"] = take["take"]["id"]
        return room

    async def new_take(self) -> str:
        await self.taken()
        take: str = self.facts["take"]
        return take

    async def new_segments(self) -> list[dict[str, Any]]:
        return [await self.new_segment()]

    async def segments_of_the_take(self) -> list[dict[str, Any]]:
        """Of the one just made: another would end that, and nothing is left of it."""
        return [{"take": self.facts["take"], "start_s": 0.0, "end_s": 10.0}]

    async def new_segment(self) -> dict[str, Any]:
        return {"take": await self.new_take(), "start_s": 0.0, "end_s": 10.0}

    async def show(self) -> str:
        shows = (await self.owner.command("recording.shows"))["shows"]
        return str(shows[0]["id"])

    async def application(self) -> str:
        """Ask at the door, which stands ajar only meanwhile."""
        await self.owner.command("community.edit", registration="approval")
        wish = SignUp(f"a{new_secret(6)}z", "Asks", None)
        where = Visitor(new_secret(6), "A browser")
        applications = self.server.app.services.applications
        await applications.apply(where, wish, PASSWORD, "Please", rules_read=True)
        await self.owner.command("community.edit", registration="invitation")
        waiting = (await self.owner.command("application.list"))["applications"]
        return str(waiting[-1]["id"])

    async def failed_job(self) -> str:
        """One of a plugin that is not here, which nobody runs when it waits again."""

        def fail(tx: CoreTransaction) -> int:
            id_ = jobs.add(tx, "gone", "work", {}, tx.now)
            jobs.fail(tx, id_, "It went wrong.")
            return id_

        return str(await self.server.app.store.write(fail))

    async def grouped(self) -> str:
        """A channel in a category, the same each time."""
        if "grouped" not in self.facts:
            made = await self.owner.command("category.create", name="A group")
            await self.hide(made["category"]["id"])
            self.facts["grouped"] = await self.new_channel()
            await self.owner.command(
                "channel.edit", channel=self.facts["grouped"], category=made["category"]["id"]
            )
        grouped: str = self.facts["grouped"]
        return grouped

    async def deed(self) -> str:
        """What was changed at the channel, as the record has it."""
        topic = f"About {new_secret(6)}"
        await self.owner.command("channel.edit", channel=self.channel, topic=topic)
        return str((await self.owner.command("audit.list", limit=1))["entries"][0]["id"])

    async def order(self) -> list[str]:
        """The roles as they stand."""
        roles = self.server.app.services.directory.roles.values()
        return [str(r.id) for r in sorted(roles, key=lambda r: -r.position) if r.position]
