"""Builds what gives the community its order: roles, channels, rules, and the record of changes."""

from salon.app.foundation import Foundation
from salon.services.arranging import Arranging
from salon.services.audit import Audit
from salon.services.channels import Channels
from salon.services.files import Files
from salon.services.house_rules import HouseRules
from salon.services.own_emoji import OwnEmoji
from salon.services.roles import Roles
from salon.services.services import CommunityServices, PeopleServices, RoomServices
from salon.services.undoing import Undoing


def build_community(
    base: Foundation, files: Files, *, roles: Roles, people: PeopleServices, rooms: RoomServices
) -> CommunityServices:
    store, access, directory = base.store, base.access, base.directory
    channels = Channels(store, access, directory, files, base.config.limits)
    arranging = Arranging(store, access, directory)
    own_emoji = OwnEmoji(store, access, files, base.rates)
    return CommunityServices(
        roles=roles,
        channels=channels,
        arranging=arranging,
        house_rules=HouseRules(store, access, directory),
        own_emoji=own_emoji,
        audit=Audit(store, access, directory, base.clock),
        undoing=Undoing(
            store=store,
            access=access,
            directory=directory,
            roles=roles,
            channels=channels,
            arranging=arranging,
            rooms=rooms.rooms,
            sanctions=people.sanctions,
            own_emoji=own_emoji,
            clock=base.clock,
        ),
    )
