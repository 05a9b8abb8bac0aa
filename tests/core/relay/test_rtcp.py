"""Reports, read and written by another implementation."""

from datetime import UTC, datetime

import pytest
from aiortc.clock import datetime_to_ntp
from aiortc.rtp import RtcpPacket, RtcpReceiverInfo, RtcpRrPacket, RtcpSrPacket
from hypothesis import given
from hypothesis import strategies as st

from salon.relay import rtcp


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


def test_the_round_trip_can_be_computed_from_our_report() -> None:
    reception = _reception(1, 2)
    reception.note_sender(rtcp.Heard({}, 5, 0x1234_5678_9ABC_DEF0), 10.0)
    report = reception.report(0.0, 10.5)
    assert report is not None
    assert (report.lsr, report.dlsr) == (0x5678_9ABC, 32_768)


def test_an_even_voice_has_no_jitter() -> None:
    report = _reception(*range(50)).report(0.0, 1.0)
    assert report is not None
    assert report.jitter == pytest.approx(0, abs=1)
