"""`python -m salon`."""

from salon.cli import main

main()
