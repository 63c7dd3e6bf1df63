"""What a roster read that fails, or shows fewer people, does to those whom we added."""

from collections.abc import Iterator

import pytest
from msgspec import Struct
from msgspec.structs import replace

from classbridge.cli.main_job import RunFailedError
from classbridge.oneroster.models import Enrollment, Ref
from classbridge.oneroster.provider.selection import Is
from classbridge.sandbox import sis
from classbridge.sandbox.classroom.hand import Hand
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer
from classbridge.service import connections, rosters, runs
from classbridge.service.views import ImportPreview
from classbridge.store import links, memberships
from classbridge.store import rosters as kept
from classbridge.store import runs as kept_runs
from tests.chaos.school import wait_for
from tests.installation import TODAY, Installation, installation, settings_for

FAULTS = {
    "no-collection-key": "READ_INCOMPLETE",
    "truncated-body": "READ_INCOMPLETE",
    "server-error-page-2": "SIS_SERVER_ERROR",
}
PAGE = 20


class Imported(Struct, frozen=True):
    """A class into which we brought all students of its section, and one whom its teacher added by hand."""

    made: Installation

    def students(self) -> set[str]:
        """Who is in the Classroom class."""
        return set(self.made.stage.classroom.state.courses[self.made.course_id].students)

    def preview(self) -> str:
        """Preview an import of the students; the run."""
        run_id = rosters.preview(self.made.ctx, self.made.teacher, self.made.course_id, ["students"])
        self.made.wait(run_id)
        return run_id

    def shown(self, run_id: str) -> ImportPreview:
        """What a preview shows."""
        found = rosters.previewed(self.made.ctx, self.made.teacher, run_id)
        assert found is not None
        return found

    def carry_out(self, preview: str) -> str:
        """Import what was previewed; the state that the run ends in."""
        run_id = rosters.import_(self.made.ctx, self.made.teacher, preview)
        return self.made.wait(run_id).state

    def told(self, code: str) -> set[str]:
        """The Classroom ids of those of whom the last import says this."""
        made = self.made
        [last, *_] = runs.page(made.ctx, made.teacher, course_id=made.course_id).items
        with made.ctx.district(made.teacher).read() as rows:
            return {one.user_id or "" for one in kept_runs.outcomes(rows, last.id) if one.code == code}

    def enrolments(self) -> list[Enrollment]:
        """The places of students in the section, as the SIS holds them."""
        section = self.made.stage.made_up.demo_sections[0]
        found = self.made.stage.sis.source.records("enrollment", (Is("class.sourcedId", section),))
        return [one for one in found if isinstance(one, Enrollment) and one.role == "student" and one.active]

    def take_from_sis(self, count: int) -> set[str]:
        """Take students whom we added out of the section in the SIS; their Classroom ids."""
        with self.made.ctx.district(self.made.admin).read() as rows:
            ours = {
                one.sis_user_id: one.user_id
                for one in memberships.of_course(rows, "sandbox", self.made.course_id)
                if one.role == "students"
            }
        leaving = [one for one in self.enrolments() if one.user.sourced_id in ours][:count]
        for one in leaving:
            self.made.stage.sis.source.delete("enrollment", one.sourced_id)
        return {ours[one.user.sourced_id] for one in leaving}

    def add_in_sis(self) -> None:
        """Give a student of another section a place in this one too."""
        section = self.made.stage.made_up.demo_sections[0]
        source = self.made.stage.sis.source
        here = {one.user.sourced_id for one in self.enrolments()}
        other = Is("class.sourcedId", self.made.stage.made_up.demo_sections[1])
        for one in source.records("enrollment", (other,)):
            if isinstance(one, Enrollment) and one.role == "student" and one.user.sourced_id not in here:
                moved = Ref(sourced_id=section, type="class")
                source.put(replace(one, sourced_id=f"{one.sourced_id}-too", class_=moved))
                return
        raise AssertionError("Everybody is in the section already.")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    """Built once: each test leaves the people as they were, or says whom it took."""
    made_up = District.make(students=60, seed=1, today=TODAY)
    habits = replace(sis.load("generic@1.2"), page_cap=PAGE)
    settings = replace(settings_for(tmp_path_factory.mktemp("rosters")), sis_pauses=(0.2,))
    with (
        SisServer.start(habits, made_up.records(), teacher_email=made_up.teacher_email) as server,
        installation(settings, sis_server=server) as made,
    ):
        made.up_to("link")
        classroom = made.stage.classroom
        hand = Hand(classroom.state, classroom.tokens)
        for user_id in list(classroom.state.courses[made.course_id].students):
            hand.remove_member(made.course_id, "students", user_id)
        hand.add_member(made.course_id, "students", made.stage.made_up.admin_email)
        ready = Imported(made)
        assert ready.carry_out(ready.preview()) == "done"
        assert len(ready.students()) > PAGE
        yield ready


