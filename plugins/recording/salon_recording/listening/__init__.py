"""What listeners see without an account: how pages say an episode, and where else it may stand."""
