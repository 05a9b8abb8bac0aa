"""Builds what reaches people who do not look: pushes to their devices, and who is told of rooms."""

from salon.app.foundation import Foundation
from salon.services.fetch import Fetch, Rules
from salon.services.plugin_pushes import PluginPushes
from salon.services.push import Push
from salon.services.push_devices import PushDevices
from salon.services.rooms_told import RoomsTold
from salon.services.services import PushServices
from salon.services.tags import TagKeeping

# A push service is one host for very many devices.
RULES = Rules(ports={443}, schemes={"https"}, per_host_min=6_000)


def build_pushes(base: Foundation, tags: TagKeeping) -> PushServices:
    devices = PushDevices(
        store=base.store,
        fetch=Fetch(base.clock, rules=RULES),
        rates=base.rates,
        clock=base.clock,
        contact=base.base_url,
    )
    of_plugins = PluginPushes(
        store=base.store,
        directory=base.directory,
        devices=devices,
        jobs=base.jobs,
        clock=base.clock,
    )
    return PushServices(
        push_devices=devices,
        push=Push(
            store=base.store,
            access=base.access,
            directory=base.directory,
            devices=devices,
            jobs=base.jobs,
            clock=base.clock,
            present=base.presence.present,
        ),
        plugin_pushes=of_plugins,
        rooms_told=RoomsTold(
            store=base.store,
            directory=base.directory,
            announcer=base.announcer,
            keeping=tags,
            pushes=of_plugins,
        ),
    )
