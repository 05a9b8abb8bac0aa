"""Several processes test on one machine, of one run or of more: none gets a port of another's."""

import subprocess
import sys

from salon.testing.server import SHARE, free_port

NAMES_ALL = f"""
from salon.testing.server import free_port
print(*(free_port() for _ in range({SHARE})))
"""


def test_another_process_is_given_none_of_the_ports_of_this_one() -> None:
    ours = {free_port() for _ in range(SHARE)}
    named = subprocess.run([sys.executable, "-c", NAMES_ALL], check=True, stdout=subprocess.PIPE)
    theirs = {int(port) for port in named.stdout.split()}
    assert not ours & theirs
