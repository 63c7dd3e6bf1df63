"""The roster page shows both sides as they were read last, and an update does what it says (rules 6 and 7)."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from classbridge.bridge.policy import Actor
from classbridge.oneroster.models import Enrollment, Ref
from classbridge.oneroster.provider.selection import Is
from classbridge.service import classes, new_class, roster_page, rosters
from classbridge.service.errors import RefusedError
from classbridge.service.views import ImportDetails, ImportPreview, RosterLine, RosterPage
from classbridge.store import audit, links, memberships, runs
from classbridge.store import rosters as kept
from tests.chaos.school import wait_for
from tests.installation import Installation

PEOPLE = ("students", "teachers")


class Roster:
    """The linked class, and what people do to it on both sides."""

    def __init__(self, made: Installation) -> None:
        self.made = made
        self.course_id = made.course_id
        self.section = made.stage.made_up.demo_sections[0]

    def page(self) -> RosterPage:
        """The page as it stands."""
        found = roster_page.page(self.made.ctx, self.made.teacher, self.course_id)
        assert found is not None
        return found

    def refresh(self) -> str:
        """Refresh the class; the state that the run ends in."""
        run_id = classes.refresh(self.made.ctx, self.made.teacher, self.course_id)
        wait_for(lambda: self.made.run(run_id).state not in ("queued", "running"))
        return self.made.run(run_id).state

    def preview(self, actor: Actor | None = None, *, empty: bool = False) -> ImportPreview:
        """Preview an import of the people."""
        actor = actor or self.made.teacher
        run_id = rosters.preview(self.made.ctx, actor, self.course_id, PEOPLE, empty=empty)
        self.made.wait(run_id, actor=actor)
        found = rosters.previewed(self.made.ctx, actor, run_id)
        assert found is not None
        return found

    def carry_out(
        self, preview: ImportPreview, actor: Actor | None = None, *, release: bool = False
    ) -> ImportDetails:
        """Import what was previewed."""
        actor = actor or self.made.teacher
        return self.ended(rosters.import_(self.made.ctx, actor, preview.run_id, release=release))

    def ended(self, run_id: str) -> ImportDetails:
        """What became of an import."""
        self.made.wait(run_id, actor=self.made.admin)
        return rosters.details(self.made.ctx, self.made.admin, run_id)

    def students(self) -> set[str]:
        """Who is in the Classroom class."""
        return set(self.made.stage.classroom.state.courses[self.course_id].students)

    def empty_classroom(self) -> None:
        """Remove every student from the Classroom class, so that imports add many."""
        for user_id in self.students():
            self.remove(user_id)

    def remove(self, user_id: str) -> None:
        """Remove a student as a teacher does."""
        with self.made.stage.classroom.control() as control:
            control.do("remove_member", course_id=self.course_id, role="students", user=user_id)

    def leave(self, count: int) -> list[str]:
        """Take students whom we added out of the section in the SIS; their Classroom ids."""
        ours = {one.sis_user_id: one.user_id for one in self.recorded()}
        found = [one for one in self.places(self.section) if one.user.sourced_id in ours][:count]
        for one in found:
            self.made.stage.sis.source.delete("enrollment", one.sourced_id)
        return [ours[one.user.sourced_id] for one in found]

    def join(self) -> str:
        """Give a student of another section a place in this one; their sourcedId."""
        here = {one.user.sourced_id for one in self.places(self.section)}
        others = self.places(self.made.stage.made_up.demo_sections[1])
        one = next(one for one in others if one.user.sourced_id not in here)
        place = Ref(sourced_id=self.section, type="class")
        self.made.stage.sis.source.put(replace(one, sourced_id=f"{one.sourced_id}-too", class_=place))
        return one.user.sourced_id

    def places(self, section: str) -> list[Enrollment]:
        """The places of students in a section, as the SIS holds them."""
        found = self.made.stage.sis.source.records("enrollment", (Is("class.sourcedId", section),))
        return [one for one in found if isinstance(one, Enrollment) and one.role == "student" and one.active]

    def recorded(self) -> list[memberships.Membership]:
        """The students whom we added."""
        with self.made.ctx.district(self.made.admin).read() as rows:
            found = memberships.of_course(rows, "sandbox", self.course_id)
        return [one for one in found if one.role == "students"]

    def stored(self) -> set[str]:
        """The students of the section as they are kept."""
        with self.made.ctx.district(self.made.admin).read() as rows:
            connection_id = links.of_course(rows, "sandbox", self.course_id)[0].connection_id
            return {one.user_id for one in kept.students(rows, connection_id, self.section)}


@pytest.fixture
def roster(linked: Installation) -> Roster:
    """The linked class, after the refresh that its link asked for."""
    made = Roster(linked)
    wait_for(lambda: not made.page().refreshing)
    return made


def codes(lines: Sequence[RosterLine]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in lines:
        found[line.said.code] = found.get(line.said.code, 0) + 1
    return found


def counts(page: RosterPage) -> tuple[int, int, int]:
    return page.to_add, page.to_remove, page.held


def test_the_page_shows_what_a_refresh_read_and_an_update_does_it(roster: Roster) -> None:
    before = roster.page()
    assert (before.imported, before.trouble) == (False, None)
    roster.empty_classroom()
    assert roster.refresh() == "done"
    page = roster.page()
    assert before.sis_as_of is not None
    assert page.sis_as_of is not None
    assert page.sis_as_of > before.sis_as_of
    assert page.to_add == codes(page.sis_only)["PERSON_NEW_IN_SIS"] > 20
    listed = next(row for row in classes.class_list(roster.made.ctx, roster.made.teacher).rows if row.sis_classes)
    assert listed.roster_changes == page.to_add

    roster.carry_out(roster.preview())
    page = roster.page()
    assert (page.imported, counts(page)) == (True, (0, 0, 0))
    assert set(codes(page.sis_only)) <= {"PERSON_NO_ACCOUNT", "PERSON_NO_EMAIL", "PERSON_AMBIGUOUS"}
    there = {one.user_id for one in roster.recorded()}
    assert there <= roster.students()
    assert len(page.both) >= len(there)

    new, gone = roster.join(), roster.leave(2)
    assert counts(roster.page()) == (0, 0, 0)
    assert roster.refresh() == "done"
    page = roster.page()
    assert new in roster.stored()
    assert counts(page) == (1, 2, 0)
    assert codes(page.classroom_only)["PERSON_LEFT_SIS"] == 2
    shown = roster.preview()
    assert (len(shown.add), len(shown.remove)) == (1, 2)
    roster.carry_out(shown)
    assert roster.students().isdisjoint(gone)
    assert counts(roster.page()) == (0, 0, 0)


@pytest.mark.parametrize("fault", ["no-collection-key", "truncated-body", "empty-collection"])
def test_a_refresh_whose_read_is_not_sound_keeps_the_people_and_says_why(roster: Roster, fault: str) -> None:
    before, stored = roster.page(), roster.stored()
    with roster.made.stage.sis.control() as control:
        control.switch_on(fault)
        assert roster.refresh() == "failed"
    assert roster.stored() == stored
    page = roster.page()
    assert page.trouble is not None
    assert page.trouble.code == ("EMPTY_READ_HELD" if fault == "empty-collection" else "READ_INCOMPLETE")
    assert (page.sis_only, page.both, page.sis_as_of) == (before.sis_only, before.both, before.sis_as_of)


def test_somebody_whom_a_teacher_removed_is_added_again_when_somebody_says_so(roster: Roster) -> None:
    roster.carry_out(roster.preview())
    user_id = roster.recorded()[0].user_id
    roster.remove(user_id)
    roster.refresh()
    line = next(one for one in roster.page().sis_only if one.again)
    assert (line.said.code, line.again, roster.page().to_add) == ("PERSON_REMOVED_BY_TEACHER", user_id, 0)
    made = roster.made
    with pytest.raises(RefusedError):
        roster_page.add_again(made.ctx, made.teacher, roster.course_id, "students", min(roster.students()))
    roster_page.add_again(made.ctx, made.teacher, roster.course_id, "students", user_id)
    assert roster.page().to_add == 1
    shown = roster.preview()
    assert [one.said.code for one in shown.add] == ["PERSON_ADDED_AGAIN"]
    roster.carry_out(shown)
    assert user_id in roster.students()
    with made.ctx.district(made.admin).read() as rows:
        assert "roster.add_again" in [event.action for event in audit.page(rows).items]


def test_held_removals_go_when_an_admin_lets_exactly_those_go(roster: Roster) -> None:
    roster.empty_classroom()
    roster.carry_out(roster.preview())
    leaving = roster.leave(8)
    shown = roster.preview()
    assert (len(shown.held), shown.may_release, len(shown.remove)) == (8, False, 0)
    made = roster.made
    with pytest.raises(RefusedError):
        roster.carry_out(shown, release=True)
    held = roster.carry_out(shown)
    assert (held.run.state, len(held.held)) == ("held", 8)
    later = roster.leave(1)
    with pytest.raises(RefusedError):
        rosters.release(made.ctx, made.teacher, held.run.id)
    done = roster.ended(rosters.release(made.ctx, made.admin, held.run.id))
    assert done.run.state == "done"
    assert roster.students().isdisjoint(leaving)
    assert roster.students() >= set(later)
    assert rosters.details(made.ctx, made.admin, held.run.id).held == ()


def test_an_empty_section_is_believed_only_when_an_admin_says_so_and_then_by_name(roster: Roster) -> None:
    roster.empty_classroom()
    roster.carry_out(roster.preview())
    before = len(roster.recorded())
    roster.leave(100)
    for one in roster.places(roster.section):
        roster.made.stage.sis.source.delete("enrollment", one.sourced_id)
    made = roster.made
    shown = roster.preview(made.admin)
    assert (shown.held, shown.remove) == ((), ())
    assert "EMPTY_READ_HELD" in [one.code for one in shown.notes]
    with pytest.raises(RefusedError):
        rosters.preview(made.ctx, made.teacher, roster.course_id, PEOPLE, empty=True)
    named = roster.preview(made.admin, empty=True)
    assert len(named.held) == before
    assert roster.stored()
    done = roster.carry_out(named, made.admin, release=True)
    assert done.run.state == "done"
    assert roster.recorded() == []
    assert roster.stored() == set()


def test_only_those_for_whom_an_import_failed_are_tried_again(roster: Roster) -> None:
    roster.empty_classroom()
    with roster.made.stage.classroom.control() as control:
        control.switch_on("refuse-member", count=2)
        failed = roster.carry_out(roster.preview())
    assert failed.failed == 2
    there = roster.students()
    roster.join()
    again = roster.ended(rosters.retry(roster.made.ctx, roster.made.teacher, failed.run.id))
    assert [one.said.code for one in again.people] == ["PERSON_ADDED"] * 2
    assert len(roster.students() - there) == 2
    with pytest.raises(RefusedError):
        rosters.retry(roster.made.ctx, roster.made.teacher, again.run.id)


def test_an_import_that_nobody_attends_adds_and_notes_whose_removal_waits(roster: Roster) -> None:
    roster.empty_classroom()
    roster.carry_out(roster.preview())
    gone, new = roster.leave(2), roster.join()
    made = roster.made
    with made.ctx.district(made.admin).write() as rows:
        last = runs.page(rows, course_id=roster.course_id, kinds=("import",)).items[0]
        run = runs.create(
            rows,
            kind="import",
            at=made.ctx.now(),
            request={"kinds": ["students"], "preview": None},
            connection_id=last.connection_id,
            side=last.side,
            course_id=roster.course_id,
            attended=False,
        )
    made.ctx.jobs.enqueue("import", run.id, (made.admin.district_id, run.id), partition="nightly")
    done = roster.ended(run.id)
    assert done.run.state == "done"
    assert [one.params for one in done.notes if one.code == "REMOVALS_WAIT"] == [{"count": "2"}]
    assert roster.students() >= set(gone)
    assert new in {one.sis_user_id for one in roster.recorded()}
    assert counts(roster.page()) == (0, 2, 0)


def test_grading_periods_that_would_be_added_are_named_with_their_days(roster: Roster) -> None:
    made = roster.made
    run_id = rosters.preview(made.ctx, made.teacher, roster.course_id, ["grading_periods"])
    made.wait(run_id)
    shown = rosters.previewed(made.ctx, made.teacher, run_id)
    assert shown is not None
    assert shown.periods
    assert all(one.first_day <= one.last_day for one in shown.periods)


def creations(made: Installation) -> Sequence[audit.Event]:
    with made.ctx.district(made.admin).read() as rows:
        return audit.page(rows, action="class.create").items


def test_several_sections_make_one_new_class_and_its_people_s_preview(roster: Roster) -> None:
    made = roster.made
    free = classes.class_list(made.ctx, made.teacher).unlinked_sis_classes[:2]
    keys = [(one.connection_id, one.class_id) for one in free]
    course_id = new_class.create(made.ctx, made.teacher, keys, "")
    row = classes.one(made.ctx, made.teacher, course_id)
    assert row.name == free[0].title
    [event] = creations(made)
    assert (event.subject, event.params["classes"]) == (course_id, [one.class_id for one in free])
    assert {one.class_id for one in row.sis_classes} == {one.class_id for one in free}
    run_id = new_class.preview_first_import(made.ctx, made.teacher, course_id)
    assert run_id is not None
    made.wait(run_id)
    shown = rosters.previewed(made.ctx, made.teacher, run_id)
    assert shown is not None
    assert len(shown.add) > max(one.students for one in free) / 2


def test_a_class_that_takes_long_is_made_once_however_often_it_is_asked_for(
    linked: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    [free, *_] = classes.class_list(linked.ctx, linked.teacher).unlinked_sis_classes
    keys = [(free.connection_id, free.class_id)]
    courses = linked.stage.classroom.state.courses
    before = len(courses)
    with monkeypatch.context() as hasty:
        hasty.setattr(new_class, "PATIENCE", 0.0)
        with pytest.raises(RefusedError, match="CLASS_BEING_MADE"):
            new_class.create(linked.ctx, linked.teacher, keys, "")
    course_id = new_class.create(linked.ctx, linked.teacher, keys, "")
    assert new_class.create(linked.ctx, linked.teacher, keys, "") == course_id
    assert len(courses) == before + 1
    assert [event.subject for event in creations(linked)] == [course_id]

    with pytest.raises(RefusedError, match="SECTIONS_OF_TWO_SIS"):
        new_class.create(linked.ctx, linked.teacher, [*keys, ("another SIS", free.class_id)], "")
