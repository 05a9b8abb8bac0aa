"""Sports rooms: matches with teams, score, clock and timeline."""
