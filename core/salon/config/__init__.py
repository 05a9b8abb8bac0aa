"""YAML to frozen models; every mistake at once, with its place. The server never writes the file.

Design. The file becomes a tree of YAML nodes, which know their line and column (`document.py`
limits it before anything is built). Environment and command line are laid over it as values with
places of their own (`layers.py`), so that one tree holds, at each setting, the value that wins and
where it came from. pydantic judges that tree, and each of its errors is told at the place of the
value it names (`judge.py`). `loading.py` puts the three together. The core's mistakes are fatal;
a plugin's are kept per plugin, so that the host refuses that plugin and nothing else.
"""

from salon.config.problems import ConfigProblems, Problem
from salon.config.sections import (
    Accounts,
    Config,
    Data,
    Database,
    Limits,
    Logs,
    Media,
    Section,
    Server,
    Tls,
)

__all__ = [
    "Accounts",
    "Config",
    "ConfigProblems",
    "Data",
    "Database",
    "Limits",
    "Logs",
    "Media",
    "Problem",
    "Section",
    "Server",
    "Tls",
]
