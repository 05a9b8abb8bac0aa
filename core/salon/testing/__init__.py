"""People with real sockets, on a real server in this process: for our tests and plugin authors'.

`pytest_plugins = ["salon.testing.fixtures"]` in the top conftest.py gives `server`, `owner`,
`host`, `alice` and `bob`, and `browsers` for them; `@pytest.mark.plugin(MyPlugin, setting=…)` makes
a plugin run (without settings: `@pytest.mark.plugin.with_args(MyPlugin)`, since pytest takes a lone
class for what is marked).
"""

from salon.testing.clock import PushedClock
from salon.testing.person import Person, Refused
from salon.testing.server import Server

__all__ = ["Person", "PushedClock", "Refused", "Server"]
