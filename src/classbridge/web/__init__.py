"""Pages, REST API, sign-in and static files."""
