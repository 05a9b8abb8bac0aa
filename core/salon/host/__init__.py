"""Finds, checks, starts, calls, contains and stops plugins.

Foreign code runs under `contain.Guard` and nowhere else. A plugin's way: discovered (discovery),
checked (checks, declarations), built and migrated (admission), then it runs as a `Resident` of the
`Host`, which asks it (hooks) and tells it (inbox).
"""

from salon.host.contain import PluginFailed
from salon.host.discovery import Discovered, discover
from salon.host.host import Host, KindStatus
from salon.host.status import PluginState, PluginStatus

__all__ = [
    "Discovered",
    "Host",
    "KindStatus",
    "PluginFailed",
    "PluginState",
    "PluginStatus",
    "discover",
]
