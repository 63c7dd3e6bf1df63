"""Sentences of the class list and of exports that must be true in every state, in English."""

import re

import pytest

from classbridge.service import grades, views
from classbridge.service.views import Chip
from tests.web import values
from tests.web.conftest import TEACHER, SignIn

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
