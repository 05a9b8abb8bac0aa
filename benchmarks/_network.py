"""A network of its own for whoever attacks: a namespace with one cable to this machine.

The addresses are those that are set aside for measurements (RFC 2544, C.2.2): nothing that is sent
here can leave for anywhere else.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from _figures import NotPossible

NAME = "salon-attack"
OURS, THEIRS = "salon-a0", "salon-a1"
SERVER, ATTACKER = "198.18.0.1", "198.18.0.2"
MORE_ATTACKERS = tuple(f"198.18.0.{last}" for last in range(3, 11))
MTU_BYTES = 9_000  # so that a datagram over the server's limit is one packet


@contextmanager
def attackers_network() -> Iterator[None]:
    """Make it, and take it away again. Raises NotPossible without the rights or the program."""
    if os.geteuid() != 0:
        raise NotPossible("a network of its own is made by root only")
    if shutil.which("ip") is None:
        raise NotPossible("the program `ip` is not installed (Debian: iproute2)")
    try:
        _ip("netns", "add", NAME)  # refused while another attack has it
    except subprocess.CalledProcessError as error:
        raise NotPossible(f"no network of its own: {error.stderr.strip()}") from error
    try:
        _lay_cable()
        yield
    finally:
        subprocess.run(["ip", "netns", "delete", NAME], check=True)


def _lay_cable() -> None:
    _ip("link", "add", OURS, "type", "veth", "peer", "name", THEIRS, "netns", NAME)
    _ip("link", "set", OURS, "mtu", str(MTU_BYTES), "up")
    _ip("address", "add", f"{SERVER}/24", "dev", OURS)
    # The attacker writes the addresses of people on this machine into its packets.
    for setting, value in (("accept_local", "1"), ("rp_filter", "0")):
        Path(f"/proc/sys/net/ipv4/conf/{OURS}/{setting}").write_text(value, "ascii")
    for address in (ATTACKER, *MORE_ATTACKERS):
        _ip("-n", NAME, "address", "add", f"{address}/24", "dev", THEIRS)
    _ip("-n", NAME, "link", "set", THEIRS, "mtu", str(MTU_BYTES), "up")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def ports_in_use(address: str) -> list[int]:
    """Return the UDP ports that somebody on this machine has at an address of IPv4."""
    kernels = int.from_bytes(bytes(map(int, address.split("."))), "little")
    lines = Path("/proc/net/udp").read_text("ascii").splitlines()[1:]
    local = (line.split()[1].partition(":") for line in lines)
    return [int(port, 16) for host, _, port in local if int(host, 16) == kernels]
