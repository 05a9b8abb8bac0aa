"""One line per event: structured, short, without secrets."""

import asyncio
import io
import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from salon.logs import (
    RATE_KINDS_MAX,
    RATE_LINES_MAX,
    RATE_TRACES_MAX,
    RATE_WINDOW_S,
    Format,
    Level,
    bind_request_id,
    configure,
)

pytestmark = pytest.mark.usefixtures("restored_logs")


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 11, 25, 12, tzinfo=UTC)

    def __init__(self) -> None:
        self.passed_s = 0.0

    def monotonic_s(self) -> float:
        return self.passed_s


class Written:
    """A log, and what was written to it."""

    def __init__(self, format_: Format, level: Level = "info") -> None:
        self.stream = io.StringIO()
        self.clock = Noon()
        logging.getLogger().handlers = []  # pytest's own would print the facts unprotected
        configure(level, format_, self.stream, clock=self.clock)
        self.log = structlog.get_logger("salon.test")

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    @property
    def facts(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


def test_a_json_line_has_time_level_event_and_facts() -> None:
    written = Written("json")
    written.log.info("take closed", packets=3, share=0.5, last=True, room=None)
    assert written.facts == [
        {
            "time": "2026-11-25T12:00:00.000+00:00",
            "level": "info",
            "event": "take closed",
            "packets": 3,
            "share": 0.5,
            "last": True,
            "room": None,
            "logger": "salon.test",
        }
    ]


def test_a_console_line_is_readable() -> None:
    written = Written("console")
    written.log.warning("disk is nearly full", free_bytes=5, path="/a b")
    assert written.lines == [
        '12:00:00.000 warning disk is nearly full free_bytes=5 path="/a b" logger=salon.test'
    ]


def test_auto_is_json_where_nobody_watches() -> None:
    written = Written("auto")
    written.log.info("x")
    assert written.facts[0]["event"] == "x"


def test_lines_below_the_level_are_not_written() -> None:
    written = Written("json", "warning")
    written.log.info("x")
    logging.getLogger("other").info("y")
    assert written.lines == []


def test_the_standard_library_logs_to_the_same_place() -> None:
    written = Written("json")
    logging.getLogger("aiohttp.server").warning("gave up after %d tries", 3)
    (facts,) = written.facts
    assert (facts["event"], facts["level"], facts["logger"]) == (
        "gave up after 3 tries",
        "warning",
        "aiohttp.server",
    )


def test_requests_are_not_logged_one_by_one() -> None:
    written = Written("json", "debug")
    logging.getLogger("aiohttp.access").info("192.0.2.1 GET /")
    assert written.lines == []


def test_configuring_again_replaces_the_first_output() -> None:
    first = Written("json")
    second = Written("console")
    second.log.info("x")
    assert (len(first.lines), len(second.lines)) == (0, 1)


@pytest.mark.parametrize(
    "hostile", ["a\nb", "a\r\n12:00 info forged", "\x1b[2J", "\u202eb", "\ud800"]
)
@pytest.mark.parametrize("format_", ["json", "console"])
def test_what_a_stranger_wrote_stays_on_its_line_and_harmless(
    format_: Format, hostile: str
) -> None:
    written = Written(format_)
    written.log.info(hostile, name=hostile)
    logging.getLogger("other").info(hostile)
    assert len(written.lines) == 2
    assert all(character.isprintable() for line in written.lines for character in line)


def test_a_fact_cannot_look_like_another_fact_on_the_console() -> None:
    written = Written("console")
    written.log.info("x", name='a" owner=yes')
    assert r'name="a\" owner=yes"' in written.lines[0]


def test_long_values_are_cut() -> None:
    written = Written("json")
    written.log.info("e" * 600, name="x" * 600, exact="y" * 512, many=list(range(600)))
    (facts,) = written.facts
    assert [len(facts[name]) for name in ("event", "name", "exact", "many")] == [512] * 4
    assert facts["name"].endswith("x…")
    assert facts["exact"] == "y" * 512


def test_secrets_under_their_usual_names_are_not_written() -> None:
    written = Written("json")
    written.log.info("x", password="hunter2", token="hunter2", cookie="hunter2")
    assert "hunter2" not in written.lines[0]


def test_numbers_that_json_cannot_hold_are_text() -> None:
    written = Written("json")
    written.log.info("x", size=2**70, share=float("nan"))
    (facts,) = written.facts
    assert (facts["size"], facts["share"]) == (str(2**70), "nan")


def test_a_fact_that_cannot_be_printed_does_not_lose_the_line() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    written = Written("json")
    written.log.info("x", thing=Broken())
    assert written.facts[0]["thing"] == "Broken that cannot be printed: RuntimeError"


def fail(secret: str) -> None:
    try:
        int("first\nline")
    except ValueError as error:
        raise KeyError("second\nline") from error


def test_a_traceback_is_structured_and_shows_no_variables() -> None:
    written = Written("json")
    try:
        fail("hunter2")
    except KeyError:
        written.log.exception("it failed")
        logging.getLogger("other").exception("it failed")
    for facts in written.facts:
        latest, first = facts["exception"]
        assert (latest["type"], latest["message"]) == ("KeyError", r"'second\nline'")
        assert first["type"] == "ValueError"
        assert latest["frames"][-1].endswith(" fail")
    assert "hunter2" not in written.stream.getvalue()


def test_a_traceback_on_the_console_is_indented_and_escaped() -> None:
    written = Written("console")
    written.log.error("it failed", exc_info=ValueError("a\nb"))
    assert written.lines[1] == r"    ValueError: a\nb"


def test_an_endless_recursion_leaves_a_short_traceback() -> None:
    def endless() -> None:
        endless()

    written = Written("json")
    try:
        endless()
    except RecursionError:
        written.log.exception("x")
    assert len(written.facts[0]["exception"][0]["frames"]) == 30


def test_the_members_of_a_group_are_told_and_counted() -> None:
    written = Written("json")
    group = ExceptionGroup("several", [ValueError(str(i)) for i in range(100)])
    written.log.error("x", exc_info=group)
    told = [error["message"] for error in written.facts[0]["exception"]]
    assert told == ["several (100 sub-exceptions)", "0", "1", "2", "3"]


async def test_each_line_of_a_request_carries_its_id_and_no_other() -> None:
    written = Written("json")

    async def request(name: str) -> None:
        with bind_request_id(name):
            await asyncio.sleep(0)
            written.log.info(name)
            logging.getLogger("other").info(name)
        written.log.info("after")

    await asyncio.gather(request("r1"), request("r2"))
    for facts in written.facts:
        expected = None if facts["event"] == "after" else facts["event"]
        assert facts.get("request_id") == expected


def test_of_a_flood_of_lines_alike_the_first_are_written_and_the_others_counted_once() -> None:
    written = Written("json")
    for n in range(RATE_LINES_MAX + 34):
        written.log.info("request", path=f"/{n}")
    written.log.info("something else")
    events = [facts["event"] for facts in written.facts]
    assert events == ["request"] * RATE_LINES_MAX + ["something else"]

    written.clock.passed_s = RATE_WINDOW_S
    written.log.info("request", path="/")
    written.log.info("request", path="/")
    told, *again = written.facts[RATE_LINES_MAX + 1 :]
    assert told["event"] == "34 more lines like this were left out: request"
    assert (told["level"], told["logger"]) == ("warning", "salon.test")
    assert [facts["event"] for facts in again] == ["request", "request"]


def test_lines_of_the_standard_library_are_alike_whatever_is_filled_in() -> None:
    written = Written("json")
    for n in range(RATE_LINES_MAX + 1):
        logging.getLogger("other").warning("gave up on %s", n)
    assert len(written.lines) == RATE_LINES_MAX


def test_what_fails_in_a_loop_leaves_few_traces_and_hides_no_line_without_one() -> None:
    written = Written("json")
    for _ in range(RATE_TRACES_MAX + 5):
        written.log.error("it failed", exc_info=ValueError("x"))
    written.log.error("it failed")
    assert len(written.lines) == RATE_TRACES_MAX + 1


def test_a_stranger_who_makes_up_a_new_line_each_time_gains_nothing() -> None:
    written = Written("json")
    for n in range(RATE_KINDS_MAX + RATE_LINES_MAX + 500):
        made_up = f"made up {n}"
        written.log.info(made_up)
    assert len(written.lines) == RATE_KINDS_MAX + RATE_LINES_MAX
    written.clock.passed_s = RATE_WINDOW_S
    written.log.info("after")
    told = [facts["event"] for facts in written.facts[-2:]]
    assert told == ["500 more lines like this were left out: lines of other kinds", "after"]


def test_what_was_left_out_last_is_said_when_the_log_ends() -> None:
    written = Written("json")
    for _ in range(RATE_LINES_MAX + 2):
        written.log.info("request")
    (handler,) = logging.getLogger().handlers
    handler.close()
    assert written.facts[-1]["event"] == "2 more lines like this were left out: request"
