"""The only place that speaks SQL: tables and their queries, the one writer, the event log."""
