"""What a monitoring program reads: one series per worker or room and figure, and per reason.

Bounded: as many series as there are workers, open rooms and reasons, and for each worker so many
people whose lines are the worst (`relay/measures.py`). Written in a thread, since the server's own
processor and memory stand in files.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import CollectorRegistry

from salon.relay.measures import RoomMeasures, WorkerMeasures
from salon.services.measures import ParticipantLine

TYPE = CONTENT_TYPE_LATEST

T = TypeVar("T", RoomMeasures, WorkerMeasures)


@dataclass(frozen=True, slots=True)
class _Series(Generic[T]):
    """One figure of each worker or room. `value` is None where it is not known."""

    name: str
    meaning: str
    value: Callable[[T], float | None]
    grows: bool = True


_OF_WORKERS: Sequence[_Series[WorkerMeasures]] = (
    _Series("up", "Whether the media worker answers.", lambda w: w.is_there, grows=False),
    _Series("restarts", "Workers that ended and were replaced.", lambda w: w.restarts),
)
_OF_WORKERS_THERE: Sequence[_Series[WorkerMeasures]] = (
    _Series("cpu_seconds", "Processor time of the worker.", lambda w: w.cpu_s),
    _Series("memory_bytes", "Memory that it holds.", lambda w: w.memory_bytes, grows=False),
    _Series("peers", "Connections for voices.", lambda w: w.peers, grows=False),
    _Series("datagrams_received", "Datagrams that came, from anybody.", lambda w: w.received),
    _Series("packets_forwarded", "Packets of sound sent to listeners.", lambda w: w.forwarded),
)
_OF_ROOMS: Sequence[_Series[RoomMeasures]] = (
    _Series("peers", "Connections for voices.", lambda r: r.peers, grows=False),
    _Series("loss_ratio", "What the worst line loses.", lambda r: r.loss_worst, grows=False),
    _Series(
        "jitter_seconds", "How unsteady the worst line is.", lambda r: r.jitter_worst_s, grows=False
    ),
    _Series("packets_received", "Packets of sound and reports that came.", lambda r: r.received),
    _Series("packets_forwarded", "Packets of sound sent to listeners.", lambda r: r.forwarded),
)


def text_of(workers: Sequence[WorkerMeasures], lines: Sequence[ParticipantLine] = ()) -> bytes:
    """Return all series in Prometheus' text format. Blocks for a moment."""
    every = {str(worker.port): worker for worker in workers}
    there = {name: worker for name, worker in every.items() if worker.is_there}
    rooms = {str(room.room_id): room for worker in workers for room in worker.rooms}

    class Measured(CollectorRegistry):
        def collect(self) -> Iterable[Metric]:
            yield from ProcessCollector(registry=None).collect()
            yield from _families("worker", _OF_WORKERS, every)
            yield from _families("worker", _OF_WORKERS_THERE, there)
            yield _dropped("worker", there)
            yield from _families("room", _OF_ROOMS, rooms)
            yield _dropped("room", rooms)
            yield from _of_participants(lines)

    return generate_latest(Measured())


def _families(kind: str, series: Sequence[_Series[T]], things: Mapping[str, T]) -> Iterator[Metric]:
    for one in series:
        family = CounterMetricFamily if one.grows else GaugeMetricFamily
        metric = family(f"salon_{kind}_{one.name}", one.meaning, labels=(kind,))
        for name, thing in things.items():
            value = one.value(thing)
            if value is not None:
                metric.add_metric([name], value)
        yield metric


def _of_participants(lines: Sequence[ParticipantLine]) -> Iterator[Metric]:
    labels = ("room", "participant", "way")
    loss = GaugeMetricFamily("salon_participant_loss_ratio", "What the line loses.", labels=labels)
    jitter = GaugeMetricFamily(
        "salon_participant_jitter_seconds", "How unsteady the line is.", labels=labels
    )
    for one in lines:
        line = one.line
        for way, lost, unsteady_s in (
            ("up", line.loss_up, line.jitter_up_s),
            ("down", line.loss_down, line.jitter_down_s),
        ):
            for metric, value in ((loss, lost), (jitter, unsteady_s)):
                if value is not None:
                    metric.add_metric([str(one.room_id), str(one.account_id), way], value)
    yield from (loss, jitter)


def _dropped(kind: str, things: Mapping[str, T]) -> Metric:
    metric = CounterMetricFamily(
        f"salon_{kind}_packets_dropped", "Packets not used, by reason.", labels=(kind, "reason")
    )
    for name, thing in things.items():
        for reason, count in sorted(thing.dropped.items()):
            metric.add_metric([name, reason], count)
    return metric
