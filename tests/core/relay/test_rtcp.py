"""Reports, read and written by another implementation."""

from datetime import UTC, datetime

import pytest
from aiortc.clock import datetime_to_ntp
from aiortc.rtp import RtcpPacket, RtcpReceiverInfo, RtcpRrPacket, RtcpSrPacket
from hypothesis import given
from hypothesis import strategies as st

from salon.relay import rtcp
from salon.relay.measures import KNOWN_S


def _listener_report(ssrc: int, fraction: int) -> bytes:
    report = RtcpReceiverInfo(ssrc, fraction, 0, 0, 0, 0, 0)
    return bytes(RtcpRrPacket(ssrc=77, reports=[report]))


def test_a_listeners_loss_is_read() -> None:
    heard = rtcp.parse(_listener_report(1_000, 64))
    assert heard.losses == {1_000: 0.25}


def test_a_sender_report_of_ours_is_read_by_another_implementation() -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    ntp = rtcp.ntp_of(now)
    (report,) = RtcpPacket.parse(rtcp.sender_report(1_000, ntp, 2**32 + 5, 10, 900))
    assert isinstance(report, RtcpSrPacket)
    assert report.sender_info.rtp_timestamp == 5
    assert report.sender_info.ntp_timestamp == datetime_to_ntp(now)


def test_an_empty_report_says_that_the_line_lives() -> None:
    (report,) = RtcpPacket.parse(rtcp.receiver_report(None))
    assert isinstance(report, RtcpRrPacket)
    assert report.reports == []


@given(st.binary(max_size=200), st.integers(200, 206), st.integers(0, 31))
def test_no_report_raises_anything_but_value_error(rest: bytes, type_: int, count: int) -> None:
    words = (len(rest) // 4).to_bytes(2)
    try:
        rtcp.parse(bytes((0x80 | count, type_)) + words + rest)
    except ValueError:
        return


def _reception(*sequences: int) -> rtcp.Reception:
    reception = rtcp.Reception()
    for number in sequences:
        reception.note(5, number, number * 960, number * 0.02)
    return reception


def test_nothing_is_reported_of_a_voice_that_never_came() -> None:
    assert rtcp.Reception().report(0.0, 1.0) is None


def test_a_loss_on_the_way_here_is_reported_once() -> None:
    reception = _reception(1, 2, 4)
    first, second = reception.report(0.0, 1.0), reception.report(0.0, 2.0)
    assert first is not None
    assert second is not None
    assert (first.fraction_lost, first.packets_lost) == (64, 1)
    assert (second.fraction_lost, second.packets_lost) == (0, 1)


def test_a_speaker_is_told_what_the_worst_listener_loses_up_to_a_tenth() -> None:
    for share, told in ((0.05, 13), (0.5, 25)):
        report = _reception(1, 2, 3).report(share, 1.0)
        assert report is not None
        assert report.fraction_lost == told


def test_a_loss_on_the_way_here_is_told_in_full() -> None:
    reception = _reception(1, 2, 3)
    reception.note(5, 9, 9 * 960, 0.18)
    report = reception.report(0.0, 1.0)
    assert report is not None
    assert report.fraction_lost == round(5 / 9 * 256)


def test_what_came_back_out_of_repeats_is_lost_to_the_count_but_no_reason_for_more_repair() -> None:
    reception = _reception(1, 2, 4)
    reception.note_repaired()
    first = reception.report(0.0, 1.0)
    assert first is not None
    assert (first.fraction_lost, first.packets_lost) == (0, 1)
    reception.note(5, 6, 6 * 960, 0.12)
    second = reception.report(0.0, 2.0)
    assert second is not None
    assert (second.fraction_lost, second.packets_lost) == (128, 2)


def test_the_round_trip_can_be_computed_from_our_report() -> None:
    reception = _reception(1, 2)
    reception.note_sender(rtcp.Heard((), 5, 0x1234_5678_9ABC_DEF0), 10.0)
    report = reception.report(0.0, 10.5)
    assert report is not None
    assert (report.lsr, report.dlsr) == (0x5678_9ABC, 32_768)


def test_an_even_voice_has_no_jitter() -> None:
    report = _reception(*range(50)).report(0.0, 1.0)
    assert report is not None
    assert report.jitter == pytest.approx(0, abs=1)


def test_the_loss_of_a_voice_is_its_own_and_not_what_its_speaker_is_told_of_listeners() -> None:
    reception = _reception(1, 2, 4)
    assert reception.loss(1.0) is None
    reception.report(0.5, 1.0)
    assert reception.loss(1.0) == 0.25
    assert reception.jitter_s(1.0) == pytest.approx(0, abs=0.001)


def test_a_voice_that_fell_silent_has_no_loss_that_is_known() -> None:
    reception = _reception(1, 2, 4)
    reception.report(0.0, 1.0)
    reception.report(0.0, 1.0 + KNOWN_S)
    assert reception.loss(1.0 + KNOWN_S) is None
    assert reception.jitter_s(1.0 + KNOWN_S) is None


def _heard(highest: int, lost: int, *, lsr: int = 0, dlsr: int = 0) -> RtcpReceiverInfo:
    return RtcpReceiverInfo(1_000, 0, lost, highest, 480, lsr, dlsr)


def test_what_a_listener_loses_is_known_from_its_second_report() -> None:
    delivery = rtcp.Delivery()
    delivery.note(_heard(70_000, 3), 0, 1.0)
    assert delivery.loss(1.0) is None
    delivery.note(_heard(70_050, 8), 0, 6.0)
    assert delivery.loss(6.0) == 0.1
    assert delivery.jitter_s(6.0) == 0.01
    assert delivery.loss(6.0 + KNOWN_S) is None


def test_what_the_speakers_line_lost_is_not_the_listeners_loss() -> None:
    delivery = rtcp.Delivery()
    delivery.note(_heard(100, 3), 2, 1.0)
    delivery.note(_heard(200, 23), 12, 6.0)
    assert delivery.loss(6.0) == 0.1


def test_a_listener_that_reports_nonsense_loses_all_or_nothing() -> None:
    for lost, share in ((2_000_000, 1.0), (-2_000_000, 0.0)):
        delivery = rtcp.Delivery()
        delivery.note(_heard(100, 0), 0, 1.0)
        delivery.note(_heard(200, lost), 0, 2.0)
        delivery.note(_heard(10, 0), 0, 3.0)
        assert delivery.loss(3.0) == share


def test_the_round_trip_is_what_a_report_took_without_the_time_it_was_kept() -> None:
    delivery = rtcp.Delivery()
    sent = rtcp.ntp_of(datetime(2026, 11, 25, tzinfo=UTC))
    delivery.note_sent(sent, 50.0)
    assert delivery.round_trip_s(50.0) is None
    kept = _heard(1, 0, lsr=sent >> 16 & 0xFFFFFFFF, dlsr=65_536)
    delivery.note(kept, 0, 51.25)
    assert delivery.round_trip_s(51.25) == 0.25
    delivery.note(kept, 0, 50.999)  # less than nothing: the two clocks round
    assert delivery.round_trip_s(51.0) == 0.0


def test_a_report_of_a_time_that_was_never_sent_says_nothing_of_the_way() -> None:
    delivery = rtcp.Delivery()
    delivery.note_sent(rtcp.ntp_of(datetime(2026, 11, 25, tzinfo=UTC)), 50.0)
    delivery.note(_heard(1, 0, lsr=1), 0, 51.0)
    assert delivery.round_trip_s(51.0) is None
