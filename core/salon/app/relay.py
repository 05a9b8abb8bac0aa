"""Chooses how voices are carried: in this process, in one media worker, in several."""

from salon.clock import Clock
from salon.config import Config
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
            room_seats=max(limits.room_seats, limits.stage_seats),
        )
    settings = WorkerSettings(
        packed_from=media.packed_from,
        voice_max_kbit_per_s=limits.voice_max_kbit_per_s,
        voice_packets_per_s=limits.voice_packets_per_s,
        room_seats=max(limits.room_seats, limits.stage_seats),
        log_level=logs.level,
        log_format=logs.format,
    )
    relays = [RemoteRelay(settings) for _ in range(media.workers)]
    return relays[0] if len(relays) == 1 else Workers(relays)
