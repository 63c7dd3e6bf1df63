"""The checks: a module per group, each with its table `CHECKS`."""
