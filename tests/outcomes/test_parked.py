"""An export that waited for the SIS looks again at every grade before it sends it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from classbridge.bridge.outcome import Code, Owner
from classbridge.bridge.policy import Actor
from classbridge.oneroster.models import Result
from classbridge.oneroster.provider.errors import ProviderError
from classbridge.service import grades
from tests.outcomes.scene import Scene, told
from tests.service.conftest import Gradebook

LONG = 600
"""Seconds to wait, more than the client waits by itself."""

POINTS = {"before": Decimal(50), "now": Decimal(60), "theirs": Decimal(55)}


def parked(scene: Scene, book: Gradebook, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Callable[[Any], bool]]:
    """An export that was planned and found the SIS away at its first grade; and how the SIS stores a record."""
    made, source, put = scene.made, scene.source, scene.source.put

    def fall_over(record: Any) -> bool:
        if isinstance(record, Result):
            scene.fault("rate-limit", value=LONG)
            raise ProviderError(429, "server_busy", "Too many requests.", {"Retry-After": str(LONG)})
        return put(record)

    preview = book.previewing()
    with monkeypatch.context() as until_it_waits:
        until_it_waits.setattr(source, "put", fall_over)
        run_id = grades.export(made.ctx, made.teacher, preview, grades.ExportChoices())
        scene.until(run_id, "waiting")
    return run_id, put


def test_what_changed_in_the_sis_while_an_export_waited_is_not_overwritten(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrected, commented, same, untouched = emails = scene.emails[:4]
    book = scene.work("Waits a weekend", dict.fromkeys(emails, float(POINTS["before"])))
    book.export()
    for email in emails:
        book.grade(email, float(POINTS["now"]))
    run_id, put = parked(scene, book, monkeypatch)

    source = scene.source
    source.change_score(scene.in_sis(book, corrected).result_id, POINTS["theirs"])
    source.change_score(scene.in_sis(book, same).result_id, POINTS["now"])
    result = source.record("result", scene.in_sis(book, commented).result_id)
    assert isinstance(result, Result)
    put(replace(result, comment="Well done"))
    writes = source.state()["writes"]["put_result"]
    scene.made.stage.sis.board.switch_off()
    scene.made.wait(run_id)

    done = grades.details(scene.made.ctx, scene.made.teacher, run_id)
    said = told(scene.line(done, corrected).said, Code.DRIFTED_HELD, Owner.TEACHER)
    assert said.params == {"classroom": "60", "sis": "55"}
    assert (done.sent, done.verified, done.failed) == (3, 3, 0)
    assert source.state()["writes"]["put_result"] == writes + 2
    held = {email: scene.in_sis(book, email).score for email in emails}
    assert held == {**dict.fromkeys(emails, POINTS["now"]), corrected: POINTS["theirs"]}
    result = source.record("result", scene.in_sis(book, commented).result_id)
    assert isinstance(result, Result)
    assert result.comment == "Well done"
    shown = book.preview()
    assert scene.line(shown, corrected).decision == "drifted"
    assert scene.line(shown, untouched).decision == "unchanged"


def test_an_export_joins_only_the_same_one_and_any_other_waits_its_turn(scene: Scene) -> None:
    made, email = scene.made, scene.emails[0]
    books = [scene.work("Asked for first", {email: 60}), scene.work("Asked for meanwhile", {email: 61})]
    first, second = [(book, book.previewing()) for book in books]
    scene.fault("rate-limit", value=LONG)

    def ask(preview: str, actor: Actor = made.teacher) -> str:
        return grades.export(made.ctx, actor, preview, grades.ExportChoices())

    runs = [ask(first[1])]
    scene.until(runs[0], "waiting")
    runs += [ask(second[1]), ask(first[1], made.admin)]
    assert len(set(runs)) == 3
    assert [ask(first[1]), ask(second[1]), ask(first[1], made.admin)] == runs
    scene.calm()
    for run_id in runs:
        made.wait(run_id, actor=made.admin)
    assert [scene.in_sis(book, email).score for book in books] == [60, 61]
    assert [grades.details(made.ctx, made.teacher, one).verified for one in runs] == [1, 1, 0]
