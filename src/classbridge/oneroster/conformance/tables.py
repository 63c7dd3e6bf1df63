"""The standard as this check judges by it: collections, required members, vocabularies, what points where.

Required members: the 1.2 OpenAPI files and 1.1's information model, less what Google's own line items leave out
(category, school, grading period). Vocabularies: the same; 1.2's take `ext:` words besides.
"""

import re

from msgspec import Struct

from classbridge.oneroster.models import Version


class Collection(Struct, frozen=True):
    """A collection: its path, the service and entity, and whether 1EdTech's rostering core demands it."""

    name: str
    service: str
    entity: str
    core: bool = False
    versions: tuple[Version, ...] = tuple(Version)

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/{self.name}"


_NEW = (Version.V1_2,)
COLLECTIONS = (
    Collection("orgs", "rostering", "org", core=True),
    Collection("schools", "rostering", "org", core=True),
    Collection("academicSessions", "rostering", "academicSession", core=True),
    Collection("terms", "rostering", "academicSession", core=True),
    Collection("gradingPeriods", "rostering", "academicSession", core=True),
    Collection("courses", "rostering", "course", core=True),
    Collection("classes", "rostering", "class", core=True),
    Collection("users", "rostering", "user", core=True),
    Collection("students", "rostering", "user", core=True),
    Collection("teachers", "rostering", "user", core=True),
    Collection("enrollments", "rostering", "enrollment", core=True),
    Collection("categories", "gradebook", "category"),
    Collection("lineItems", "gradebook", "lineItem"),
    Collection("results", "gradebook", "result"),
    Collection("scoreScales", "gradebook", "scoreScale", versions=_NEW),
    Collection("resources", "resources", "resource"),
    Collection("assessmentLineItems", "gradebook", "assessmentLineItem", versions=_NEW),
    Collection("assessmentResults", "gradebook", "assessmentResult", versions=_NEW),
)
"""Certification's mandatory reads: rostering core, then those of the other modes."""

BY_NAME = {collection.name: collection for collection in COLLECTIONS}
SAMPLED = ("orgs", "academicSessions", "courses", "classes", "users", "enrollments")
"""Where the records that are looked at closely come from."""
GRADEBOOK = ("categories", "lineItems", "results")

_BASE = ("sourcedId", "status", "dateLastModified")
_REQUIRED = {
    "academicSession": ("title", "startDate", "endDate", "type", "schoolYear"),
    "assessmentLineItem": ("title",),
    "assessmentResult": ("assessmentLineItem", "student", "scoreDate", "scoreStatus"),
    "category": ("title",),
    "class": ("title", "course", "school", "terms"),
    "course": ("title", "courseCode"),
    "enrollment": ("user", "class", "school", "role"),
    "lineItem": ("title", "assignDate", "dueDate", "class"),
    "org": ("name", "type"),
    "resource": ("vendorResourceId",),
    "result": ("lineItem", "student", "scoreStatus", "scoreDate"),
    "scoreScale": ("title", "type", "class", "scoreScaleValue"),
    "user": ("enabledUser", "givenName", "familyName"),
}
_REQUIRED_1_1 = {"user": ("username", "role", "orgs")}
_REQUIRED_1_2 = {"user": ("roles",), "org": ("identifier",)}


def required(entity: str, version: Version) -> tuple[str, ...]:
    """The members that a record must have."""
    more = _REQUIRED_1_1 if version is Version.V1_1 else _REQUIRED_1_2
    return (*_BASE, *_REQUIRED[entity], *more.get(entity, ()))


_EXTENSION = re.compile(r"ext:[a-zA-Z0-9._-]+")
_STATUSES = frozenset({"exempt", "fully graded", "not submitted", "partially graded", "submitted"})
_PEOPLE = frozenset({"aide", "guardian", "parent", "proctor", "relative", "student", "teacher"})
_WORDS: dict[tuple[str, str], frozenset[str]] = {
    ("academicSession", "type"): frozenset({"gradingPeriod", "semester", "schoolYear", "term"}),
    ("class", "classType"): frozenset({"homeroom", "scheduled"}),
    ("enrollment", "role"): frozenset({"administrator", "proctor", "student", "teacher"}),
    ("org", "type"): frozenset({"department", "district", "local", "national", "school", "state"}),
    ("result", "scoreStatus"): _STATUSES,
    ("user", "role"): _PEOPLE | {"administrator"},
    ("resource", "importance"): frozenset({"primary", "secondary"}),
}
_NEW_ROLES = {"counselor", "districtAdministrator", "principal", "siteAdministrator", "systemAdministrator"}
_ROLES = _PEOPLE | _NEW_ROLES
WORD_MEMBERS = tuple(_WORDS)


def in_vocabulary(entity: str, member: str, value: object, version: Version) -> bool:
    """Whether a word is one of the standard's; 1.1's vocabularies are closed."""
    words = _WORDS[entity, member]
    return isinstance(value, str) and (value in words or _extended(value, version))


def is_role(value: object) -> bool:
    """Whether a word is a role of 1.2."""
    return isinstance(value, str) and (value in _ROLES or _extended(value, Version.V1_2))


def _extended(value: str, version: Version) -> bool:
    return version is Version.V1_2 and _EXTENSION.fullmatch(value) is not None


REFERENCE_TYPES = {"academicSession": {"term", "gradingPeriod"}, "user": {"student", "teacher"}, "org": {"school"}}
"""What 1.1 may say besides as the type of a reference."""
WHERE = {
    "academicSession": ("rostering", "/academicSessions/{}"),
    "category": ("gradebook", "/categories/{}"),
    "class": ("rostering", "/classes/{}"),
    "course": ("rostering", "/courses/{}"),
    "lineItem": ("gradebook", "/lineItems/{}"),
    "org": ("rostering", "/orgs/{}"),
    "user": ("rostering", "/users/{}"),
}
"""Where a reference to an entity is looked up."""

DISCOVERY = {
    "rostering": (
        "onerosterv1p2rostersservice_openapi3_v1p0.json",
        "imsorv1p2_rostering_openapi3_v1p0.json",
    ),
    "gradebook": (
        "onerosterv1p2gradebookservice_openapi3_v1p0.json",
        "imsorv1p2_gradebook_openapi3_v1p0.json",
    ),
}
"""The discovery documents' names: of the REST binding, and of the certification guide."""
