"""What the SIS or Classroom answers to work that goes on is named, with who can act; and what breaks here, too."""

import functools
from typing import Any

import pytest

from classbridge.bridge.outcome import Code, Owner
from classbridge.classroom.google.scopes import EVERYTHING
from classbridge.jobs import access
from classbridge.oneroster.options import Options
from classbridge.service import connections, google, grades
from classbridge.service.google import GoogleForm
from classbridge.service.views import ProofLine, Said
from classbridge.store import connections as kept_connections
from tests.outcomes.scene import Scene, refused, told
from tests.service import wrong_servers
from tests.service.wrong_servers import Says, server


def failed_preview(scene: Scene) -> Said | None:
    """Why a preview of an export fails."""
    made = scene.made
    run_id = grades.preview(made.ctx, made.teacher, scene.course_id)
    return scene.until(run_id, "failed").said


def test_a_sis_that_no_longer_takes_our_token_is_told_from_one_with_a_wrong_key(scene: Scene) -> None:
    scene.fault("expired-token")
    told(failed_preview(scene), Code.SIS_AUTH_FAILED, Owner.ADMIN)


def test_a_sis_that_does_not_answer_in_time_is_named_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    hasty = functools.partial(Options, answer_timeout=0.3, retries=0)
    monkeypatch.setattr(access, "Options", hasty)
    scene.tune_reading(page_size="77")  # another setting is another client, which is as hasty
    scene.fault("slow", value=1.5)
    told(failed_preview(scene), Code.SIS_TIMEOUT, Owner.ADMIN)


def test_what_breaks_on_our_side_is_named_and_recorded_under_a_number(scene: Scene) -> None:
    with scene.made.ctx.district(scene.made.admin).write() as rows:
        kept_connections.save_overrides(rows, scene.connection_id, {"editions": {"1.2": {"page_size": "many"}}})
    said = told(failed_preview(scene), Code.INTERNAL_ERROR, Owner.OPERATOR)
    assert len(said.params["reference"]) > 20


def test_a_section_that_is_gone_in_the_sis_is_named_so(scene: Scene) -> None:
    section = scene.source.record("class", scene.section)
    assert section is not None
    scene.source.delete("class", scene.section)
    try:
        told(failed_preview(scene), Code.SECTION_NOT_FOUND, Owner.SIS_ADMIN)
    finally:
        scene.source.put(section)


def test_an_answer_that_no_rule_foresees_is_shown_with_its_number(scene: Scene) -> None:
    made = scene.made
    odd = Says(409, {"imsx_description": "Come back in August."})
    with server(wrong_servers.GRANTED, odd) as origin:
        connection_id = connections.start(made.ctx, made.admin, "skyward-sms")
        form = connections.CredentialsForm(
            base_url=f"{origin}/ims/oneroster", token_url=f"{origin}/oauth/token", key="key", secret="secret"
        )
        connections.save_credentials(made.ctx, made.admin, connection_id, form)
        run = scene.until(connections.authorize(made.ctx, made.admin, connection_id), "failed")
    said = told(run.said, Code.SIS_REFUSED, Owner.SIS_ADMIN)
    assert said.params == {"status": "409"}
    connections.disconnect(made.ctx, made.admin, connection_id)


def test_a_class_that_is_gone_in_classroom_is_named_with_googles_reason(scene: Scene) -> None:
    courses = scene.made.stage.classroom.state.courses
    course_id = scene.made.course_id
    row = courses.pop(course_id)
    try:
        said = told(failed_preview(scene), Code.CLASSROOM_REFUSED, Owner.ADMIN)
    finally:
        courses[course_id] = row
    assert said.params == {"reason": "NOT_FOUND"}


def test_a_domain_without_the_classroom_api_is_named(scene: Scene) -> None:
    scene.made.stage.classroom.board.switch_on("classroom-disabled")
    told(failed_preview(scene), Code.CLASSROOM_API_DISABLED, Owner.ADMIN)


def proved(scene: Scene) -> dict[str, ProofLine]:
    """What the test of the Classroom connection says, by its proofs."""
    made = scene.made
    scene.until(google.test(made.ctx, made.admin), "done", "failed")
    return {line.name: line for line in google.view(made.ctx, made.admin).proof}


def test_google_that_asks_to_slow_down_is_named(scene: Scene) -> None:
    scene.made.stage.classroom.board.switch_on("quota")
    told(proved(scene)["classroom"].said, Code.CLASSROOM_QUOTA, Owner.NOBODY)


def test_what_the_optional_scope_would_allow_is_said_and_an_admin_that_cannot_be_seen_too(scene: Scene) -> None:
    classroom = scene.made.stage.classroom
    everything, courses = classroom.tokens.delegated, dict(classroom.state.courses)
    classroom.tokens.delegated = frozenset(EVERYTHING)
    classroom.state.courses.clear()
    try:
        shown = proved(scene)
    finally:
        classroom.tokens.delegated = everything
        classroom.state.courses.update(courses)
    assert (shown["admin"].state, shown["directory"].state) == ("unknown", "unknown")
    told(shown["admin"].said, Code.GOOGLE_ADMIN_NOT_PROVED, Owner.NOBODY)
    told(shown["directory"].said, Code.GOOGLE_OPTIONAL_LEFT_OUT, Owner.ADMIN)


@pytest.mark.parametrize(
    ("key_file", "code"),
    [
        ("this is no JSON", Code.GOOGLE_KEY_FILE_INVALID),
        ('{"type": "service_account", "private_key_id": "1"}', Code.GOOGLE_KEY_FILE_INCOMPLETE),
    ],
)
def test_a_file_that_is_no_whole_key_file_is_refused_for_what_it_is(
    scene: Scene, key_file: str, code: Code
) -> None:
    form: Any = GoogleForm(key_file=key_file, admin_email="ada@riverbend.example")
    told(refused(lambda: google.save(scene.made.ctx, scene.made.admin, form)), code, Owner.ADMIN)


def test_what_works_and_what_is_not_tried_stands_with_the_connection(scene: Scene) -> None:
    made = scene.made
    readable = ("roster-core", "roster", "gradebook")
    scope = "https://purl.imsglobal.org/spec/or/v1p2/scope/{}.readonly"
    scene.tune_reading(scopes=", ".join(scope.format(one) for one in readable))
    scene.until(connections.authorize(made.ctx, made.admin, scene.connection_id), "done")
    proof = {line.name: line for line in connections.view(made.ctx, made.admin, scene.connection_id).proof}
    told(proof["gradebook"].said, Code.PROVED, Owner.NOBODY)
    told(proof["write"].said, Code.NOT_TRIED, Owner.NOBODY)
