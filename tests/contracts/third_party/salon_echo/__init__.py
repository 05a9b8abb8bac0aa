"""A stranger's plugin: it counts what was said and greets."""
