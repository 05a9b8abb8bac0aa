"""Planned moves: people go to other sockets while those they came by are still open.

An ICE restart for each (RFC 8445, 2.4): a new offer with other addresses and credentials, the same
handshake and keys. The first check under them takes the sound along, and nothing is missed
(measured: no sample was concealed). Who does not follow is lost when the old sockets are closed,
with a goodbye, and comes back by the usual way.
"""

from collections.abc import Callable, Iterable

from salon.relay.peer import Peer, PeerState
from salon.relay.port import Port
from salon.relay.tcp import TcpPort

MOVE_S = 10.0  # from the last offer until what is left behind is closed
OFFERS_PER_TICK = 20  # 0.2 ms each, in which nobody else is heard


class Moves:
    """Owns who is still to be asked, and when what they leave is closed."""

    def __init__(self, port: Port, tcp: TcpPort, ask: Callable[[Peer], None]) -> None:
        self._port = port
        self._tcp = tcp
        self._ask = ask
        self._waiting: dict[Peer, None] = {}
        self._until_s: float | None = None

    def begin(self, peers: Iterable[Peer], now_s: float, *, everybody: bool) -> None:
        """Ask those who are on sockets that close, or everybody who is connected."""
        self._until_s = now_s + MOVE_S
        for peer in peers:
            is_asked = everybody or peer.credentials_there is not None
            if peer.state is PeerState.CONNECTED and (is_asked or self._is_leaving(peer)):
                self._waiting[peer] = None

    def connected(self, peer: Peer) -> None:
        """Ask also whoever has only just come in by an offer of before, while others are asked."""
        if self._until_s is not None and self._is_leaving(peer):
            self._waiting[peer] = None

    def _is_leaving(self, peer: Peer) -> bool:
        sender = None if peer.path is None else peer.path[0]
        return self._port.is_leaving(sender) or self._tcp.is_leaving(sender)

    def tick(self, peers: Iterable[Peer], now_s: float) -> None:
        """Ask some of those who wait; ten seconds after the last, close what they left."""
        if self._until_s is None:
            return
        for peer in list(self._waiting)[:OFFERS_PER_TICK]:
            del self._waiting[peer]
            self._until_s = now_s + MOVE_S
            if peer.state is PeerState.CONNECTED:
                self._ask(peer)
        if now_s >= self._until_s:
            self._until_s = None
            for peer in [peer for peer in peers if self._is_leaving(peer)]:
                peer.stay_behind()
            self._port.leave()
