"""Packets find their place in a take, whatever the sender's clock and the network do."""

import itertools
from collections.abc import Iterator

import pytest

from salon.plugin import AudioPacket, Voice
from salon_recording.placing import SAMPLE_RATE_HZ, Placing

PACKET_SAMPLES = 960
OPUS = b"\xf8\xff\xfe"
BEGUN_S = 100.0
LOUD_DBOV, QUIET_DBOV = -20, -90


def _packets(
    count: int,
    *,
    drift_ppm: float = 0.0,
    jitter_s: tuple[float, ...] = (0.0,),
    level_dbov: int = LOUD_DBOV,
    peer_id: str = "p1",
    from_s: float = BEGUN_S,
    first_timestamp: int = 5_000_000,
) -> Iterator[AudioPacket]:
    """Yield packets of a sender whose clock is `drift_ppm` too fast."""
    for number in range(count):
        spoken_s = number * PACKET_SAMPLES / SAMPLE_RATE_HZ / (1 + drift_ppm / 1e6)
        yield AudioPacket(
            Voice(peer_id, "7"),
            OPUS,
            sequence=number,
            timestamp=first_timestamp + number * PACKET_SAMPLES,
            received_s=from_s + spoken_s + 0.02 + jitter_s[number % len(jitter_s)],
            level_dbov=level_dbov,
        )


def _positions(placing: Placing, packets: Iterator[AudioPacket]) -> list[int]:
    return [placing.position(packet, PACKET_SAMPLES) for packet in packets]


def test_packets_in_a_row_stand_in_a_row_however_they_jitter() -> None:
    jitter = (0.0, 0.009, 0.002, 0.03, 0.001)
    positions = _positions(Placing(BEGUN_S), _packets(500, jitter_s=jitter))
    steps = {after - before for before, after in itertools.pairwise(positions)}
    assert steps == {PACKET_SAMPLES}
    assert positions[0] == pytest.approx(0, abs=PACKET_SAMPLES)


def test_a_first_packet_that_came_late_is_set_right_by_those_that_came_in_time() -> None:
    jitter = (0.06, *[0.0] * 999)
    positions = _positions(Placing(BEGUN_S), _packets(999, jitter_s=jitter))
    assert positions[0] == pytest.approx(0.06 * SAMPLE_RATE_HZ, abs=PACKET_SAMPLES)
    assert positions[-1] == pytest.approx(998 * PACKET_SAMPLES, abs=480)


@pytest.mark.parametrize("drift_ppm", [-200.0, 200.0])
@pytest.mark.parametrize("level_dbov", [LOUD_DBOV, QUIET_DBOV])
def test_a_clock_that_is_wrong_for_an_hour_stays_within_forty_milliseconds(
    drift_ppm: float, level_dbov: int
) -> None:
    placing = Placing(BEGUN_S)
    worst = 0.0
    for packet in _packets(180_000, drift_ppm=drift_ppm, level_dbov=level_dbov):
        true = (packet.received_s - 0.02 - BEGUN_S) * SAMPLE_RATE_HZ
        worst = max(worst, abs(placing.position(packet, PACKET_SAMPLES) - true))
    assert worst / SAMPLE_RATE_HZ <= (0.045 if level_dbov == LOUD_DBOV else 0.016)


def test_after_a_pause_the_clock_says_where_the_voice_goes_on() -> None:
    placing = Placing(BEGUN_S)
    _positions(placing, _packets(50))
    later = _packets(5, from_s=BEGUN_S + 61.0, first_timestamp=5_000_000 + 60 * SAMPLE_RATE_HZ)
    assert _positions(placing, later)[0] == pytest.approx(61 * SAMPLE_RATE_HZ, abs=2)


def test_somebody_who_comes_back_with_another_peer_goes_on_in_the_same_file() -> None:
    placing = Placing(BEGUN_S)
    _positions(placing, _packets(50))
    again = _packets(5, peer_id="p2", from_s=BEGUN_S + 9.0, first_timestamp=17)
    assert _positions(placing, again)[0] == pytest.approx(9 * SAMPLE_RATE_HZ, abs=2)
