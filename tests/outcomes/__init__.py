"""Every outcome of the catalogue, provoked through the sandbox: `provoked.toml` says by which test."""
