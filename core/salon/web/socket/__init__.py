"""The socket between a browser and the server; docs/protocol.md says what goes over it."""
