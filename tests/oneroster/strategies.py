"""Hypothesis strategies for records of every entity, read from the model's own types.

`records(entity)` is anything that the model holds; `records(entity, Version.V1_1)` only what OneRoster 1.1 can
say (`NEW_IN_1_2` lists what 1.2 brought). A new member of the model is generated without a line here.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from classbridge.oneroster.models import Record, Ref, Role, Version, type_of

Strategy = st.SearchStrategy[Any]
IdsOf = Callable[[str], Strategy]

_TRAPS = [
    "null",
    "true",
    "1",
    "007",
    "1e3",
    "NaN",
    "2026-09-01",
    "O'Brien",
    "a,b",
    'say "hi"',
    "=1+1",
    " x ",
    "Å 50%_\\",
]
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
"""Any text but an empty one (which means "absent") and NUL (which no database keeps); often a telling one."""
TEXTS |= st.sampled_from(_TRAPS)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - hypothesis wants naive bounds
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000, fold=0)
)
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))
_PLAIN = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
)
EXTENSIONS = st.dictionaries(
    TEXTS,
    st.recursive(
        _PLAIN | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=5),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
        max_leaves=4,
    ),
    max_size=3,
)
"""What `metadata` may hold: any JSON object."""

_ROLES_1_1 = ["administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher"]
_NEW_ROLES = ["counselor", "districtAdministrator", "principal", "siteAdministrator", "systemAdministrator"]
_SCORE_STATUS = ["exempt", "fully graded", "not submitted", "partially graded", "submitted"]
_VOCABULARY: dict[str, tuple[list[str], list[str]]] = {
    "academicSession.type": (["gradingPeriod", "semester", "schoolYear", "term"], ["ext:block_2"]),
    "academicSession.schoolYear": (["1999", "2026", "2027"], []),
    "class.classType": (["homeroom", "scheduled"], ["ext:club"]),
    "demographics.sex": (["male", "female"], ["unspecified", "other", "ext:x"]),
    "enrollment.role": (["administrator", "proctor", "student", "teacher"], ["ext:guest"]),
    "org.type": (["department", "district", "local", "national", "school", "state"], ["ext:team"]),
    "user.role": (_ROLES_1_1, [*_NEW_ROLES, "ext:coach"]),
    "user.roleType": (["primary"], ["secondary"]),
    "resource.roles": (_ROLES_1_1, ["ext:coach"]),
    "resource.importance": (["primary", "secondary"], []),
    "result.scoreStatus": (_SCORE_STATUS, ["ext:late"]),
    "assessmentResult.scoreStatus": (_SCORE_STATUS, ["ext:late"]),
    "lineItem.source": (["case", "unknown"], ["ext:own"]),
    "result.source": (["case", "unknown"], ["ext:own"]),
    "assessmentLineItem.source": (["case", "unknown"], ["ext:own"]),
    "assessmentResult.source": (["case", "unknown"], ["ext:own"]),
}
"""Each vocabulary: what both versions have, and what only 1.2 has (`ext:` is 1.2's extension)."""

ENTITIES_1_1 = sorted(type_of.keys() - {"assessmentLineItem", "assessmentResult", "scoreScale"})
"""The entities that OneRoster 1.1 has."""

NEW_IN_1_2 = {
    "category": {"weight"},
    "lineItem": {"academic_session", "school", "score_scale", "learning_objective_set"},
    "result": {
        *("class_", "text_score", "score_scale", "learning_objective_set"),
        *("in_progress", "incomplete", "late", "missing"),
    },
    "user": {
        *("primary_org", "user_master_identifier", "pronouns", "user_profiles", "resources"),
        *("preferred_first_name", "preferred_middle_name", "preferred_last_name"),
    },
}
"""The members that 1.1 cannot say. (Of a user's roles it can say one, primary, at several organisations.)"""

_REF_TYPES = {
    "agents": "user",
    "grading_period": "academicSession",
    "parent_assessment_line_item": "assessmentLineItem",
    "primary_org": "org",
    "resources": "resource",
    "school": "org",
    "school_year": "academicSession",
    "student": "user",
    "terms": "academicSession",
}
"""What a reference points to where its name does not say so."""


class _Maker(msgspec.Struct, frozen=True):
    entity: str
    version: Version
    texts: Strategy
    ids_of: IdsOf
    extensions: Strategy

    def struct(self, struct: type[msgspec.Struct], given: dict[str, Strategy]) -> Strategy:
        hints = get_type_hints(struct, include_extras=True)
        parts = {}
        for field in msgspec.structs.fields(struct):
            if field.name in given:
                parts[field.name] = given[field.name]
            elif self._says(struct, field.name):
                parts[field.name] = self._member(field.name, field.encode_name, hints[field.name], field.required)
        return st.builds(struct, **parts)

    def _says(self, struct: type[msgspec.Struct], name: str) -> bool:
        if self.version is Version.V1_2:
            return True
        return struct is not Role and name not in NEW_IN_1_2.get(self.entity, set())

    def _member(self, name: str, wire: str, hint: Any, required: bool) -> Strategy:
        arguments = get_args(hint)
        if get_origin(hint) is Annotated:
            return self._member(name, wire, arguments[0], required)
        if get_origin(hint) in (Union, UnionType):
            return st.none() | self._member(name, wire, arguments[0], required)
        if get_origin(hint) is list:
            inner = self._member(name, wire, arguments[0], required)
            return st.lists(inner, min_size=int(required), max_size=3)
        if get_origin(hint) is Literal:
            return st.sampled_from(arguments)
        if hint is Ref:
            return self.refs(self._ref_type(name))
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            return self.struct(hint, {})
        return self._plain(name, wire, hint)

    def _plain(self, name: str, wire: str, hint: Any) -> Strategy:
        if hint is str:
            vocabulary = _VOCABULARY.get(f"{self.entity}.{wire}")
            if vocabulary:
                return st.sampled_from(vocabulary[0] + vocabulary[1] * (self.version is Version.V1_2))
            return self.ids_of(self.entity) if name == "sourced_id" else self.texts
        if name == "user_profiles":
            return self._profiles()
        kinds = {bool: st.booleans(), datetime: MOMENTS, date: DAYS, Decimal: _numbers(name)}
        return kinds.get(hint, self.extensions)

    def _profiles(self) -> Strategy:
        credential = st.fixed_dictionaries({"type": self.texts, "username": self.texts})
        required = {"profileId": self.texts, "profileType": self.texts, "vendorId": self.texts}
        optional = {"applicationId": self.texts, "credentials": st.lists(credential, max_size=2)}
        return st.fixed_dictionaries(required, optional=optional)

    def _ref_type(self, name: str) -> str:
        if name in ("parent", "children"):
            return self.entity
        head, *tail = name.rstrip("_").split("_")
        return _REF_TYPES.get(name) or head + "".join(part.title() for part in tail)

    def refs(self, kind: str) -> Strategy:
        return st.builds(Ref, sourced_id=self.ids_of(kind), type=st.just(kind), href=st.none() | self.texts)

    def roles(self) -> Strategy:
        """All that 1.1 can say of roles: one, at several organisations."""
        orgs = st.lists(self.refs("org"), max_size=3, unique_by=lambda ref: ref.sourced_id)
        return st.builds(
            lambda role, orgs: [Role(role=role, org=org) for org in orgs], st.sampled_from(_ROLES_1_1), orgs
        )


def _numbers(name: str) -> Strategy:
    low, high = (0, 100) if name in ("weight", "score_percentile") else (-10_000, 10_000)
    places = st.sampled_from([0, 1, 3])
    return places.flatmap(lambda n: st.decimals(low, high, allow_nan=False, allow_infinity=False, places=n))


def records(
    entity: str,
    version: Version = Version.V1_2,
    *,
    texts: Strategy = TEXTS,
    ids_of: IdsOf | None = None,
    extensions: Strategy = EXTENSIONS,
    **given: Strategy,
) -> st.SearchStrategy[Record]:
    """Records of an entity that a version can say.

    `texts` are the free texts, `ids_of` gives the sourcedIds of an entity (of the records and of what they
    refer to), `extensions` are values of `metadata`; any other keyword replaces the strategy of one attribute.
    """
    maker = _Maker(entity, version, texts, ids_of or (lambda _: texts), extensions)
    if entity == "user" and version is Version.V1_1:
        given = {"roles": maker.roles(), **given}
    made: st.SearchStrategy[Record] = maker.struct(type_of[entity], given)
    return made


def anything(version: Version = Version.V1_2, **choices: Any) -> st.SearchStrategy[Record]:
    """Records of every entity that a version has; `choices` as for `records`."""
    entities = sorted(type_of) if version is Version.V1_2 else ENTITIES_1_1
    return st.one_of([records(entity, version, **choices) for entity in entities])
