"""The REST API: one table of addresses, and what each does."""
