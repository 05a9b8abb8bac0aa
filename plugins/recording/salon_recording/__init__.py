"""Recording: a room is recorded, mixed and published as an episode."""
