"""What the server does, one verb at a time, always for an actor."""
