"""The gateway: a WebSocket over which a bot is told what happens."""
