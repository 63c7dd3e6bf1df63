"""The facts that an export is planned from: Classroom's, the SIS's, our memory, and a person's answers."""

from collections.abc import Mapping

from msgspec import Struct, field

from classbridge.bridge.choices import WorkChoice
from classbridge.bridge.decision import DriftPolicy
from classbridge.bridge.line_items import ItemAnswers
from classbridge.bridge.preflight import Gradebook
from classbridge.bridge.records import KnownLineItem, KnownResult
from classbridge.bridge.standing import LetStand
from classbridge.bridge.unread import Unread
from classbridge.classroom.models import CourseWork, StudentSubmission
from classbridge.oneroster.models import LineItem, Result


class Section(Struct, frozen=True, kw_only=True):
    """A linked section: its students (sourcedIds), its gradebook, and what the SIS holds in it just now.

    `taken` are the sourcedIds of line items that other classes export to, which are linked to the section too.
    """

    class_sourced_id: str
    gradebook: Gradebook
    school_sourced_id: str | None = None
    students: frozenset[str] = frozenset()
    line_items: tuple[LineItem, ...] = ()
    results: tuple[Result, ...] = ()
    unread: Unread = Unread()
    taken: frozenset[str] = frozenset()


class ClassroomGrades(Struct, frozen=True, kw_only=True):
    """The Classroom's side: `works` is all published work of the class, `chosen` the ids to export (None: all).

    `students` gives the sourcedId of each matched user id; `ambiguous` are user ids whose address is doubtful,
    `elsewhere` those whom the SIS has in none of the sections.
    `excused` holds (course work id, user id) as marked here, `choices` what a person chose for a course work id.
    """

    side: str
    course_id: str
    works: tuple[CourseWork, ...]
    submissions: tuple[StudentSubmission, ...]
    students: Mapping[str, str]
    ambiguous: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    excused: frozenset[tuple[str, str]] = frozenset()
    chosen: frozenset[str] | None = None
    choices: Mapping[str, WorkChoice] = field(default_factory=dict)


class Memory(Struct, frozen=True, kw_only=True):
    """Our records of this class's earlier exports, and what people let stand in the SIS.

    `lost`: there were records, and they are gone.
    """

    line_items: tuple[KnownLineItem, ...] = ()
    results: tuple[KnownResult, ...] = ()
    lost: bool = False
    stands: tuple[LetStand, ...] = ()


class Answers(Struct, frozen=True, kw_only=True):
    """The policy, whether a person attends, and that person's answers.

    `overwrite` names grades by course work id and student sourcedId, each with what the SIS held when the person
    said so, as `shown` writes it: another value there is not overwritten. `sections` names the section of a
    student who is in several.
    """

    policy: DriftPolicy = DriftPolicy.ASK
    attended: bool = False
    items: ItemAnswers = ItemAnswers()
    overwrite: Mapping[tuple[str, str], str] = field(default_factory=dict)
    sections: Mapping[str, str] = field(default_factory=dict)
