"""The OneRoster standard, usable alone: models, codecs, client, provider. Knows nothing of classbridge.

The names below are what a program needs to read and write a server; each is imported when first used, so that
importing one part costs nothing of the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from classbridge.oneroster.ask import path_of
    from classbridge.oneroster.auth import BearerToken, ClientCredentials
    from classbridge.oneroster.client import Client
    from classbridge.oneroster.connection import connect
    from classbridge.oneroster.discovery import Discovered, discover
    from classbridge.oneroster.errors import NotFound, OneRosterError, RecordError
    from classbridge.oneroster.models import (
        AcademicSession,
        AssessmentLineItem,
        AssessmentResult,
        Category,
        Class,
        Course,
        Demographics,
        Enrollment,
        LineItem,
        Org,
        Record,
        Ref,
        Resource,
        Result,
        ScoreScale,
        User,
        Version,
    )
    from classbridge.oneroster.options import Options
    from classbridge.oneroster.position import Position
    from classbridge.oneroster.query import where
    from classbridge.oneroster.reader import Collection
    from classbridge.oneroster.roots import Roots
    from classbridge.oneroster.stream import Stream
    from classbridge.oneroster.transport import Transport
    from classbridge.oneroster.watermark import WatermarkFile, Watermarks

_PLACES = {
    "ask": ("path_of",),
    "auth": ("BearerToken", "ClientCredentials"),
    "client": ("Client",),
    "connection": ("connect",),
    "discovery": ("Discovered", "discover"),
    "errors": ("NotFound", "OneRosterError", "RecordError"),
    "models": (
        "AcademicSession",
        "AssessmentLineItem",
        "AssessmentResult",
        "Category",
        "Class",
        "Course",
        "Demographics",
        "Enrollment",
        "LineItem",
        "Org",
        "Record",
        "Ref",
        "Resource",
        "Result",
        "ScoreScale",
        "User",
        "Version",
    ),
    "options": ("Options",),
    "position": ("Position",),
    "query": ("where",),
    "reader": ("Collection",),
    "roots": ("Roots",),
    "stream": ("Stream",),
    "transport": ("Transport",),
    "watermark": ("WatermarkFile", "Watermarks"),
}
_place_of = {name: module for module, names in _PLACES.items() for name in names}

__all__ = [
    "AcademicSession",
    "AssessmentLineItem",
    "AssessmentResult",
    "BearerToken",
    "Category",
    "Class",
    "Client",
    "ClientCredentials",
    "Collection",
    "Course",
    "Demographics",
    "Discovered",
    "Enrollment",
    "LineItem",
    "NotFound",
    "OneRosterError",
    "Options",
    "Org",
    "Position",
    "Record",
    "RecordError",
    "Ref",
    "Resource",
    "Result",
    "Roots",
    "ScoreScale",
    "Stream",
    "Transport",
    "User",
    "Version",
    "WatermarkFile",
    "Watermarks",
    "connect",
    "discover",
    "path_of",
    "where",
]


def __getattr__(name: str) -> Any:
    if name not in _place_of:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_place_of[name]}"), name)
