"""A stand-in for Google Classroom that speaks the Classroom API v1 over a made-up district.

Google's own client library works against it unchanged. What it offers is in `methods.toml`.
"""

from classbridge.sandbox.classroom.control import ClassroomControl
from classbridge.sandbox.classroom.server import ClassroomServer

__all__ = ["ClassroomControl", "ClassroomServer"]
