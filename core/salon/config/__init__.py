"""YAML to frozen models; every mistake at once, with its place. The server never writes the file.

Design. The file becomes a tree of YAML nodes, which know their line and column (`document.py`
limits it before anything is built). Environment and command line are laid over it as values with
places of their own (`layers.py`), so that one tree holds, at each setting, the value that wins and
where it came from; then `{$env: …}` and `{$file: …}` are followed (`references.py`). pydantic
judges that tree, and each of its errors is told at the place of the value it names (`judge.py`).
`loading.py` puts them together. The core's mistakes are fatal; a plugin's are kept per plugin
(`plugin_sections.py`), so that the host refuses that plugin and nothing else. `reference.py` prints
what can be set.
"""

from salon.config.accounts import Accounts
from salon.config.database import Data, Database
from salon.config.files import Files
from salon.config.limits import ROOM_SEATS_MAX, Limits
from salon.config.loading import load, outline
from salon.config.mail import Mail
from salon.config.objects import Objects
from salon.config.problems import ConfigProblems, Place, Problem
from salon.config.section import Section
from salon.config.sections import Config, Logs, Media, Metrics, Server, Tls
from salon.config.turn import Turn

__all__ = [
    "ROOM_SEATS_MAX",
    "Accounts",
    "Config",
    "ConfigProblems",
    "Data",
    "Database",
    "Files",
    "Limits",
    "Logs",
    "Mail",
    "Media",
    "Metrics",
    "Objects",
    "Place",
    "Problem",
    "Section",
    "Server",
    "Tls",
    "Turn",
    "load",
    "outline",
]
