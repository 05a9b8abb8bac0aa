"""Events: rooms at a time that is known before, once or again and again."""
