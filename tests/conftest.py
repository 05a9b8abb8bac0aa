"""Every test may ask for a server and people."""

pytest_plugins = ["salon.testing.fixtures"]
