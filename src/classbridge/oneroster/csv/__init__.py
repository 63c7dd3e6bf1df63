"""OneRoster CSV packages (CSV binding 1.1 and 1.2): a folder or a zip of files with a manifest."""
