"""Where a SIS gives ids of its own a repeated PUT makes a second record: what is there is looked at first."""

from typing import Any

import pytest

from classbridge.oneroster.models import LineItem, Result
from classbridge.oneroster.provider.errors import ProviderError
from tests.quirks.conftest import Bench
from tests.service.conftest import Gradebook


def test_what_such_a_sis_stored_before_it_failed_is_not_made_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench.stage("Q32:assigned") as made:
        made.up_to("link")
        book, source = Gradebook(made, "Cell division essay"), made.stage.sis.source
        put = source.put
        waiting: list[type] = [LineItem, Result]

        def store_and_fail(record: Any) -> bool:
            created = put(record)
            if waiting and isinstance(record, waiting[0]):
                waiting.pop(0)
                raise ProviderError(503, "server_busy", "It took too long.")
            return created

        monkeypatch.setattr(source, "put", store_and_fail)
        before = source.state()
        done = book.export()
        state = source.state()
        assert (done.failed, done.unchanged, done.verified) == (0, 1, len(book.held()) - 1)
        assert state["duplicates"] == 0
        assert state["line_items"] == before["line_items"] + 1
        monkeypatch.undo()
        again = book.export()
        assert (again.sent, again.failed, again.unchanged) == (0, 0, len(book.held()))
