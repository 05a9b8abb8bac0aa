"""Commands about rooms and the people in them."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from salon.config import ROOM_SEATS_MAX
from salon.domain import wire
from salon.domain.rooms import SPEECH, TALK, Entry, RoomSound
from salon.domain.sanctions import LASTS_MAX
from salon.domain.tags import AT_ONE_MAX
from salon.services.room_entry import ROLES_MAX
from salon.web.socket.fields import CommandPayload, Id, Line
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()
SDP_MAX = 16_384
KEY_MAX = 64
RoleIds = Annotated[list[Id], Field(max_length=ROLES_MAX)]
Tags = Annotated[list[Line], Field(max_length=2 * AT_ONE_MAX)]
Seats = Annotated[int, Field(ge=1, le=ROOM_SEATS_MAX)]


class OpenRoom(CommandPayload):
    name: Line
    kind: Line = TALK
    topic: Line = ""
    temporary: bool = True
    category: Id | None = None
    seats: Seats | None = None
    sound: RoomSound = SPEECH
    push_to_talk: bool = False
    tags: Tags = Field(default_factory=list)
    entry: Entry = "everyone"
    roles: RoleIds = Field(default_factory=list)
    speakers: RoleIds | None = None
    to_be_recorded: bool = False
    tell_followers: bool = True
    tell_roles: RoleIds = Field(default_factory=list)


@registry.command("room.open", OpenRoom)
async def open_room(session: Session, payload: OpenRoom) -> Result:
    services = session.core.services
    overwrites = services.room_entry.said(
        session.account, payload.kind, payload.entry, payload.roles, payload.speakers
    )
    told = services.rooms_told.check_roles(session.account, payload.tell_roles)
    room = await services.rooms.open(
        session.account,
        payload.name,
        kind=payload.kind,
        topic_text=payload.topic,
        temporary=payload.temporary,
        category_id=payload.category,
        seats=payload.seats,
        sound=payload.sound,
        push_to_talk=payload.push_to_talk,
        overwrites=overwrites,
        entry=payload.entry,
        tags=payload.tags,
        to_be_recorded=payload.to_be_recorded,
        tells_followers=payload.tell_followers,
        told_role_ids=told,
    )
    return {"room": wire.room(room)}


class EditRoom(CommandPayload):
    room: Id
    name: Line | None = None
    topic: Line | None = None
    seats: Seats | None = None
    sound: RoomSound | None = None
    is_locked: bool | None = None
    is_public: bool | None = None
    push_to_talk: bool | None = None
    tags: Tags | None = None
    pinned_url: Line | None = None
    pinned_title: Line = ""


@registry.command("room.edit", EditRoom)
async def edit_room(session: Session, payload: EditRoom) -> Result:
    room = await session.core.services.rooms.edit(
        session.account,
        payload.room,
        name=payload.name,
        topic_text=payload.topic,
        seats=payload.seats,
        sound=payload.sound,
        is_locked=payload.is_locked,
        is_public=payload.is_public,
        push_to_talk=payload.push_to_talk,
        tags=payload.tags,
        pinned_url=payload.pinned_url,
        pinned_title=payload.pinned_title,
    )
    return {"room": wire.room(room)}


class InRoom(CommandPayload):
    room: Id


class LinkOfRoom(InRoom):
    renew: bool = False


@registry.command("room.link", LinkOfRoom)
async def link_of_room(session: Session, payload: LinkOfRoom) -> Result:
    key = await session.core.services.room_entry.link(
        session.account, payload.room, renew=payload.renew
    )
    return {"key": key}


class FollowLink(CommandPayload):
    key: Annotated[str, Field(max_length=KEY_MAX)]


@registry.command("room.follow_link", FollowLink)
async def follow_link(session: Session, payload: FollowLink) -> Result:
    room = await session.core.services.room_entry.follow(session.account, payload.key)
    return {"room": wire.room(room)}


@registry.command("room.close", InRoom)
async def close_room(session: Session, payload: InRoom) -> Result:
    session.core.services.access.room(session.account, payload.room)
    await session.core.services.rooms.close(session.account, payload.room)
    return None


@registry.command("voice.prepare", InRoom)
async def prepare_voice(session: Session, payload: InRoom) -> Result:
    return await session.core.services.participants.arrivals.prepare(
        session.account, payload.room, session.session_id
    )


class JoinRoom(InRoom):
    peer: Line | None = None


@registry.command("room.join", JoinRoom)
async def join_room(session: Session, payload: JoinRoom) -> Result:
    joined = await session.core.services.participants.arrivals.join(
        session.account, payload.room, session.session_id, payload.peer
    )
    return joined.body()


@registry.command("room.leave", InRoom)
async def leave_room(session: Session, payload: InRoom) -> Result:
    await session.core.services.participants.leave_room(session.account, payload.room)
    return None


class AnswerVoice(CommandPayload):
    room: Id
    peer: Line
    sdp: Annotated[str, Field(max_length=SDP_MAX)]


@registry.command("voice.answer", AnswerVoice)
async def answer_voice(session: Session, payload: AnswerVoice) -> Result:
    await session.core.services.participants.arrivals.answer(
        session.account, payload.room, payload.peer, payload.sdp, session.session_id
    )
    return None


class SetVoice(CommandPayload):
    room: Id
    muted: bool | None = None
    deafened: bool | None = None


@registry.command("voice.set", SetVoice)
async def set_voice(session: Session, payload: SetVoice) -> Result:
    participant = await session.core.services.participants.set(
        session.account, payload.room, muted=payload.muted, deafened=payload.deafened
    )
    return {"participant": wire.participant(participant)}


class SilenceParticipant(CommandPayload):
    room: Id
    account: Id
    silenced: bool


@registry.command("participant.silence", SilenceParticipant)
async def silence_participant(session: Session, payload: SilenceParticipant) -> Result:
    await session.core.services.participants.silence(
        session.account, payload.room, payload.account, silenced=payload.silenced
    )
    return None


class RemoveParticipant(CommandPayload):
    room: Id
    account: Id


@registry.command("participant.remove", RemoveParticipant)
async def remove_participant(session: Session, payload: RemoveParticipant) -> Result:
    await session.core.services.participants.remove(session.account, payload.room, payload.account)
    return None


class DeafenParticipant(RemoveParticipant):
    deafened: bool


@registry.command("participant.deafen", DeafenParticipant)
async def deafen_participant(session: Session, payload: DeafenParticipant) -> Result:
    await session.core.services.participants.deafen(
        session.account, payload.room, payload.account, deafened=payload.deafened
    )
    return None


class MoveParticipant(RemoveParticipant):
    to: Id


@registry.command("participant.move", MoveParticipant)
async def move_participant(session: Session, payload: MoveParticipant) -> Result:
    await session.core.services.room_keeping.move(
        session.account, payload.room, payload.account, payload.to
    )
    return None


class BanFromRoom(RemoveParticipant):
    banned: bool
    lasts_s: Annotated[int, Field(ge=60, le=int(LASTS_MAX.total_seconds()))] | None = None


@registry.command("participant.ban", BanFromRoom)
async def ban_from_room(session: Session, payload: BanFromRoom) -> Result:
    lasts = None if payload.lasts_s is None else timedelta(seconds=payload.lasts_s)
    await session.core.services.room_keeping.ban(
        session.account, payload.room, payload.account, banned=payload.banned, lasts=lasts
    )
    return None


@registry.command("room.bans", InRoom)
async def bans_of_room(session: Session, payload: InRoom) -> Result:
    found = await session.core.services.room_keeping.bans(session.account, payload.room)
    return {"bans": [wire.room_ban(id_, ban) for id_, ban in found.items()]}


@registry.command("room.knock", InRoom)
async def knock(session: Session, payload: InRoom) -> Result:
    session.core.services.room_keeping.knock(session.account, payload.room, session.session_id)
    return None


@registry.command("room.let_in", RemoveParticipant)
async def let_in(session: Session, payload: RemoveParticipant) -> Result:
    await session.core.services.room_keeping.let_in(session.account, payload.room, payload.account)
    return None


@registry.command("room.turn_away", RemoveParticipant)
async def turn_away(session: Session, payload: RemoveParticipant) -> Result:
    session.core.services.room_keeping.turn_away(session.account, payload.room, payload.account)
    return None
