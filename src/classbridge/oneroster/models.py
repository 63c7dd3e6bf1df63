"""The neutral OneRoster model: one Struct per entity, read from and written to 1.1 and 1.2 by `codec`.

Names are the standard's own in snake_case; the shape follows OneRoster 1.2 (information model 1.2, section 4),
of which 1.1 is a subset but for `User.roles` (1.1 has one `role` and a list of `orgs`). Scores are Decimal,
date-times are aware, booleans are bool. Extensions live in `metadata`, as the standard asks.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

# `gc=False` on every Struct: what is read from JSON holds no cycles, and a collector that walks a million records
# in vain takes a third of the time of reading them.
AwareDatetime = Annotated[datetime, Meta(tz=True)]
Status = Literal["active", "tobedeleted"]


class Version(StrEnum):
    """A OneRoster version, as admins and profiles write it."""

    V1_1 = "1.1"
    V1_2 = "1.2"


class Ref(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    """A GUIDRef. Only `sourced_id` carries identity: servers disagree on `href` and even its case."""

    sourced_id: str
    type: str | None = None
    href: str | None = None


class Record(Struct, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    """What every OneRoster entity has."""

    sourced_id: str
    status: Status = "active"
    date_last_modified: AwareDatetime | None = None
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        """False once the SIS has marked the record as safe to delete."""
        return self.status == "active"


class Org(Record, kw_only=True):
    """A school, district or any other organisation."""

    name: str
    type: str
    identifier: str | None = None
    parent: Ref | None = None
    children: list[Ref] = field(default_factory=list)


class AcademicSession(Record, kw_only=True):
    """A school year, semester, term or grading period; both dates belong to it."""

    title: str
    type: str
    start_date: date
    end_date: date
    school_year: str | None = None
    parent: Ref | None = None
    children: list[Ref] = field(default_factory=list)


class Course(Record, kw_only=True):
    """A course of study; classes are its sections."""

    title: str
    course_code: str | None = None
    grades: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    subject_codes: list[str] = field(default_factory=list)
    org: Ref | None = None
    school_year: Ref | None = None
    resources: list[Ref] = field(default_factory=list)


class Class(Record, kw_only=True):
    """A class: one section of a course in one or several terms."""

    title: str
    class_code: str | None = None
    class_type: str | None = None
    location: str | None = None
    grades: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    subject_codes: list[str] = field(default_factory=list)
    periods: list[str] = field(default_factory=list)
    course: Ref | None = None
    school: Ref | None = None
    terms: list[Ref] = field(default_factory=list)
    resources: list[Ref] = field(default_factory=list)


class UserId(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    """An identifier of a person in another system."""

    type: str
    identifier: str


class Role(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    """A role that a person has in an organisation (1.2); 1.1's `role` and `orgs` become such roles."""

    role: str
    org: Ref
    role_type: str = "primary"
    user_profile: str | None = None
    begin_date: date | None = None
    end_date: date | None = None


class User(Record, kw_only=True):
    """A person. Passwords of the standard are never read into the model."""

    given_name: str
    family_name: str
    enabled_user: bool = True
    username: str | None = None
    middle_name: str | None = None
    identifier: str | None = None
    email: str | None = None
    sms: str | None = None
    phone: str | None = None
    user_ids: list[UserId] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    grades: list[str] = field(default_factory=list)
    agents: list[Ref] = field(default_factory=list)
    primary_org: Ref | None = None
    user_master_identifier: str | None = None
    preferred_first_name: str | None = None
    preferred_middle_name: str | None = None
    preferred_last_name: str | None = None
    pronouns: str | None = None
    user_profiles: list[dict[str, Any]] = field(default_factory=list)
    resources: list[Ref] = field(default_factory=list)


class Enrollment(Record, kw_only=True):
    """A person's place in a class. `begin_date` and `end_date` both belong to it."""

    user: Ref
    class_: Ref = field(name="class")
    role: str
    school: Ref | None = None
    primary: bool | None = None
    begin_date: date | None = None
    end_date: date | None = None


class Demographics(Record, kw_only=True):
    """Protected facts of a person (its `sourced_id` is the user's). classbridge's bridge never reads it."""

    birth_date: date | None = None
    sex: str | None = None
    american_indian_or_alaska_native: bool | None = None
    asian: bool | None = None
    black_or_african_american: bool | None = None
    native_hawaiian_or_other_pacific_islander: bool | None = None
    white: bool | None = None
    demographic_race_two_or_more_races: bool | None = None
    hispanic_or_latino_ethnicity: bool | None = None
    country_of_birth_code: str | None = None
    state_of_birth_abbreviation: str | None = None
    city_of_birth: str | None = None
    public_school_residence_status: str | None = None