@pytest.fixture(autouse=True)
def _sound_again(imported: Imported) -> Iterator[None]:
    yield
    imported.made.stage.sis.board.switch_off()


@pytest.mark.parametrize("fault", FAULTS)
def test_an_import_from_a_read_that_failed_removes_nobody_and_says_why(imported: Imported, fault: str) -> None:
    before = imported.students()
    preview = imported.preview()
    imported.made.stage.sis.board.switch_on(fault)
    failing = rosters.preview(imported.made.ctx, imported.made.teacher, imported.made.course_id, ["students"])
    with pytest.raises(RunFailedError):
        imported.made.wait(failing)
    said = imported.made.run(failing).said
    assert said is not None
    assert said.code == FAULTS[fault]
    # The read fails between a sound preview and its import, too.
    run_id = rosters.import_(imported.made.ctx, imported.made.teacher, preview)
    state = wait_for(lambda: (s := imported.made.run(run_id).state) in ("waiting", "failed") and s)
    assert state == ("waiting" if fault == "server-error-page-2" else "failed")
    runs.cancel(imported.made.ctx, imported.made.teacher, run_id)
    assert imported.students() == before


def test_an_empty_answer_where_there_were_people_is_held_and_removes_nobody(imported: Imported) -> None:
    before = imported.students()
    sound = imported.preview()
    imported.made.stage.sis.board.switch_on("empty-collection")
    preview = imported.preview()
    shown = imported.shown(preview)
    assert shown.remove == ()
    assert "EMPTY_READ_HELD" in {note.code for note in shown.notes}
    assert [imported.carry_out(one) for one in (preview, sound)] == ["held", "held"]
    assert imported.students() == before


@pytest.mark.parametrize("fault", [*FAULTS, "empty-collection"])
def test_a_sync_that_does_not_read_everything_marks_nobody_as_gone(imported: Imported, fault: str) -> None:
    made = imported.made

    def there() -> int:
        with made.ctx.district(made.admin).read() as rows:
            everyone = kept.all_classes(rows, connection_id)
            people = kept.people(rows, connection_id, [one.sourced_id for one in everyone])
        return len(everyone) + sum(person.active for person in people)

    with made.ctx.district(made.admin).read() as rows:
        connection_id = links.of_course(rows, "sandbox", made.course_id)[0].connection_id
    before = there()
    made.stage.sis.board.switch_on(fault)
    run_id = connections.sync(made.ctx, made.admin, connection_id)
    ends = {"empty-collection": "held", "server-error-page-2": "waiting"}
    state = wait_for(
        lambda: (s := runs.view(made.ctx, made.admin, run_id).state) not in ("queued", "running") and s
    )
    assert state == ends.get(fault, "failed")
    runs.cancel(made.ctx, made.admin, run_id)
    assert there() == before


def test_a_sound_read_removes_only_whom_we_added_and_over_the_limit_holds_them_while_others_come(
    imported: Imported,
) -> None:
    before = imported.students()
    leaving = imported.take_from_sis(2)
    preview = imported.preview()
    assert len(imported.shown(preview).remove) == 2
    assert imported.carry_out(preview) == "done"
    assert imported.students() == before - leaving
    assert imported.told("PERSON_REMOVED") == leaving

    imported.take_from_sis(2)
    imported.add_in_sis()
    preview = imported.preview()
    shown = imported.shown(preview)
    assert (len(shown.add), len(shown.remove), len(shown.held)) == (1, 0, 2)
    assert {person.said.code for person in shown.held} == {"REMOVALS_HELD"}
    assert imported.carry_out(preview) == "held"
    assert len(imported.students()) == len(before - leaving) + 1
    assert imported.students() > before - leaving
