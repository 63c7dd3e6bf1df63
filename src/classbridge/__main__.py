"""`python -m classbridge` is the `classbridge` command."""

from classbridge.cli import main

main()
