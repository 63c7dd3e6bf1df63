"""The facts of an export: fresh reads of both sides, and what we remember of earlier exports."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from classbridge.bridge.equality import Value
from classbridge.bridge.facts import ClassroomGrades, Memory, Section
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.matching import Matches, match_students, normal_email
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.preflight import Gradebook, usable
from classbridge.bridge.records import ItemFacts, KnownLineItem, KnownResult
from classbridge.bridge.standing import LetStand
from classbridge.jobs.access import ClassroomAccess, SisAccess
from classbridge.jobs.keeping import keep_categories, keep_course
from classbridge.jobs.reading import (
    CourseReading,
    Grades,
    SectionGradebook,
    find_section,
    read_course,
    read_gradebook,
)
from classbridge.jobs.work import Work
from classbridge.oneroster.models import User
from classbridge.store import (
    answers,
    category_maps,
    excused,
    grades,
    links,
    matches,
    rosters,
    runs,
    work_settings,
)
from classbridge.store.answers import GradeAnswer
from classbridge.store.grades import LineItemEntry, ResultEntry
from classbridge.store.links import Link
from classbridge.store.rows import Rows


class Facts:
    """Everything that an export's plan is made from, read once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.course_id = work.run.course_id or ""
        self.sis: SisAccess = work.sis()
        access = work.classroom()
        self.side = access.side
        with work.district.read() as rows:
            self.links: list[Link] = links.of_course(rows, self.side, self.course_id)
            self.overrides = matches.overrides(rows, self.sis.connection_id, self.side)
            kept = grades.line_items_of_course(rows, self.side, self.course_id)
            self.entries = [one for one in kept if one.connection_id == self.sis.connection_id]
            self.taken = {link.class_id: self._taken(rows, link) for link in self.links}
            self.excused = excused.of_course(rows, self.side, self.course_id)
            self.choices = work_settings.of_course(rows, self.side, self.course_id)
            self.mapping = category_maps.of_course(rows, self.side, self.course_id)
            self.default_category = category_maps.default(rows, self.side, self.course_id)
            self.sections_chosen = answers.sections(rows, self.side, self.course_id, self.sis.connection_id)
            self.sent_before = _sent_before(rows, work, self.side)
        self.zone = zone_of(work)
        self.course: CourseReading = work.call(self._read_course, access)
        self.gone: list[str] = []
        """The linked sections that the SIS has no more."""
        self.books = [book for link in self.links if (book := self._read_section(link.class_id))]
        if not self.books:
            raise work.end(Outcome.of(Code.SECTION_NOT_FOUND))
        self.matches = self._match()
        self.elsewhere = self._elsewhere()
        keep_course(self._work, self.side, self.course)
        keep_categories(self._work, self.books)

    def _taken(self, rows: Rows, link: Link) -> frozenset[str]:
        """The line items that other classes export to, as long as they are linked to the section too."""
        linked = {(one.side, one.course_id) for one in links.of_class(rows, link.connection_id, link.class_id)}
        others = linked - {(self.side, self.course_id)}
        entries = grades.line_items_of_class(rows, link.connection_id, link.class_id) if others else []
        return frozenset(
            one.sourced_id for one in entries if (one.side, one.course_id) in others and not one.retired
        )

    async def _read_course(self, access: ClassroomAccess) -> CourseReading:
        return await read_course(access.port, self.course_id, work=True, seen_by=access.seen_by)

    def _read_section(self, class_id: str) -> SectionGradebook | None:
        """One that is gone does not stop the others."""
        class_ = self._work.call(find_section, self.sis.client, class_id)
        if class_ is None:
            self.gone.append(class_id)
            return None
        return self._work.call(read_gradebook, self.sis.client, class_, self.sis.rules, self._wants_periods())

    def _wants_periods(self) -> bool:
        """Whether grading periods are needed: they cost requests of their own."""
        return self.sis.rules.sends_grading_period or any(one.period_id for one in self.choices.values())

    def _elsewhere(self) -> frozenset[str]:
        """The Classroom user ids of those whom the SIS has, but in none of these sections, as last read."""
        members = self.matches.unmatched_classroom
        address = {one.user_id: normal_email(one.profile.email_address) for one in members if one.profile}
        with self._work.district.read() as rows:
            known = rosters.known_addresses(rows, self.sis.connection_id, list(address.values()))
        said = set(self.overrides.accounts.values())
        return frozenset(
            one.user_id for one in members if address.get(one.user_id) in known or one.user_id in said
        )

    def _match(self) -> Matches:
        people: dict[str, User] = {user.sourced_id: user for book in self.books for user in book.students}
        said = self.overrides
        return match_students(self.course.students, list(people.values()), said.accounts, said.refused)

    def memory(self) -> Memory:
        """What we sent earlier, and what people let stand."""
        known: list[KnownResult] = []
        with self._work.district.read() as rows:
            for entry in self.entries:
                found = grades.results_of(rows, entry.connection_id, entry.sourced_id)
                known += [_known_result(entry, result) for result in found.values()]
            stands = answers.standing(rows, self.sis.connection_id, self._line_items())
        return Memory(
            line_items=tuple(map(known_item, self.entries)),
            results=tuple(known),
            lost=self.sent_before and not self.entries,
            stands=tuple(map(let_stand, stands)),
        )

    def _line_items(self) -> set[str]:
        """Every line item that this class may have grades in: those we know, and all of its sections."""
        listed = {item.sourced_id for book in self.books for item in book.line_items}
        return listed | {entry.sourced_id for entry in self.entries}

    def classroom(self, chosen: Sequence[str] | None) -> ClassroomGrades:
        """Classroom's side of the plan; `chosen` are course work ids, None means all."""
        return ClassroomGrades(
            side=self.side,
            course_id=self.course_id,
            works=tuple(work for work in self.course.course_work if work.state == "PUBLISHED"),
            submissions=self.course.submissions,
            students=self.students(),
            ambiguous=frozenset(self.matches.ambiguous_members()),
            elsewhere=self.elsewhere,
            excused=self.excused,
            chosen=None if chosen is None else frozenset(chosen),
            choices=self.choices,
        )

    def students(self) -> dict[str, str]:
        """The sourcedId of each matched student, by Classroom user id."""
        return {user_id: user.sourced_id for user_id, user in self.matches.user_of().items()}

    def section(self, book: SectionGradebook, there: Grades | None = None) -> Section:
        """One linked section's side of the plan, with the grades that were read of it."""
        there = there or Grades()
        return Section(
            class_sourced_id=book.class_.sourced_id,
            gradebook=Gradebook(
                rules=self.sis.rules,
                zone=self.zone,
                categories=book.categories,
                terms=book.terms,
                periods=book.periods,
                mapping=self.mapping,
                default_category=self.default_category or default_category(self.sis.rules, book),
            ),
            school_sourced_id=book.class_.school.sourced_id if book.class_.school else None,
            students=frozenset(user.sourced_id for user in book.students if user.active),
            line_items=book.line_items,
            results=there.results,
            unread=replace(there.unread, line_items=book.unread),
            taken=self.taken[book.class_.sourced_id],
        )


