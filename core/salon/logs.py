"""Logs: sentences with facts, one line each, in a terminal or as JSON.

`structlog.get_logger(__name__).info("take closed", packets=count)` and the standard library's
loggers end in the same place. Whatever a stranger got into a fact stays on its line and short; a
secret under its usual name is not written. Facts never hold the text of a message. Lines alike are
written so often a minute, and of the rest only how many there were: who knocks in a loop, or what
fails in one, fills no disk.
"""

import json
import logging
import math
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, Literal, NamedTuple, Self, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from salon.clock import Clock, SystemClock

VALUE_MAX_CHARACTERS = 512
RATE_WINDOW_S = 60
RATE_LINES_MAX = 600  # of one kind in a window
RATE_TRACES_MAX = 20  # with what was raised: hundreds of times as long
RATE_KINDS_MAX = 512  # kinds beyond share the number of one
TRACE_FRAMES = 30
TRACE_CAUSES = 5

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["auto", "console", "json"]

_SECRETS = {"authorization", "cookie", "csrf", "password", "secret", "token"}
_HIDDEN = "(hidden)"
_JSON_INTEGERS_END = 2**63
_FIRST = ("time", "level", "event")
_LEVEL_WIDTH = len("warning")

_AMBIGUOUS = re.compile(r'[\s"=]')
# Beside the control characters: what reorders or breaks a line, and halves of characters.
_UNSHOWN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class _Kind(NamedTuple):
    """Lines are alike whose facts alone differ."""

    logger: str
    level: int
    event: str
    has_trace: bool

    @classmethod
    def of(cls, record: logging.LogRecord) -> Self:
        facts = record.msg if isinstance(record.msg, dict) else {}
        event = facts.get("event") if facts else record.msg  # of others' lines what is filled in
        words = _cut(event) if isinstance(event, str) else type(event).__name__
        has_trace = bool(record.exc_info or facts.get("exc_info"))
        return cls(record.name, record.levelno, words, has_trace)

    @property
    def most(self) -> int:
        return RATE_TRACES_MAX if self.has_trace else RATE_LINES_MAX


