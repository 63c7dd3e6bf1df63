"""What kind of value each member of an entity is, read once from the model's own types."""

import types
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from classbridge.oneroster.models import Record, Version

Kind = Literal["text", "flag", "moment", "day", "number", "choice", "struct", "list", "open"]

_KINDS: dict[Any, Kind] = {
    str: "text",
    bool: "flag",
    datetime: "moment",
    date: "day",
    Decimal: "number",
}


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One member: its attribute, its name on the wire, its kind and whether a record needs it."""

    attribute: str
    name: str
    kind: Kind
    required: bool
    struct: type[msgspec.Struct] | None = None
    item: "Member | None" = None


@cache
def members(struct: type[msgspec.Struct]) -> tuple[Member, ...]:
    """Return the members of a Struct in their declared order."""
    hints = get_type_hints(struct, include_extras=False)
    return tuple(
        _member(field.name, field.encode_name, hints[field.name], required=field.required)
        for field in msgspec.structs.fields(struct)
    )


def _member(attribute: str, name: str, hint: Any, *, required: bool) -> Member:
    hint = _bare(hint)
    if get_origin(hint) is list:
        item = _member(attribute, name, get_args(hint)[0], required=True)
        return Member(attribute=attribute, name=name, kind="list", required=required, item=item)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return Member(attribute=attribute, name=name, kind="struct", required=required, struct=hint)
    kind: Kind = "choice" if get_origin(hint) is Literal else _KINDS.get(hint, "open")
    return Member(attribute=attribute, name=name, kind=kind, required=required)


def _bare(hint: Any) -> Any:
    """Strip Optional and Annotated from a type."""
    if get_origin(hint) is Annotated:
        return _bare(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        return _bare(next(arg for arg in get_args(hint) if arg is not type(None)))
    return hint


ref_types = {
    "agents": "user",
    "academic_session": "academicSession",
    "assessment_line_item": "assessmentLineItem",
    "category": "category",
    "class_": "class",
    "course": "course",
    "grading_period": "academicSession",
    "line_item": "lineItem",
    "org": "org",
    "orgs": "org",
    "parent_assessment_line_item": "assessmentLineItem",
    "primary_org": "org",
    "resources": "resource",
    "school": "org",
    "school_year": "academicSession",
    "score_scale": "scoreScale",
    "student": "user",
    "terms": "academicSession",
    "user": "user",
}
"""The GUIDRef type that a member's name implies; `parent` and `children` point to the entity itself."""

collections = {
    "academicSession": "academicSessions",
    "assessmentLineItem": "assessmentLineItems",
    "assessmentResult": "assessmentResults",
    "category": "categories",
    "class": "classes",
    "course": "courses",
    "demographics": "demographics",
    "enrollment": "enrollments",
    "lineItem": "lineItems",
    "org": "orgs",
    "resource": "resources",
    "result": "results",
    "scoreScale": "scoreScales",
    "user": "users",
}
"""Each type's collection: the path below the service root and the member of the collection envelope."""

services = {
    "assessmentLineItem": "gradebook",
    "assessmentResult": "gradebook",
    "category": "gradebook",
    "lineItem": "gradebook",
    "resource": "resources",
    "result": "gradebook",
    "scoreScale": "gradebook",
}
"""The 1.2 service that serves a type; what is not listed belongs to rostering."""

_UNKNOWN_IN_REST = {"scoreScale": {"org"}}
_UNKNOWN_IN_1_1 = {
    "category": {"weight"},
    "lineItem": {"academic_session", "school", "score_scale", "learning_objective_set"},
    "result": {
        "class_",
        "text_score",
        "score_scale",
        "learning_objective_set",
        "in_progress",
        "incomplete",
        "late",
        "missing",
    },
    "user": {
        "roles",
        "primary_org",
        "user_master_identifier",
        "preferred_first_name",
        "preferred_middle_name",
        "preferred_last_name",
        "pronouns",
        "user_profiles",
        "resources",
    },
}

NEW_IN_1_2 = {"assessmentLineItem", "assessmentResult", "scoreScale"}
"""The entities that 1.1 does not have."""


@cache
def written(entity: str, struct: type[Record], version: Version) -> tuple[Member, ...]:
    """Return the members that a version of the standard can say about an entity."""
    unknown = _UNKNOWN_IN_REST.get(entity, set())
    if version is Version.V1_1:
        unknown = unknown | _UNKNOWN_IN_1_1.get(entity, set())
    return tuple(member for member in members(struct) if member.attribute not in unknown)