class Category(Record, kw_only=True):
    """A grade category of the gradebook; `weight` (1.2) is a percentage."""

    title: str
    weight: Decimal | None = None


class LearningObjectives(Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """The learning objectives of one source that a line item covers (1.2)."""

    source: str
    learning_objective_ids: list[str]


class LearningObjectiveResult(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    """A student's result on one learning objective (1.2)."""

    learning_objective_id: str
    score: Decimal | None = None
    text_score: str | None = None


class LearningObjectiveResults(Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """The results on the learning objectives of one source (1.2)."""

    source: str
    learning_objective_results: list[LearningObjectiveResult]


class LineItem(Record, kw_only=True):
    """A column of the gradebook. Dates are moments in REST; 1.1 requires minimum, maximum and grading period."""

    title: str
    class_: Ref = field(name="class")
    description: str | None = None
    assign_date: AwareDatetime | None = None
    due_date: AwareDatetime | None = None
    category: Ref | None = None
    grading_period: Ref | None = None
    academic_session: Ref | None = None
    school: Ref | None = None
    score_scale: Ref | None = None
    result_value_min: Decimal | None = None
    result_value_max: Decimal | None = None
    learning_objective_set: list[LearningObjectives] = field(default_factory=list)


class Result(Record, kw_only=True):
    """One student's cell in the column of a line item. `score` is in the line item's points."""

    line_item: Ref
    student: Ref
    score_status: str
    class_: Ref | None = field(default=None, name="class")
    score: Decimal | None = None
    text_score: str | None = None
    score_date: date | None = None
    comment: str | None = None
    score_scale: Ref | None = None
    in_progress: bool | None = None
    incomplete: bool | None = None
    late: bool | None = None
    missing: bool | None = None
    learning_objective_set: list[LearningObjectiveResults] = field(default_factory=list)


class ScoreScaleValue(Struct, frozen=True, kw_only=True, gc=False):
    """One step of a score scale: what is written on the left stands for what is on the right (1.2)."""

    left: str = field(name="itemValueLHS")
    right: str = field(name="itemValueRHS")


class ScoreScale(Record, kw_only=True):
    """A scale that turns scores into marks (1.2). Only the CSV binding says the organisation it belongs to."""

    title: str
    type: str
    score_scale_value: list[ScoreScaleValue]
    class_: Ref | None = field(default=None, name="class")
    course: Ref | None = None
    org: Ref | None = None


class AssessmentLineItem(Record, kw_only=True):
    """An assessment that results are given for, in or outside a class (1.2)."""

    title: str
    description: str | None = None
    class_: Ref | None = field(default=None, name="class")
    parent_assessment_line_item: Ref | None = None
    score_scale: Ref | None = None
    result_value_min: Decimal | None = None
    result_value_max: Decimal | None = None
    learning_objective_set: list[LearningObjectives] = field(default_factory=list)


class AssessmentResult(Record, kw_only=True):
    """One student's result of an assessment (1.2). `score_percentile` is 0 to 100."""

    assessment_line_item: Ref
    student: Ref
    score_date: date
    score_status: str
    score: Decimal | None = None
    text_score: str | None = None
    score_scale: Ref | None = None
    score_percentile: Decimal | None = None
    comment: str | None = None
    in_progress: bool | None = None
    incomplete: bool | None = None
    late: bool | None = None
    missing: bool | None = None
    learning_objective_set: list[LearningObjectiveResults] = field(default_factory=list)


class Resource(Record, kw_only=True):
    """A learning resource that a course, a class or a person uses; `vendor_resource_id` is its vendor's own id."""

    vendor_resource_id: str
    title: str | None = None
    roles: list[str] = field(default_factory=list)
    importance: str | None = None
    vendor_id: str | None = None
    application_id: str | None = None


type_of: dict[str, type[Record]] = {
    "academicSession": AcademicSession,
    "assessmentLineItem": AssessmentLineItem,
    "assessmentResult": AssessmentResult,
    "category": Category,
    "class": Class,
    "course": Course,
    "demographics": Demographics,
    "enrollment": Enrollment,
    "lineItem": LineItem,
    "org": Org,
    "resource": Resource,
    "result": Result,
    "scoreScale": ScoreScale,
    "user": User,
}
"""Each entity's Struct by the name of its single envelope."""
