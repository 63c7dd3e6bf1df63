"""Nothing is doubled by disconnecting, by losing our database, or by both (rules 1 and 3)."""

from decimal import Decimal

import pytest

from classbridge.service import classes, connections, grades
from classbridge.service.connections import CredentialsForm
from classbridge.store import connections as kept_connections
from classbridge.store import grades as kept_grades
from tests.installation import Installation
from tests.postgres import Cluster
from tests.service.conftest import Gradebook, Install, lines, sis_state


def disconnect(made: Installation) -> str:
    home = connections.home(made.ctx, made.admin)
    connections.disconnect(made.ctx, made.admin, home.connections[0].id)
    return home.connections[0].id


def reconnect(made: Installation) -> str:
    info = made.stage.sis.info()
    personality = made.stage.sis.personality
    again = connections.start(made.ctx, made.admin, personality.id, str(personality.version))
    form = CredentialsForm(
        base_url=info["base_url"],
        token_url=info["token_url"],
        key=info["client_id"],
        secret=info["client_secret"],
        extra_header=next(iter(info["extra_headers"].values()), ""),
    )
    connections.save_credentials(made.ctx, made.admin, again, form)
    made.wait(connections.authorize(made.ctx, made.admin, again), actor=made.admin)
    return again


def change_one(book: Gradebook) -> tuple[str, Decimal]:
    """Return another grade to one student whose grade the SIS has."""
    with_address = next(grade for grade in book.held() if grade.student_email)
    email = (with_address.student_email or "").casefold()
    score = Decimal(1) if book.graded()[email] != 1 else Decimal(2)
    book.grade(email, float(score))
    return email, score


def assert_only_this_is_sent(book: Gradebook, email: str, score: Decimal) -> None:
    preview = book.preview()
    assert (preview.to_send, preview.counts["changed"], preview.counts["drifted"]) == (1, 1, 0)
    done = book.export()
    assert (done.sent, done.verified, done.failed) == (1, 1, 0)
    assert {g.score for g in book.held() if (g.student_email or "").casefold() == email} == {score}
    assert sis_state(book.made)["duplicates"] == 0


@pytest.mark.parametrize("personality", ["generic@1.2", pytest.param("skyward-sms", marks=pytest.mark.exhaustive)])
def test_after_the_loss_of_our_database_everything_is_found_unchanged(
    install: Install, postgres: Cluster, personality: str
) -> None:
    first = install(personality, url=postgres.new_database())
    sent = first.up_to("export").grades_exported
    disconnect(first)
    before = sis_state(first)

    second = install(personality, url=postgres.new_database(), server=first.stage.sis)
    second.up_to("import")
    again = second.export()
    assert (again.sent, again.unchanged, again.failed) == (0, sent, 0)
    after = sis_state(second)
    assert after["duplicates"] == 0
    assert after["writes"] == before["writes"]
    assert (after["line_items"], after["results"]) == (before["line_items"], before["results"])

    book = Gradebook(second, "Cell division essay")
    assert_only_this_is_sent(book, *change_one(book))


def test_what_was_found_unchanged_under_our_own_ids_is_ours_again(install: Install) -> None:
    first = install()
    first.up_to("link")
    Gradebook(first, "Cell division essay").export()
    second = install(server=first.stage.sis)
    second.up_to("link")
    book = Gradebook(second, "Cell division essay")
    unchanged = book.export().unchanged
    with second.ctx.district(second.teacher).read() as rows:
        items = kept_grades.line_items_of_course(rows, "sandbox", second.course_id)
        results = kept_grades.results_of(rows, book.connection_id, items[0].sourced_id)
    assert [item.adopted for item in items] == [False]
    assert len(results) == unchanged > 20
    assert all(result.ours for result in results.values())


def test_after_disconnecting_and_connecting_anew_everything_is_known(
    linked: Installation, essay: Gradebook
) -> None:
    sent = essay.export().sent
    connection_id = disconnect(linked)
    with linked.ctx.district(linked.admin).read() as rows:
        assert kept_connections.credentials(rows, connection_id) == []
    assert reconnect(linked) == connection_id
    assert classes.class_list(linked.ctx, linked.teacher).blocked is None
    again = essay.export()
    assert (again.sent, again.unchanged) == (0, sent)
    assert_only_this_is_sent(essay, *change_one(essay))


def test_a_grade_that_both_sides_changed_to_the_same_is_known_as_that(essay: Gradebook) -> None:
    essay.export()
    held = next(grade for grade in essay.held() if grade.student_email)
    email = (held.student_email or "").casefold()
    with essay.made.stage.sis.control() as control:
        control.change_score(held.result_id, Decimal(3))
    essay.grade(email, 3)
    assert essay.export().sent == 0
    essay.grade(email, 4)
    assert_only_this_is_sent(essay, email, Decimal(4))


def test_disconnecting_while_an_export_runs_accounts_for_every_grade(linked: Installation) -> None:
    with linked.stage.sis.control() as control:
        control.switch_on("slow", value=0.3)
        run_id = linked.start_export()
        while not linked.run(run_id).done:
            pass
        disconnect(linked)
        control.switch_off()
    done = grades.details(linked.ctx, linked.teacher, run_id)
    assert done.run.state == "cancelled"
    assert done.run.said is not None
    assert done.run.said.code == "NOT_CONNECTED"
    unsent = [line for line in lines(done, "skipped") if line.said and line.said.code == "SKIPPED_CANCELLED"]
    assert unsent
    assert sis_state(linked)["writes"]["put_result"] == done.run.total // 2 - len(unsent)
