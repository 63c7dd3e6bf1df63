"""The files of links: rows that the model keeps inside the record they belong to.

`into` adds a row to its owner's object of REST 1.2; `out_of` gives, for a record, what its rows must say. The
link's own sourcedId, status and whatever else the model does not have stay in the row alone (`links`).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from classbridge.oneroster.csv.cells import text_of
from classbridge.oneroster.csv.links import Cells
from classbridge.oneroster.models import Class, Course, LineItem, Record, Result, User

Wire = dict[str, Any]


class Fold(Struct, frozen=True):
    """A file of links: the column that names the owner, the columns that the model has, and its attribute."""

    file: str
    attribute: str
    owner_file: str
    owner: str
    columns: tuple[str, ...]
    into: Callable[[Wire, Cells], None]
    out_of: Callable[[Any], Iterator[Cells]]


def _resource_into(wire: Wire, row: Cells) -> None:
    refs = wire.setdefault("resources", [])
    ref = {"sourcedId": row["resourceSourcedId"]}
    if ref not in refs:
        refs.append(ref)


def _resources_of(record: Course | Class | User) -> Iterator[Cells]:
    for ref in record.resources:
        yield {"resourceSourcedId": ref.sourced_id}


def _role_into(wire: Wire, row: Cells) -> None:
    role = {name: row[name] for name in ("role", "roleType", "beginDate", "endDate") if row[name]}
    if row["userProfileSourcedId"]:
        role["userProfile"] = row["userProfileSourcedId"]
    wire.setdefault("roles", []).append({**role, "org": {"sourcedId": row["orgSourcedId"]}})


def _roles_of(user: User) -> Iterator[Cells]:
    for role in user.roles:
        yield {
            "roleType": role.role_type,
            "role": role.role,
            "beginDate": text_of(role.begin_date),
            "endDate": text_of(role.end_date),
            "orgSourcedId": role.org.sourced_id,
            "userProfileSourcedId": role.user_profile or "",
        }


PROFILE_MEMBERS = ("profileType", "vendorId", "applicationId", "description")


def _profile_into(wire: Wire, row: Cells) -> None:
    profile: Wire = {"profileId": row["sourcedId"], **{name: row[name] for name in PROFILE_MEMBERS if row[name]}}
    credential = {"type": row["credentialType"], "username": row["username"]}
    if any(credential.values()):
        profile["credentials"] = [{name: value for name, value in credential.items() if value}]
    wire.setdefault("userProfiles", []).append(profile)


def _profiles_of(user: User) -> Iterator[Cells]:
    for profile in user.user_profiles:
        credential = next(iter(profile.get("credentials") or [{}]))
        yield {
            "sourcedId": text_of(profile.get("profileId")),
            **{name: text_of(profile.get(name)) for name in PROFILE_MEMBERS},
            "credentialType": text_of(credential.get("type")),
            "username": text_of(credential.get("username")),
        }


def _scale_into(wire: Wire, row: Cells) -> None:
    wire.setdefault("scoreScale", {"sourcedId": row["scoreScaleSourcedId"]})


def _scale_of(record: LineItem | Result) -> Iterator[Cells]:
    if record.score_scale:
        yield {"scoreScaleSourcedId": record.score_scale.sourced_id}


def _set_of(wire: Wire, source: str, inside: str) -> list[Any]:
    """The list of one source's learning objectives, made where there is none yet."""
    sets = wire.setdefault("learningObjectiveSet", [])
    found = next((one for one in sets if one["source"] == source), None)
    if found is None:
        found = {"source": source, inside: []}
        sets.append(found)
    inner: list[Any] = found[inside]
    return inner


def _objective_into(wire: Wire, row: Cells) -> None:
    _set_of(wire, row["source"], "learningObjectiveIds").append(row["learningObjectiveId"])


def _objectives_of(item: LineItem) -> Iterator[Cells]:
    for one in item.learning_objective_set:
        for objective in one.learning_objective_ids:
            yield {"source": one.source, "learningObjectiveId": objective}


_OBJECTIVE = ("learningObjectiveId", "score", "textScore")


def _outcome_into(wire: Wire, row: Cells) -> None:
    outcome = {name: row[name] for name in _OBJECTIVE if row[name]}
    _set_of(wire, row["source"], "learningObjectiveResults").append(outcome)


def _outcomes_of(result: Result) -> Iterator[Cells]:
    for one in result.learning_objective_set:
        for outcome in one.learning_objective_results:
            values = (outcome.learning_objective_id, outcome.score, outcome.text_score)
            texts = zip(_OBJECTIVE, map(text_of, values), strict=True)
            yield {"source": one.source, **dict(texts)}


_PROFILE = ("sourcedId", *PROFILE_MEMBERS, "credentialType", "username")
_ROLE = ("roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId")
_SCALE = ("scoreScaleSourcedId",)
_RESOURCE = ("resourceSourcedId",)

_FOLDS = [
    Fold("classResources", "resources", "classes", "classSourcedId", _RESOURCE, _resource_into, _resources_of),
    Fold("courseResources", "resources", "courses", "courseSourcedId", _RESOURCE, _resource_into, _resources_of),
    Fold("userProfiles", "user_profiles", "users", "userSourcedId", _PROFILE, _profile_into, _profiles_of),
    Fold("roles", "roles", "users", "userSourcedId", _ROLE, _role_into, _roles_of),
    Fold("userResources", "resources", "users", "userSourcedId", _RESOURCE, _resource_into, _resources_of),
    Fold("lineItemScoreScales", "score_scale", "lineItems", "lineItemSourcedId", _SCALE, _scale_into, _scale_of),
    Fold(
        *("lineItemLearningObjectiveIds", "learning_objective_set", "lineItems", "lineItemSourcedId"),
        ("source", "learningObjectiveId"),
        _objective_into,
        _objectives_of,
    ),
    Fold("resultScoreScales", "score_scale", "results", "resultSourcedId", _SCALE, _scale_into, _scale_of),
    Fold(
        *("resultLearningObjectiveIds", "learning_objective_set", "results", "resultSourcedId"),
        ("source", *_OBJECTIVE),
        _outcome_into,
        _outcomes_of,
    ),
]

FOLDS: Mapping[str, Fold] = {fold.file: fold for fold in _FOLDS}
"""Every file of links."""


def folds_of(file: str) -> list[Fold]:
    """The files of links that belong to a file of records."""
    return [fold for fold in FOLDS.values() if fold.owner_file == file]


def said(fold: Fold, record: Record) -> list[Cells]:
    """What the rows of a record must say, each once."""
    rows = fold.out_of(record)
    return [dict(pairs) for pairs in dict.fromkeys(tuple(row.items()) for row in rows)]