def default_category(rules: GradebookRules, book: SectionGradebook) -> str | None:
    """Where a SIS demands a category and nobody chose one: the first usable title, shown before."""
    if rules.category != "required":
        return None
    return min(usable(book.categories, rules).values(), key=lambda title: (title.casefold(), title), default=None)


def _sent_before(rows: Rows, work: Work, side: str) -> bool:
    """Whether the history has an export of this class that sent grades, through this connection."""
    found = runs.page(
        rows, side=side, course_id=work.run.course_id, connection_id=work.run.connection_id, kinds=("export",)
    )
    return any(run.counts.get("verified") or run.counts.get("sent") for run in found.items)


def zone_of(work: Work) -> ZoneInfo:
    """The district's time zone."""
    return work.runtime.zone(work.district.id)


def known_item(entry: LineItemEntry) -> KnownLineItem:
    """What is remembered of a line item, as the rules take it."""
    return KnownLineItem(
        course_work_id=entry.course_work_id,
        class_sourced_id=entry.class_id,
        sourced_id=entry.sourced_id,
        adopted=entry.adopted,
        generation=entry.generation,
        sent=msgspec.convert(entry.sent, ItemFacts) if entry.sent else None,
        retired=entry.retired,
    )


def _known_result(entry: LineItemEntry, result: ResultEntry) -> KnownResult:
    return KnownResult(
        course_work_id=entry.course_work_id,
        class_sourced_id=entry.class_id,
        line_item_sourced_id=entry.sourced_id,
        student_sourced_id=result.student_id,
        sourced_id=result.sourced_id,
        created=result.ours,
        last_sent=Value(result.score, result.score_status) if result.sent_at else None,
    )


def let_stand(answer: GradeAnswer) -> LetStand:
    """What a stored answer says."""
    status = answer.classroom_status
    return LetStand(
        line_item_sourced_id=answer.line_item_id,
        student_sourced_id=answer.student_id,
        sis=Value(answer.score, answer.score_status) if answer.score_status else None,
        classroom=None if status is None else Value(answer.classroom_score, status),
    )
