"""A network of its own for a page: a namespace, one cable to this machine, and weather on it.

The kernel makes the weather at the page's end of the cable: nftables draw what is lost, each way
for itself, and a token bucket (`tbf`) at either end holds up what a slow line cannot carry. What a
kernel without netem cannot do, namely jitter, overtaking and doubling, is done by the forwarder of
`salon.testing.line` at this end, to which nftables turn the page's datagrams meanwhile.

The addresses are those that are set aside for measurements (RFC 2544, C.2.2): nothing that is sent
here can leave for anywhere else. Needs root, `ip`, `nft` and `tc`.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from _figures import NotPossible

from salon.testing.line import QUEUE_S, Weather

NUMBERS = range(1, 251)  # so many cables at a time, whoever lays them
PROGRAMS = ("ip", "nft", "tc")
THEIRS = "page"  # the end of a cable in its namespace
OF_A_THOUSAND = 1_000
BUCKET_BYTES = 1_600  # one packet of the greatest size; a smaller bucket would never let it through
RULES = f"""
table netdev weather {{
  counter up_given {{ }}
  counter up_lost {{ }}
  counter down_given {{ }}
  counter down_lost {{ }}
  chain up {{
    type filter hook egress device "{THEIRS}" priority 0;
  }}
  chain down {{
    type filter hook ingress device "{THEIRS}" priority 0;
  }}
}}
table ip turn {{
  chain out {{
    type nat hook output priority -100;
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Carried:
    """How many datagrams were given to one direction of a cable, and how many the rules dropped."""

    given: int
    lost: int

    def since(self, before: "Carried") -> "Carried":
        return Carried(self.given - before.given, self.lost - before.lost)

    @property
    def share_lost(self) -> float:
        return self.lost / max(1, self.given)


class Cable:
    """One that lies (`laid_cable`). `here` is this machine's address on it, `there` the page's."""

    def __init__(self, number: int) -> None:
        self.name = self._ours = f"salon-{number}"  # of the namespace, and of our end
        self.here, self.there = f"198.19.{number}.1", f"198.19.{number}.2"

    def lay(self) -> None:
        run("ip", "link", "add", self._ours, "type", "veth", "peer", THEIRS, "netns", self.name)
        run("ip", "address", "add", f"{self.here}/24", "dev", self._ours)
        run("ip", "link", "set", self._ours, "up")
        self.inside("ip", "address", "add", f"{self.there}/24", "dev", THEIRS)
        for device in ("lo", THEIRS):
            self.inside("ip", "link", "set", device, "up")
        self.inside("nft", "-f", "-", told=RULES)

    def take_away(self) -> None:
        """Take the cable away before its namespace, whose own end goes some time later."""
        with suppress(subprocess.CalledProcessError):  # it was never laid
            run("ip", "link", "delete", self._ours)
        run("ip", "netns", "delete", self.name)

    def program(self, folder: Path, program: str) -> Path:
        """Write a program that is this one inside the namespace; return its place."""
        file = folder / f"{Path(program).name}-{self.name}"
        file.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {program} "$@"\n', "ascii")
        file.chmod(0o755)
        return file

    def change(self, up: Weather, down: Weather) -> None:
        """Lose and hold up datagrams from now on: of each weather `lost` and `kbit_per_s`."""
        lines = ["flush chain netdev weather up", "flush chain netdev weather down"]
        for way, end, weather in (("up", "daddr", up), ("down", "saddr", down)):
            rule = f"add rule netdev weather {way} ip {end} {self.here} meta l4proto udp"
            lines.append(f"{rule} counter name {way}_given")
            if weather.lost:
                lines.append(f"{rule} {_drawn(weather.lost)} counter name {way}_lost drop")
        self.inside("nft", "-f", "-", told="\n".join(lines))
        self.inside("tc", *_queue(THEIRS, up))
        run("tc", *_queue(self._ours, down))

    def cut(self) -> None:
        """Carry nothing at all, either way, until the weather changes."""
        rules = "\n".join(f"add rule netdev weather {way} drop" for way in ("up", "down"))
        self.inside("nft", "-f", "-", told=rules)

    def turn(self, port: int | None) -> None:
        """Have what the page sends from new ports come to this one here; None: where it is sent."""
        lines = ["flush chain ip turn out"]
        if port is not None:
            lines.append(
                f"add rule ip turn out ip daddr {self.here} udp dport != {port} "
                f"dnat to {self.here}:{port}"
            )
        self.inside("nft", "-f", "-", told="\n".join(lines))

    def carried(self) -> tuple[Carried, Carried]:
        """Return what was given and lost so far: up, and down."""
        told = json.loads(self.inside("nft", "-j", "list", "counters"))["nftables"]
        counted = {
            each["counter"]["name"]: each["counter"]["packets"]
            for each in told
            if "counter" in each
        }
        up, down = (Carried(counted[f"{w}_given"], counted[f"{w}_lost"]) for w in ("up", "down"))
        return up, down

    def inside(self, *words: str, told: str = "") -> str:
        """Run a program in the namespace and return what it prints."""
        return run("ip", "netns", "exec", self.name, *words, told=told)


@contextmanager
def laid_cable() -> Iterator[Cable]:
    """Lay a cable into a new namespace, and take both away again. Raises NotPossible."""
    if os.geteuid() != 0:
        raise NotPossible("a network of its own is made by root only")
    for program in PROGRAMS:
        if shutil.which(program) is None:
            raise NotPossible(f"the program `{program}` is not installed")
    cable = _in_a_new_namespace()
    try:
        _lay(cable)
        yield cable
    finally:
        cable.take_away()


def _in_a_new_namespace() -> Cable:
    error = "too many cables lie here"
    for number in NUMBERS:
        cable = Cable(number)
        try:
            run("ip", "netns", "add", cable.name)
        except subprocess.CalledProcessError as refused:  # somebody else's, or not permitted
            error = refused.stderr.strip()
        else:
            return cable
    raise NotPossible(f"no network of its own: {error}")


def _lay(cable: Cable) -> None:
    try:
        cable.lay()
    except subprocess.CalledProcessError as error:
        raise NotPossible(f"no network of its own: {error.stderr.strip()}") from error


def _drawn(share: float) -> str:
    """Return what a rule says to meet this share of datagrams; all of them need no draw."""
    if share >= 1.0:
        return ""
    return f"numgen random mod {OF_A_THOUSAND} < {round(share * OF_A_THOUSAND)}"


def _queue(device: str, weather: Weather) -> list[str]:
    """Return how `tc` makes a device as slow as this: with the queue of a slow line, or none."""
    if weather.kbit_per_s is None:
        return ["qdisc", "replace", "dev", device, "root", "pfifo"]
    rate, waits = f"{weather.kbit_per_s:g}kbit", f"{QUEUE_S * 1_000:g}ms"
    bucket = ["tbf", "rate", rate, "burst", str(BUCKET_BYTES), "latency", waits]
    return ["qdisc", "replace", "dev", device, "root", *bucket]


def run(*words: str, told: str = "") -> str:
    """Run a program and return what it prints. Raises CalledProcessError."""
    return subprocess.run(words, check=True, capture_output=True, text=True, input=told).stdout
