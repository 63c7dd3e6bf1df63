"""What runs at night, with a real worker: the schedule of a class; and an export that waits for the morning."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from classbridge.bridge.policy import Role
from classbridge.cli.main_job import RunFailedError
from classbridge.jobs import nightly, starting
from classbridge.jobs.nightly import begin, classes_due, districts_due
from classbridge.sandbox.sis.state import Grade
from classbridge.service import (
    audit,
    class_settings,
    classes,
    connections,
    delegates,
    grades,
    licences,
    linking,
    policy,
    runs,
    setup,
)
from classbridge.service.errors import RefusedError
from classbridge.service.views import ExportDetails, RunView
from classbridge.store import runs as stored
from tests.installation import PASSWORD, Installation
from tests.service.conftest import Gradebook, lines, matched, sis_state
from tests.service.test_adoption import add_item

OTHER = Decimal("1.5")


class Night:
    """The nights of an installation: the step that is called every five minutes, at a moment of the test's own."""

    def __init__(self, made: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made = made
        self.zone = ZoneInfo(made.stage.made_up.time_zone)
        self._patch = monkeypatch
        self._day = made.ctx.now().astimezone(self.zone).date()

    def look(self, hour: int = 2, minute: int = 5, *, days: int = 1) -> int:
        """Look for what is due at a local time, so many days after today; how many runs are queued then."""
        day = self._day + timedelta(days=days)
        moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone).astimezone(UTC)
        self._patch.setattr(nightly, "now", lambda: moment)
        here = [one for one in districts_due() if one == self.made.admin.district_id]
        return sum(begin(one, *found) for one in here for found in classes_due(one))

    def on(self, **more: Any) -> None:
        """The teacher switches the nightly export of the linked class on."""
        made = self.made
        class_settings.save(made.ctx, made.teacher, made.course_id, **{"nightly_export": True, **more})

    def runs(self) -> list[RunView]:
        """The nightly runs, newest first."""
        found = runs.page(self.made.ctx, self.made.admin, limit=100).items
        return [run for run in found if run.by_schedule]

    def ended(self) -> RunView:
        """Wait until the newest nightly run is done."""
        return self.made.wait(self.runs()[0].id)

    def failed(self) -> RunView:
        """Wait until the newest nightly run has failed."""
        with pytest.raises(RunFailedError):
            self.made.wait(self.runs()[0].id)
        return self.runs()[0]

    def details(self) -> ExportDetails:
        """What became of the newest nightly export."""
        return grades.details(self.made.ctx, self.made.teacher, self.ended().id)


@pytest.fixture
def night(linked: Installation, monkeypatch: pytest.MonkeyPatch) -> Night:
    return Night(linked, monkeypatch)


def test_grades_arrive_at_night_once_and_it_is_said_for_whom(night: Night) -> None:
    made = night.made
    assert (night.look(), night.runs()) == (0, [])
    night.on()
    row = classes.one(made.ctx, made.teacher, made.course_id)
    assert row.nightly_at == class_settings.view(made.ctx, made.teacher, made.course_id).next_at
    assert row.nightly_at is not None
    assert (row.nightly_at.hour, row.nightly_at.minute) == (2, 0)

    assert (night.look(1, 55), night.look(), night.look(2, 10)) == (0, 1, 0)
    done = night.details()
    assert done.verified == done.sent > 0
    assert done.run.by_schedule
    assert done.run.asked_by == class_settings.view(made.ctx, made.teacher, made.course_id).changed_by != ""
    assert done.run.asked_for == ""
    shown = class_settings.view(made.ctx, made.teacher, made.course_id)
    assert shown.last_run == done.run
    [event] = [one for one in audit.events(made.ctx, made.admin).items if one.action == "class.schedule"]
    assert (event.subject, event.params) == (made.course_id, {"drift": "district", "nightly": ["export"]})

    before = sis_state(made)["writes"]
    assert night.look(days=2) == 1
    assert night.details().sent == 0
    assert sis_state(made)["writes"] == before
    assert len(night.runs()) == 2


