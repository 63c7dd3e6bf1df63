"""What may not go on: without a connection, and without the admin's yes to a kind of data (product A3, A6)."""

from collections.abc import Callable

import pytest

from classbridge.service import connections, grades, rosters
from classbridge.service.errors import RefusedError
from tests.installation import Installation


def refusals(asked: list[Callable[[], object]]) -> set[str]:
    """The codes with which each request is refused."""
    found = set()
    for ask in asked:
        with pytest.raises(RefusedError) as refused:
            ask()
        found.add(refused.value.said.code)
    return found


def test_nothing_goes_on_without_a_connection_and_each_kind_of_data_waits_for_its_yes(
    linked: Installation,
) -> None:
    connection_id = connections.home(linked.ctx, linked.admin).connections[0].id
    ctx, teacher, course_id = linked.ctx, linked.teacher, linked.course_id
    previewed = rosters.preview(ctx, teacher, course_id, ["students"])
    linked.wait(previewed)
    to_send = grades.preview(ctx, teacher, course_id)
    linked.wait(to_send)
    connections.confirm_data(ctx, linked.admin, connection_id, ["teachers"])

    asked: list[Callable[[], object]] = [
        lambda: rosters.preview(ctx, teacher, course_id, ["students"]),
        lambda: rosters.import_(ctx, teacher, previewed),
        lambda: grades.preview(ctx, teacher, course_id),
        lambda: grades.export(ctx, teacher, to_send, grades.ExportChoices()),
    ]

    assert refusals(asked) == {"DATA_EXCHANGE_OFF"}
    linked.wait(rosters.preview(ctx, teacher, course_id, ["teachers"]))
    connections.disconnect(ctx, linked.admin, connection_id)
    assert refusals(asked) == {"NOT_CONNECTED"}
    page = grades.page(ctx, teacher, course_id)
    assert page.blocked is not None
    assert page.blocked.code == "NOT_CONNECTED"
