"""Open files: connections over TCP and queues of addresses are some, and a process may have few.

With the usual limit, strangers' connections would leave none for the database where the relay runs
in the core.
"""

import resource

FILES = 4_096  # connections and queues are a third of it


def allow_files() -> None:
    """Raise this process's limit as far as is needed and may be."""
    may, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    if may != resource.RLIM_INFINITY and may < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
