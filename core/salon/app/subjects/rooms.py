"""Builds rooms: who is in them, what part they have, who listens, and their sound."""

from collections.abc import Collection

from salon.app.foundation import Foundation
from salon.domain.events import Event
from salon.relay.decoding import Decoding
from salon.services.captions import Captions
from salon.services.files import Files
from salon.services.listening import Listening
from salon.services.live import Live
from salon.services.live_reactions import LiveReactions
from salon.services.participants import Participants
from salon.services.roles import Roles
from salon.services.room_entry import RoomEntry
from salon.services.room_keeping import RoomKeeping
from salon.services.room_pictures import RoomPictures
from salon.services.rooms import Rooms
from salon.services.services import RoomServices
from salon.services.sound import Sound
from salon.services.stage_keeping import StageKeeping
from salon.services.stage_waiting import StageWaiting
from salon.services.stages import Stages
from salon.services.tags import TagKeeping
from salon.services.trials import Trials
from salon.services.turn import TurnServers


def build_rooms(base: Foundation, files: Files, roles: Roles) -> RoomServices:
    live = Live()
    turn = TurnServers(base.config.turn, base.sessions, base.seal, base.clock)
    tags = TagKeeping(base.store, base.access, base.directory, base.clock)
    participants = _participants(base, live, turn)
    stages = _stages(base, live, participants)
    listening = _listening(base, live, turn, participants, stages)
    room_keeping = _room_keeping(base, live, participants, roles)
    participants.obey(stages)
    participants.mind(room_keeping)
    return RoomServices(
        live=live,
        participants=participants,
        stages=stages,
        stage_waiting=_stage_waiting(base, live, stages),
        tags=tags,
        listening=listening,
        rooms=Rooms(
            store=base.store,
            access=base.access,
            directory=base.directory,
            announcer=base.announcer,
            participants=participants,
            stages=stages,
            listening=listening,
            live=live,
            tags=tags,
            host=base.host,
            clock=base.clock,
            limits=base.config.limits,
        ),
        room_entry=RoomEntry(base.store, base.access, base.directory, base.clock),
        room_keeping=room_keeping,
        room_pictures=RoomPictures(base.directory, files, base.clock),
        live_reactions=_live_reactions(base, live),
        captions=_captions(base, live, listening),
        trials=Trials(base.relay, turn, base.clock),
        sound=_sound(base, live, participants),
    )


# Who is in a room


def _participants(base: Foundation, live: Live, turn: TurnServers) -> Participants:
    return Participants(
        live=live,
        access=base.access,
        directory=base.directory,
        host=base.host,
        relay=base.relay,
        tell=base.tell,
        clock=base.clock,
        slots=base.config.media.slots,
        pending_joins=base.config.limits.pending_joins_per_account,
        turn=turn,
    )


def _stages(base: Foundation, live: Live, participants: Participants) -> Stages:
    keeping = StageKeeping(
        store=base.store,
        directory=base.directory,
        live=live,
        voices=participants,
        tell=base.tell,
        jobs=base.jobs,
        clock=base.clock,
    )
    return Stages(
        keeping=keeping,
        access=base.access,
        directory=base.directory,
        voices=participants,
        clock=base.clock,
    )


def _stage_waiting(base: Foundation, live: Live, stages: Stages) -> StageWaiting:
    return StageWaiting(
        access=base.access,
        directory=base.directory,
        live=live,
        stages=stages,
        tell=base.tell,
        clock=base.clock,
    )


def _room_keeping(
    base: Foundation, live: Live, participants: Participants, roles: Roles
) -> RoomKeeping:
    return RoomKeeping(
        store=base.store,
        access=base.access,
        directory=base.directory,
        participants=participants,
        roles=roles,
        live=live,
        tell=base.tell,
        jobs=base.jobs,
        clock=base.clock,
    )


# Who listens, and what they hear and see


def _listening(
    base: Foundation, live: Live, turn: TurnServers, participants: Participants, stages: Stages
) -> Listening:
    return Listening(
        directory=base.directory,
        live=live,
        relay=base.relay,
        turn=turn,
        places=participants,
        stages=stages,
        tell=base.tell,
        clock=base.clock,
        limits=base.config.limits,
    )


def _live_reactions(base: Foundation, live: Live) -> LiveReactions:
    return LiveReactions(
        access=base.access,
        directory=base.directory,
        live=live,
        tell=base.announcer.tell,
        clock=base.clock,
    )


def _captions(base: Foundation, live: Live, listening: Listening) -> Captions:
    def tell(event: Event, among: Collection[int] | None = None) -> None:
        base.announcer.tell(event, among)
        listening.happened(event)

    return Captions(
        directory=base.directory, live=live, host=base.host, tell=tell, clock=base.clock
    )


def _sound(base: Foundation, live: Live, participants: Participants) -> Sound:
    logs = base.config.logs
    return Sound(
        directory=base.directory,
        participants=participants,
        live=live,
        relay=base.relay,
        decoding=Decoding(log_level=logs.level, log_format=logs.format),
        host=base.host,
    )
