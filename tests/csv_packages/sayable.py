"""Records cut down to what a CSV package of a version can say: what must come back from one unchanged."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import strategies as st

from classbridge.oneroster.models import (
    Category,
    LearningObjectiveResults,
    LearningObjectives,
    LineItem,
    Record,
    Ref,
    Role,
    ScoreScale,
    ScoreScaleValue,
    User,
    UserId,
    Version,
    type_of,
)
from tests.oneroster.strategies import TEXTS, Strategy, records

IDS = st.text("0123456789azAZ._/@-", min_size=1, max_size=12)
LINES = TEXTS.map(lambda text: text.replace("\r", "_").replace("\n", "_"))
EXTENSIONS = st.dictionaries(LINES, LINES, max_size=2)
IN_1_1 = [
    "category",
    "class",
    "course",
    "org",
    "academicSession",
    "user",
    "enrollment",
    "demographics",
    "lineItem",
]
IN_1_1 += ["result", "resource"]
ENTITIES = {Version.V1_1: IN_1_1, Version.V1_2: [*IN_1_1, "scoreScale"]}
_REQUIRED: dict[str, Any] = {
    "academic_session": Ref(sourced_id="s"),
    "assign_date": datetime(2026, 9, 1, tzinfo=UTC),
    "category": Ref(sourced_id="c"),
    "class_": Ref(sourced_id="k"),
    "class_type": "scheduled",
    "course": Ref(sourced_id="o"),
    "due_date": datetime(2026, 9, 2, tzinfo=UTC),
    "grading_period": Ref(sourced_id="g"),
    "org": Ref(sourced_id="d"),
    "result_value_max": Decimal(10),
    "result_value_min": Decimal(0),
    "school": Ref(sourced_id="e"),
    "school_year": "2027",
    "score": Decimal(1),
    "score_date": date(2026, 9, 3),
    "username": "someone",
}
_WHERE = {
    "academicSession": ["school_year"],
    "class": ["class_type", "course", "school"],
    "course": ["org"],
    "enrollment": ["school"],
    "lineItem": ["assign_date", "due_date", "category", "result_value_min", "result_value_max"],
    "result": ["score_date", "score"],
    "scoreScale": ["class_", "course", "org"],
    "user": ["username"],
}
_ENTITY = {struct: entity for entity, struct in type_of.items()}


def strategy(entity: str, version: Version) -> Strategy:
    """Records of an entity, as a package of a version says them."""
    made = records(entity, version, texts=LINES, ids_of=lambda _: IDS, extensions=EXTENSIONS)
    return made.map(lambda record: cut(record, version))


def cut(record: Record, version: Version) -> Record:
    """What a delta package says of a record."""
    values = {name: _plain(value) for name, value in msgspec.structs.asdict(record).items()}
    for name in _WHERE.get(_ENTITY[type(record)], []):
        if values[name] is None:
            values[name] = _REQUIRED[name]
    if "children" in values:
        values["children"] = []
    values["date_last_modified"] = record.date_last_modified or datetime(2026, 8, 1, tzinfo=UTC)
    if "terms" in values:
        values["terms"] = values["terms"] or [Ref(sourced_id="t")]
    _special(record, values, version)
    return type(record)(**values)


def _plain(value: Any) -> Any:
    """Without href and type of references, commas inside lists, repeated items."""
    if isinstance(value, Ref):
        return Ref(sourced_id=value.sourced_id)
    if isinstance(value, list) and value and isinstance(value[0], Ref):
        return [Ref(sourced_id=one) for one in dict.fromkeys(ref.sourced_id for ref in value)]
    if isinstance(value, list) and value and isinstance(value[0], str):
        return [text for text in (one.replace(",", "").strip() for one in value) if text]
    return value


def _special(record: Record, values: dict[str, Any], version: Version) -> None:
    if isinstance(record, Category) and record.weight is not None:
        values["weight"] = Decimal(round(record.weight))
    if isinstance(record, LineItem):
        _line_item(values, version)
    if isinstance(record, User):
        _user(record, values, version)
    if isinstance(record, ScoreScale):
        pairs = [(_word(one.left), _word(one.right)) for one in record.score_scale_value]
        values["score_scale_value"] = [ScoreScaleValue(left=left, right=right) for left, right in pairs]
    if "learning_objective_set" in values:
        values["learning_objective_set"] = _objectives(values["learning_objective_set"])


def _line_item(values: dict[str, Any], version: Version) -> None:
    for name in ("assign_date", "due_date"):
        values[name] = values[name].replace(hour=0, minute=0, second=0, microsecond=0)
    kept, other = "academic_session", "grading_period"
    if version is Version.V1_1:
        kept, other = other, kept
    else:
        values["school"] = values["school"] or _REQUIRED["school"]
    values[kept], values[other] = values[kept] or _REQUIRED[kept], None


def _user(user: User, values: dict[str, Any], version: Version) -> None:
    pairs = [(_word(one.type), _word(one.identifier)) for one in user.user_ids]
    values["user_ids"] = [UserId(type=type_, identifier=identifier) for type_, identifier in pairs]
    profiles = {f"p{number}": one for number, one in enumerate(user.user_profiles)}
    values["user_profiles"] = [
        {**one, "profileId": name, "credentials": (one.get("credentials") or [{"type": "t", "username": "u"}])[:1]}
        for name, one in profiles.items()
    ]
    roles = [_role(role, list(profiles)) for role in user.roles]
    if version is Version.V1_2:
        roles = [role for role in roles if role.role != "administrator"]  # 1.2 has three others in its place
    if version is Version.V1_1:
        roles = roles or [Role(role="student", org=Ref(sourced_id="d"))]
    values["roles"] = list(dict.fromkeys(roles))


def _role(role: Role, profiles: list[str]) -> Role:
    named = profiles[0] if role.user_profile and profiles else None
    return msgspec.structs.replace(role, org=Ref(sourced_id=role.org.sourced_id), user_profile=named)


def _objectives(sets: list[Any]) -> list[Any]:
    """One set for each source, in which no objective has the same outcome twice."""
    found: dict[str, list[Any]] = {}
    for one in sets:
        inside = (
            one.learning_objective_ids if isinstance(one, LearningObjectives) else one.learning_objective_results
        )
        into = found.setdefault(one.source, [])
        for objective in inside:
            if objective not in into:
                into.append(objective)
    outcomes = any(isinstance(one, LearningObjectiveResults) for one in sets)
    return [
        LearningObjectiveResults(source=source, learning_objective_results=inside)
        if outcomes
        else LearningObjectives(source=source, learning_objective_ids=inside)
        for source, inside in found.items()
        if inside
    ]


def _word(text: str) -> str:
    return "".join(sign for sign in text if sign not in ":{},").strip() or "x"
