"""The Classroom API v1 behind the port."""