class _Rate:
    """How many lines of each kind came since a window of time began."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends_s = clock.monotonic_s() + RATE_WINDOW_S
        self._came: dict[_Kind, int] = {}

    def takes(self, record: logging.LogRecord) -> bool:
        """Count a line and return whether it may still be written."""
        kind = _Kind.of(record)
        if kind not in self._came and len(self._came) >= RATE_KINDS_MAX:
            kind = _Kind("", 0, "lines of other kinds", kind.has_trace)
        self._came[kind] = self._came.get(kind, 0) + 1
        return self._came[kind] <= kind.most

    def left_out(self, *, is_end: bool = False) -> Iterator[logging.LogRecord]:
        """Once a window is over: what was left out of it, a line for each kind."""
        now_s = self._clock.monotonic_s()
        if now_s < self._ends_s and not is_end:
            return
        came, self._came = self._came, {}
        self._ends_s = now_s + RATE_WINDOW_S
        for kind, count in came.items():
            if count > kind.most:
                said = "%d more lines like this were left out: %s"
                facts = (count - kind.most, kind.event)
                yield logging.LogRecord(
                    kind.logger or __name__, logging.WARNING, "", 0, said, facts, None
                )


class _Handler(logging.StreamHandler[TextIO]):
    """Ours, so that a second `configure` replaces it and leaves those of others alone."""

    def __init__(self, stream: TextIO, rate: _Rate) -> None:
        super().__init__(stream)
        self._rate = rate

    def emit(self, record: logging.LogRecord) -> None:
        for told in self._rate.left_out():
            super().emit(told)
        if self._rate.takes(record):
            super().emit(record)

    def close(self) -> None:
        for told in self._rate.left_out(is_end=True):
            super().emit(told)
        super().close()


def configure(
    level: Level,
    format: Format,  # noqa: A002 - the setting is called so
    stream: TextIO | None = None,
    *,
    clock: Clock | None = None,
) -> None:
    """Send every log line to `stream`, standard error if None. May be called again."""
    target = stream or sys.stderr
    is_console = format == "console" or (format == "auto" and target.isatty())
    number = logging.getLevelNamesMapping()[level.upper()]
    clock = clock or SystemClock()
    shared = _shared(clock)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    render = _as_console_line if is_console else _as_json_line
    handler = _Handler(target, _Rate(clock))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _safe,
                render,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [*(old for old in root.handlers if not isinstance(old, _Handler)), handler]
    root.setLevel(number)
    # One line per request would hold addresses, and nothing that the metrics do not say.
    logging.getLogger("aiohttp.access").disabled = True


def bind_request_id(request_id: str) -> ExitStack:
    """Write this id into each line of the current task and those it starts.

    It counts at once; the result, used in a `with` statement, takes it back at the end.
    """
    tokens = structlog.contextvars.bind_contextvars(request_id=request_id)
    bound = ExitStack()
    bound.callback(structlog.contextvars.reset_contextvars, **tokens)
    return bound


def _shared(clock: Clock) -> list[Processor]:
    def with_time(_logger: WrappedLogger, _method: str, facts: EventDict) -> EventDict:
        facts["time"] = clock.now().isoformat(timespec="milliseconds")
        return facts

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        with_time,
    ]


def _safe(_logger: WrappedLogger, _method: str, facts: EventDict) -> EventDict:
    """Return plain, short facts: time, level and event first, the exception last."""
    raised = _raised(facts.pop("exc_info", None))
    ordered = {name: facts.pop(name) for name in _FIRST if name in facts} | dict(facts)
    safe = {name: _HIDDEN if name in _SECRETS else _plain(v) for name, v in ordered.items()}
    return safe if raised is None else safe | {"exception": _traced(raised)}


def _raised(exc_info: object) -> BaseException | None:
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as raised, _):
            return raised
        case True:
            return sys.exc_info()[1]
        case _:
            return None


def _plain(value: object) -> bool | int | float | str | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, int) and abs(value) < _JSON_INTEGERS_END:
        return value
    try:
        text = value if isinstance(value, str) else str(value)
    except Exception as error:  # noqa: BLE001 - how a fact prints itself is foreign code
        text = f"{type(value).__name__} that cannot be printed: {type(error).__name__}"
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= VALUE_MAX_CHARACTERS else f"{text[: VALUE_MAX_CHARACTERS - 1]}…"


def _traced(raised: BaseException) -> list[dict[str, Any]]:
    """Return an exception and what led to it, latest first; never the values of variables."""
    found: list[dict[str, Any]] = []
    waiting: list[BaseException | None] = [raised]
    while waiting and len(found) < TRACE_CAUSES:
        error = waiting.pop(0)
        if error is None:
            continue
        steps = traceback.walk_tb(error.__traceback__)
        frames = traceback.StackSummary.extract(steps, limit=-TRACE_FRAMES, lookup_lines=False)
        found.append(
            {
                "type": type(error).__name__,
                "message": _plain(error),
                "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
        waiting += error.exceptions if isinstance(error, BaseExceptionGroup) else ()
        waiting.append(
            error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        )
    return found


def _as_json_line(_logger: WrappedLogger, _method: str, facts: EventDict) -> str:
    # In ASCII: then no character of a fact can break or reorder the line, and none is lost.
    return json.dumps(facts, ensure_ascii=True, separators=(",", ":"))


def _as_console_line(_logger: WrappedLogger, _method: str, facts: EventDict) -> str:
    time, level, event = (str(facts.pop(name, "")) for name in _FIRST)
    exception = facts.pop("exception", ())
    clock_time = time.partition("T")[2].partition("+")[0]
    line = [clock_time, level.ljust(_LEVEL_WIDTH), _escaped(event)]
    line += [f"{name}={_quoted(value)}" for name, value in facts.items()]
    return "\n".join([" ".join(line), *_trace_lines(exception)])


def _trace_lines(exception: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for error in exception:
        yield f"    {error['type']}: {_escaped(error['message'])}"
        yield from (f"        {_escaped(frame)}" for frame in error["frames"])


def _quoted(value: object) -> str:
    text = _escaped(str(value))
    if text and not _AMBIGUOUS.search(text):
        return text
    quoted = text.replace('"', '\\"')
    return f'"{quoted}"'


def _escaped(text: str) -> str:
    return _UNSHOWN.sub(lambda found: ascii(found[0])[1:-1], text)
