"""Classroom as the bridge sees it: its records, the port, and the Google adapter."""
