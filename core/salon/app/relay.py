"""Chooses how voices are carried: in this process, in one media worker, in several."""

from salon.clock import Clock
from salon.config import Config, Limits
from salon.relay.control import Relay
from salon.relay.remote import RemoteRelay, WorkerSettings
from salon.relay.workers import Workers


def chosen_relay(config: Config, clock: Clock) -> Relay:
    """Return it, not started yet."""
    media, limits, logs = config.media, config.limits, config.logs
    if media.workers == 0:
        from salon.relay.local import LocalRelay  # with all that it needs: 20 MB

        return LocalRelay(
            clock,
            packed_from=media.packed_from,
            voice_max_kbit_per_s=limits.voice_max_kbit_per_s,
            voice_packets_per_s=limits.voice_packets_per_s,
            room_seats=_room_for(limits),
        )
    settings = WorkerSettings(
        packed_from=media.packed_from,
        voice_max_kbit_per_s=limits.voice_max_kbit_per_s,
        voice_packets_per_s=limits.voice_packets_per_s,
        room_seats=_room_for(limits),
        log_level=logs.level,
        log_format=logs.format,
    )
    relays = [RemoteRelay(settings) for _ in range(media.workers)]
    return relays[0] if len(relays) == 1 else Workers(relays)


def _room_for(limits: Limits) -> int:
    """Return how many a room carries: visitors have places of their own beside the seats."""
    visitors = min(limits.visitors, limits.visitors_per_room)
    return max(limits.room_seats, limits.stage_seats) + visitors
