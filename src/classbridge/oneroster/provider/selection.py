"""What a path selects: conditions on records in the standard's own field names, without any storage in them."""

import re
from collections.abc import Sequence

from msgspec import Struct


class Is(Struct, frozen=True):
    """The record's field (dotted path, OneRoster 1.2 names) is the value; of a list, one of its members is.

    `or_missing` also takes the records that do not have the field.
    """

    path: str
    value: str
    or_missing: bool = False


class Via(Struct, frozen=True):
    """The record's `path` is among the `select` of those `entity` records that meet `where`."""

    path: str
    entity: str
    select: str
    where: "tuple[Condition, ...]"


Condition = Is | Via


class Collection(Struct, frozen=True):
    """A named collection: an entity, or those of its records that meet `where`."""

    entity: str
    where: tuple[Condition, ...] = ()


COLLECTIONS: dict[str, Collection] = {
    "academicSessions": Collection("academicSession"),
    "terms": Collection("academicSession", (Is("type", "term"),)),
    "gradingPeriods": Collection("academicSession", (Is("type", "gradingPeriod"),)),
    "orgs": Collection("org"),
    "schools": Collection("org", (Is("type", "school"),)),
    "courses": Collection("course"),
    "classes": Collection("class"),
    "users": Collection("user"),
    "students": Collection("user", (Is("roles.role", "student"),)),
    "teachers": Collection("user", (Is("roles.role", "teacher"),)),
    "enrollments": Collection("enrollment"),
    "demographics": Collection("demographics"),
    "resources": Collection("resource"),
    "categories": Collection("category"),
    "lineItems": Collection("lineItem"),
    "results": Collection("result"),
    "scoreScales": Collection("scoreScale"),
    "assessmentLineItems": Collection("assessmentLineItem"),
    "assessmentResults": Collection("assessmentResult"),
}
"""Each collection of the standard by its name in a path."""

_ACTIVE = Is("status", "active")


def _members(role: str, class_id: str) -> Via:
    where = (Is("class.sourcedId", class_id), Is("role", role), _ACTIVE)
    return Via("sourcedId", "enrollment", "user.sourcedId", where)


def _classes_of(*role: Is) -> Via:
    return Via("sourcedId", "enrollment", "class.sourcedId", (Is("user.sourcedId", "{0}"), *role, _ACTIVE))


def _class_of_school(path: str) -> Via:
    return Via(path, "class", "sourcedId", (Is("sourcedId", "{1}"), Is("school.sourcedId", "{0}")))


def _members_at_school(role: str) -> Via:
    where = (Is("role", role), _ACTIVE, _class_of_school("class.sourcedId"))
    return Via("sourcedId", "enrollment", "user.sourcedId", where)


def _resources_of(entity: str) -> Via:
    return Via("sourcedId", entity, "resources.sourcedId", (Is("sourcedId", "{0}"),))


_RESULT_OF_CLASS = Via("lineItem.sourcedId", "lineItem", "sourcedId", (Is("class.sourcedId", "{0}"),))

RELATIONS: dict[str, tuple[Condition, ...]] = {
    "schools/*/courses": (Is("org.sourcedId", "{0}"),),
    "schools/*/classes": (Is("school.sourcedId", "{0}"),),
    "schools/*/enrollments": (Is("school.sourcedId", "{0}"),),
    "schools/*/students": (Is("roles.role@org", "student@{0}"),),
    "schools/*/teachers": (Is("roles.role@org", "teacher@{0}"),),
    "schools/*/terms": (Via("sourcedId", "class", "terms.sourcedId", (Is("school.sourcedId", "{0}"),)),),
    "schools/*/classes/*/enrollments": (_class_of_school("class.sourcedId"),),
    "schools/*/classes/*/students": (_members_at_school("student"),),
    "schools/*/classes/*/teachers": (_members_at_school("teacher"),),
    "terms/*/classes": (Is("terms.sourcedId", "{0}"),),
    "terms/*/gradingPeriods": (Is("parent.sourcedId", "{0}"),),
    "courses/*/classes": (Is("course.sourcedId", "{0}"),),
    "students/*/classes": (_classes_of(Is("role", "student")),),
    "teachers/*/classes": (_classes_of(Is("role", "teacher")),),
    "users/*/classes": (_classes_of(),),
    "classes/*/students": (_members("student", "{0}"),),
    "classes/*/teachers": (_members("teacher", "{0}"),),
    "classes/*/categories": (Is("metadata.classId", "{0}", or_missing=True),),
    "classes/*/lineItems": (Is("class.sourcedId", "{0}"),),
    "classes/*/results": (_RESULT_OF_CLASS,),
    "classes/*/lineItems/*/results": (Is("lineItem.sourcedId", "{1}"), _RESULT_OF_CLASS),
    "classes/*/students/*/results": (Is("student.sourcedId", "{1}"), _RESULT_OF_CLASS),
    "classes/*/scoreScales": (Is("class.sourcedId", "{0}"),),
    "schools/*/scoreScales": (Via("class.sourcedId", "class", "sourcedId", (Is("school.sourcedId", "{0}"),)),),
    "classes/*/resources": (_resources_of("class"),),
    "courses/*/resources": (_resources_of("course"),),
    "users/*/resources": (_resources_of("user"),),
}
"""What a nested path asks of its records, by the path with `*` for each sourcedId, which is `{0}`, `{1}` here."""

POSTED: dict[str, dict[str, int]] = {
    "classes/*/lineItems": {"class_": 0},
    "schools/*/lineItems": {"school": 0},
    "lineItems/*/results": {"line_item": 0},
    "classes/*/academicSessions/*/results": {"class_": 0},
}
"""The references that a POST's path gives each of its records: the member, and which sourcedId of the path."""

DEPENDENTS: dict[str, dict[str, str]] = {
    "lineItem": {"result": "lineItem.sourcedId"},
    "assessmentLineItem": {"assessmentResult": "assessmentLineItem.sourcedId"},
}
"""The records that go when a record goes: by entity, the field that points to it."""


def shape(path: str) -> str:
    """The path without its leading slash and with `*` for each parameter."""
    return re.sub(r"\{[^}]*\}", "*", path.strip("/"))


def bind(conditions: Sequence[Condition], ids: Sequence[str]) -> tuple[Condition, ...]:
    """The conditions with each `{n}` replaced by the path's n-th sourcedId."""
    return tuple(_bind(condition, ids) for condition in conditions)


def _bind(condition: Condition, ids: Sequence[str]) -> Condition:
    if isinstance(condition, Via):
        return Via(condition.path, condition.entity, condition.select, bind(condition.where, ids))
    for number, value in enumerate(ids):
        if condition.value.endswith(marker := f"{{{number}}}"):
            bound = condition.value.removesuffix(marker) + value
            return Is(condition.path, bound, condition.or_missing)
    return condition
