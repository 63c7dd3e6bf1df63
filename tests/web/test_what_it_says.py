"""Sentences of the class list and of exports that must be true in every state, in English."""

import re

import pytest
from msgspec.structs import replace

from classbridge.service import classes, grades, together, views
from classbridge.service.views import Chip
from tests.web import values
from tests.web.conftest import ADMIN, TEACHER, SignIn

NOTHING = "Nothing had to be sent."


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def details(**changes: object) -> views.ExportDetails:
    usual: dict[str, object] = {
        "run": values.run("export"),
        "assignments": (),
        **dict.fromkeys(("sent", "unchanged", "verified", "to_verify", "failed", "skipped"), 0),
    }
    return views.ExportDetails(**(usual | changes))  # type: ignore[arg-type]


@pytest.fixture
def of_export(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> "OfExport":
    return OfExport(signed_in, monkeypatch)


class OfExport:
    """The details page of an export, in words."""

    def __init__(self, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
        self._client, self._patch = signed_in(TEACHER), monkeypatch

    def says(self, **changes: object) -> str:
        self._patch.setattr(grades, "details", lambda *_: details(**changes))
        self._patch.setattr("classbridge.service.runs.view", lambda *_: values.run("export"))
        answer = self._client.get("/exports/r-export")
        assert answer.status_code == 200, answer.text
        return text(answer.text)


def test_an_export_that_failed_as_a_whole_does_not_say_that_nothing_had_to_be_sent(of_export: OfExport) -> None:
    run = values.run(
        "export", "failed", chip=Chip.NEEDS_ATTENTION, counts={}, said=values.said("WRONG_KEY"), may_cancel=False
    )
    assert NOTHING not in of_export.says(run=run)
    assert NOTHING in of_export.says(run=values.run("export", counts={}))


class Listing:
    """The list of classes, in words."""

    def __init__(self, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
        self._signed_in, self._patch = signed_in, monkeypatch

    def says(self, listed: views.ClassList, email: str = TEACHER) -> str:
        self._patch.setattr(classes, "class_list", lambda *_: listed)
        answer = self._signed_in(email).get("/classes")
        assert answer.status_code == 200, answer.text
        return text(answer.text)


@pytest.mark.parametrize(("email", "button"), [(TEACHER, False), (ADMIN, True)])
def test_a_classroom_that_is_not_connected_is_not_told_as_a_sis(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, email: str, button: bool
) -> None:
    listing, nothing = Listing(signed_in, monkeypatch), values.NO_SIS
    told = listing.says(replace(nothing, blocked=values.said("CLASSROOM_NOT_CONNECTED")), email)
    assert "No SIS is connected" not in told
    assert "Classroom is not connected yet" in told
    assert ("Connect Classroom" in told) == button
    assert "No SIS is connected" in listing.says(replace(nothing, blocked=values.said("NOT_CONNECTED")), email)


HOLDS_ALL = "The SIS already holds every grade that can be exported."


def part(state: str = "done", **changes: object) -> together.ClassPart:
    preview = replace(
        values.EXPORT_PREVIEW,
        to_send=0,
        **{"counts": {}, "assignments": (), **changes},
    )
    return together.ClassPart(
        course_id="1001",
        name="Matematik 1B",
        run=values.run("preview-export", state, may_cancel=False),
        preview=preview if state == "done" else None,
    )


DRIFTED = values.assignment(0, (values.line("Ed Ek", "drifted", "DRIFTED_HELD", classroom="1", sis="2"),))
QUIET = values.assignment(0, (values.line("Ed Ek", "skipped", "SKIPPED_NO_GRADE"),))
OUTSIDE = values.assignment(0, (values.line("Ed Ek", "skipped", "STUDENT_NOT_IN_SIS"),))
STOPPED = values.assignment(0, (), blocked=True, notices=(values.said("DUE_DATE_MISSING"),))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((part(assignments=(QUIET,)),), HOLDS_ALL),
        ((part(assignments=(QUIET,)), part("failed")), "1 preview failed."),
        ((part(assignments=(DRIFTED, OUTSIDE)),), "2 grades are left out or wait for somebody"),
        ((part(assignments=(STOPPED,)),), "1 assignment is stopped."),
    ],
)
def test_that_the_sis_holds_everything_is_said_only_where_nothing_is_left(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, parts: tuple[together.ClassPart, ...], said: str
) -> None:
    monkeypatch.setattr(together, "parts", lambda *_: parts)
    told = text(signed_in(TEACHER).get("/classes/export?runs=r1").text)
    assert said in told
    assert (HOLDS_ALL in told) == (said == HOLDS_ALL)