def test_what_is_switched_on_after_the_nightly_time_begins_with_the_next_night(night: Night) -> None:
    now = night.made.ctx.now().astimezone(night.zone)
    made = night.made
    policy.save(made.ctx, made.admin, drift="ask", nightly_at=f"{now:%H:%M}")
    night.on()
    assert night.look(now.hour, now.minute, days=0) == 0
    assert night.look(now.hour, now.minute) == 1
    made.wait(night.runs()[0].id)


def test_a_step_that_is_repeated_after_a_crash_begins_nothing_twice_and_loses_nothing(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.on()

    def crash(*_args: object, **_more: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(starting, "queue", crash)
        with pytest.raises(KeyboardInterrupt):
            night.look()
    [lost] = night.runs()
    assert night.made.ctx.jobs.status(lost.id) is None
    assert night.look(2, 10) == 0  # its night is taken: another look does not find it
    district, course_id = night.made.admin.district_id, night.made.course_id
    for _ in range(2):
        begin(district, "export", "sandbox", course_id)
    night.made.wait(lost.id)
    assert [run.id for run in night.runs()] == [lost.id]
    assert not begin(district, "export", "sandbox", course_id)


@pytest.fixture
def drifted(night: Night) -> list[Grade]:
    """Two grades of the essay, changed in the SIS after they were exported."""
    book = Gradebook(night.made, "Cell division essay")
    night.made.export()
    two = [grade for grade in book.held() if grade.score not in (None, OTHER)][:2]
    with night.made.stage.sis.control() as control:
        for one in two:
            control.change_score(one.result_id, OTHER)
    return two


def scores(night: Night, found: list[Grade]) -> list[Decimal | None]:
    with night.made.stage.sis.control() as control:
        now = {one.result_id: one.score for one in control.grades()}
    return [now[one.result_id] for one in found]


def test_grades_that_differ_are_left_alone_at_night_and_wait_for_the_teacher(
    night: Night, drifted: list[Grade]
) -> None:
    made = night.made
    night.on()
    assert night.look() == 1
    done = night.details()
    said = [line.said.code for line in lines(done, "drifted") if line.said]
    assert (said, done.sent, scores(night, drifted)) == (["DRIFTED_SKIPPED"] * 2, 0, [OTHER, OTHER])
    row = classes.one(made.ctx, made.teacher, made.course_id)
    assert (row.problems, row.chip) == (2, "needs_attention")
    page = grades.page(made.ctx, made.teacher, made.course_id)
    assert (page.chip, page.last_export_run_id) == ("needs_attention", done.run.id)


@pytest.mark.parametrize(("district", "own"), [("overwrite", "district"), ("keep", "overwrite")])
def test_they_are_overwritten_at_night_where_the_policy_says_so(
    night: Night, drifted: list[Grade], district: str, own: str
) -> None:
    made = night.made
    policy.save(made.ctx, made.admin, drift=district, nightly_at="02:00")
    night.on(drift=own)
    night.look()
    assert night.details().verified == 2
    assert scores(night, drifted) == [one.score for one in drifted]


@pytest.mark.exhaustive
def test_they_are_kept_for_good_where_the_policy_says_so_by_command_too(
    night: Night, drifted: list[Grade]
) -> None:
    made = night.made
    policy.save(made.ctx, made.admin, drift="keep", nightly_at="02:00")
    night.on()
    night.look()
    by_command = made.export(grades.ExportChoices(attended=False))
    for done in (night.details(), by_command):
        said = [line.said.code for line in lines(done, "skipped") if line.said]
        assert (said.count("DRIFTED_KEPT"), done.sent) == (2, 0)
    assert classes.one(made.ctx, made.teacher, made.course_id).problems == 0
    # A person who attends and says nothing is asked, whatever the policy is.
    asked = [line.said.code for line in lines(made.export(), "held") if line.said]
    assert asked.count("DRIFTED_HELD") == 2


def test_a_grade_that_was_taken_away_waits_for_a_person(night: Night) -> None:
    made = night.made
    book = Gradebook(made, "Quiz")
    book.export()
    gone = min(matched(book))
    with made.stage.classroom.control() as control:
        control.do("grade", course_id=made.course_id, work_id=book.id, user=gone, points=None)
    night.on()
    night.look()
    done = night.details()
    assert "WITHDRAWAL_WAITS" in {line.said.code for line in lines(done, "held") if line.said}
    assert gone in {one.student_email.casefold() for one in book.held() if one.student_email and one.score}
    assert classes.one(made.ctx, made.teacher, made.course_id).chip == "needs_attention"
    assert book.export(withdraw=True).run.counts["withdrawn"] == 1


def test_nothing_is_created_at_night_beside_what_somebody_made_already(night: Night) -> None:
    book = Gradebook(night.made, "Cell division essay")
    add_item(book, {})
    night.on()
    night.look()
    done = night.details()
    mine = [item for item in done.assignments if item.course_work_id == book.id]
    said = {line.said.code for item in mine for line in item.lines if line.said}
    assert "ADOPTION_OFFERED" in said
    assert {line.decision for item in mine for line in item.lines} <= {"held", "skipped"}
    assert [one for one in book.held() if one.score is not None] == []
    assert done.sent > 0  # of the other assignments


def co_teacher(made: Installation) -> Any:
    """A second teacher of the class with an account."""
    known = made.stage.classroom.state.accounts.values()
    email = min(one.email for one in known if one.staff and not one.admin and one.email != made.teacher.email)
    district = made.admin.district_id
    setup.create_account(made.ctx, district, email=email, name="Co", roles=(Role.TEACHER,), password=PASSWORD)
    return setup.actor_of(made.ctx, district, email)


def test_a_schedule_ends_visibly_once_a_night_when_its_person_has_lost_the_class(night: Night) -> None:
    made = night.made
    delegate = co_teacher(made)
    tomorrow = made.ctx.now().date() + timedelta(days=3)
    delegates.name(made.ctx, made.teacher, made.course_id, delegate.email, tomorrow)
    class_settings.save(made.ctx, delegate, made.course_id, nightly_export=True)
    delegates.revoke(made.ctx, made.teacher, made.course_id, delegate.account_id)
    before = sis_state(made)["writes"]
    assert (night.look(), night.look(2, 10)) == (1, 0)
    run = night.failed()
    assert (run.state, run.said.code if run.said else "", run.asked_by) == ("failed", "NOT_YOUR_CLASS", "Co")
    assert run.asked_for != ""
    assert (len(night.runs()), sis_state(made)["writes"]) == (1, before)


def test_who_is_no_teacher_of_it_any_more_is_noticed_by_the_night_itself(night: Night) -> None:
    """The list of the class's teachers is as of the last reading: the night reads it, and asks once more."""
    made = night.made
    other = co_teacher(made)
    # A refresh that linking queued may have read Classroom already, and the next would join it.
    made.wait(classes.refresh(made.ctx, made.teacher, made.course_id))
    with made.stage.classroom.control() as control:
        control.do("add_member", course_id=made.course_id, role="teachers", user=other.email)
    made.wait(classes.refresh(made.ctx, made.teacher, made.course_id))
    class_settings.save(made.ctx, other, made.course_id, nightly_export=True)
    with made.stage.classroom.control() as control:
        control.do("remove_member", course_id=made.course_id, role="teachers", user=other.email)
    night.look()
    run = night.failed()
    assert run.said is not None
    assert run.said.code == "NOT_YOUR_CLASS"


def test_who_has_lost_the_licence_has_no_nights(night: Night) -> None:
    night.on()
    licences.upload(night.made.ctx, night.made.admin, b"email\nsomebody.else@riverbend.example\n")
    night.look()
    run = night.failed()
    assert run.said is not None
    assert run.said.code == "LICENCE_MISSING"
    with pytest.raises(RefusedError):
        night.on()
    class_settings.save(night.made.ctx, night.made.teacher, night.made.course_id, nightly_export=False)
    assert night.look(days=2) == 0


def archived(made: Installation) -> None:
    made.stage.classroom.state.courses[made.course_id].resource["courseState"] = "ARCHIVED"
    made.wait(classes.refresh(made.ctx, made.teacher, None))


def unlinked(made: Installation) -> None:
    linking.unlink(made.ctx, made.teacher, made.course_id)


def disconnected(made: Installation) -> None:
    connections.disconnect(made.ctx, made.admin, connections.home(made.ctx, made.admin).connections[0].id)


def test_an_archived_class_is_listed_no_more_and_its_teacher_still_reads_what_was_exported(
    linked: Installation,
) -> None:
    course_id = linked.course_id
    exported = linked.export()
    archived(linked)
    assert course_id not in [row.course_id for row in classes.class_list(linked.ctx, linked.teacher).rows]
    assert grades.details(linked.ctx, linked.teacher, exported.run.id).sent == exported.sent


@pytest.mark.parametrize("lose", [archived, unlinked, disconnected])
def test_a_class_with_which_nothing_can_be_done_is_passed_over(
    night: Night, lose: Callable[[Installation], None]
) -> None:
    night.on()
    lose(night.made)
    assert (night.look(), night.runs()) == (0, [])


def test_an_export_that_goes_already_is_enough(night: Night) -> None:
    made = night.made
    night.on()
    with made.ctx.district(made.admin).write() as rows:
        stored.create(rows, kind="export", at=made.ctx.now(), request={}, side="sandbox", course_id=made.course_id)
    assert (night.look(), night.runs()) == (0, [])


def test_a_nightly_import_is_queued_before_the_export_and_shows_no_preview(night: Night) -> None:
    night.on(nightly_import=True)
    assert night.look() == 2
    export, imported = night.runs()
    assert (export.kind, imported.kind) == ("export", "import")
    with night.made.ctx.district(night.made.admin).read() as rows:
        kept = stored.get(rows, imported.id)
    assert (kept.request["kinds"], kept.request["preview"], kept.attended) == (
        ["students", "teachers"],
        None,
        False,
    )
    night.made.wait(export.id)


def quiet_now(made: Installation, zone: ZoneInfo) -> str:
    """Quiet hours that it is now, and the moment of their end as a clock shows it."""
    local = made.ctx.now().astimezone(zone)
    start, end = local - timedelta(hours=1), local + timedelta(hours=2)
    policy.save(
        made.ctx,
        made.admin,
        drift="ask",
        nightly_at="02:00",
        quiet_from=f"{start:%H:%M}",
        quiet_until=f"{end:%H:%M}",
    )
    return f"{end:%H:%M}"


def test_quiet_hours_bind_the_schedule_and_a_run_that_waited_until_they_began(night: Night) -> None:
    made = night.made
    policy.save(made.ctx, made.admin, drift="ask", nightly_at="02:00", quiet_from="22:00", quiet_until="06:00")
    night.on()
    assert class_settings.view(made.ctx, made.teacher, made.course_id).begins_at == "06:00"
    assert (night.look(2, 5), night.look(5, 55)) == (0, 0)
    quiet_now(made, night.zone)
    local = made.ctx.now().astimezone(night.zone)
    late = local - timedelta(hours=1, minutes=30)
    policy_before = policy.view(made.ctx, made.admin)
    policy.save(
        made.ctx,
        made.admin,
        drift="ask",
        nightly_at=f"{late:%H:%M}",
        quiet_from=policy_before.quiet_from,
        quiet_until=policy_before.quiet_until,
    )
    assert night.look(late.hour, late.minute) == 1
    run = night.failed()
    assert run.said is not None
    assert run.said.code == "NIGHT_OVER"


def test_a_person_may_export_in_quiet_hours_or_let_it_wait_until_they_end(night: Night) -> None:
    made = night.made
    end = quiet_now(made, night.zone)
    preview = grades.preview(made.ctx, made.teacher, made.course_id)
    made.wait(preview)
    shown = grades.previewed(made.ctx, made.teacher, preview)
    assert shown is not None
    assert shown.quiet_until is not None
    assert f"{shown.quiet_until:%H:%M}" == end
    waiting = grades.export(made.ctx, made.teacher, preview, grades.ExportChoices(later=True))
    run = made.run(waiting)
    assert (run.state, run.starts_at, run.by_schedule, run.may_cancel) == (
        "queued",
        shown.quiet_until,
        False,
        True,
    )
    # It keeps nobody from exporting now, and can be cancelled.
    now = grades.export(made.ctx, made.teacher, preview, grades.ExportChoices())
    assert now != waiting
    made.wait(now)
    assert (runs.cancel(made.ctx, made.teacher, waiting).state, made.run(waiting).state) == ("cancelled",) * 2


@pytest.mark.exhaustive
def test_an_export_that_waited_is_planned_anew_and_asks_for_rights_as_it_begins(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = night.made
    book = Gradebook(made, "Cell division essay")
    preview = book.previewing()
    soon = made.ctx.now() + timedelta(seconds=3)
    monkeypatch.setattr(policy, "quiet_until", lambda *_: soon)
    waiting = grades.export(made.ctx, made.teacher, preview, grades.ExportChoices(later=True))
    assert made.run(waiting).state == "queued"
    email = min(matched(book))
    book.grade(email, 3)
    made.wait(waiting)
    run = made.run(waiting)
    assert run.started_at is not None
    assert run.started_at >= soon
    held = {one.student_email.casefold(): one.score for one in book.held() if one.student_email}
    assert held[email] == 3

    soon = made.ctx.now() + timedelta(seconds=3)
    monkeypatch.setattr(policy, "quiet_until", lambda *_: soon)
    again = grades.export(made.ctx, made.teacher, book.previewing(), grades.ExportChoices(later=True))
    licences.upload(made.ctx, made.admin, b"email\nsomebody.else@riverbend.example\n")
    with pytest.raises(RunFailedError):
        made.wait(again)
    said = made.run(again).said
    assert said is not None
    assert said.code == "LICENCE_MISSING"


@pytest.mark.exhaustive
def test_a_sis_that_is_out_at_night_is_waited_for(night: Night) -> None:
    made = night.made
    night.on()
    made.stage.sis.board.switch_on("outage")
    night.look()
    run_id = night.runs()[0].id
    until(lambda: made.run(run_id).state == "waiting")
    assert night.look(days=2) == 0  # it goes already
    made.stage.sis.board.switch_off()
    done = night.details()
    assert (done.run.id, done.verified == done.sent > 0) == (run_id, True)


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nightly_at", "25:00"),
        ("nightly_at", ""),
        ("quiet_from", "7"),
        ("quiet_until", ""),
        ("quiet_until", "22:00"),
        ("quiet_until", "21:30"),
    ],
)
def test_a_time_that_does_not_fit_is_told_beside_its_field_and_changes_nothing(
    linked: Installation, field: str, value: str
) -> None:
    made = linked
    given = {"nightly_at": "02:00", "quiet_from": "22:00", "quiet_until": "06:00", field: value}
    with pytest.raises(RefusedError) as refused:
        policy.save(made.ctx, made.admin, drift="ask", **given)
    assert (refused.value.said.code, refused.value.field) == ("TIME_INVALID", field)
    assert policy.view(made.ctx, made.teacher).changed_at is None


def test_everybody_reads_the_policy_and_only_an_admin_decides_it(linked: Installation) -> None:
    made = linked
    assert not policy.view(made.ctx, made.teacher).may_change
    with pytest.raises(RefusedError):
        policy.save(made.ctx, made.teacher, drift="keep", nightly_at="02:00")
    with pytest.raises(RefusedError) as refused:
        policy.save(made.ctx, made.admin, drift="never", nightly_at="02:00")
    assert refused.value.field == "drift"
    found = policy.save(made.ctx, made.admin, drift="keep", nightly_at="1:05", quiet_from="", quiet_until="")
    assert (found.drift, found.nightly_at, found.begins_at, found.may_change) == ("keep", "01:05", "01:05", True)
    assert replace(found, may_change=False) == policy.view(made.ctx, made.teacher)
