"""Bodies made from the provider's own schemas, and ones that break them: what is stored is read as described."""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from litestar.testing import TestClient
from schemathesis import GenerationMode
from tests.provider.calls import EVERY, IDS, Row
from tests.provider.conftest import golden
from tests.provider.description import document, require_described

from classbridge.oneroster.provider import Options, SqlSource, create_app
from classbridge.oneroster.shape import collections

PUTS = [row for row in EVERY if row.method == "PUT"]
READS = {(row.version, row.path): row for row in EVERY if row.method == "GET"}


def placed(value: Any) -> Any:
    """A body whose references point to golden records, where they can be told apart."""
    if isinstance(value, list):
        return [placed(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "href" in value and "sourcedId" in value and value.get("type") in list(collections):
        return {**value, "sourcedId": IDS[collections[value["type"]]]}
    return {name: placed(inner) for name, inner in value.items()}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("row", PUTS, ids=lambda row: row.name)
def test_a_body_is_refused_as_described_or_read_back_as_described(
    sqlite_source: SqlSource, row: Row, mode: GenerationMode
) -> None:
    sqlite_source.load(golden())
    operation = schemathesis.openapi.from_dict(document(row.version, row.service))[row.path]["PUT"]
    statuses = set()

    with TestClient(create_app(sqlite_source, options=Options(complete_records=True))) as http:

        @settings(
            max_examples=8,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def check(case: Any) -> None:
            body = placed(case.body)
            if isinstance(body, dict) and isinstance(record := body.get(row.request_envelope), dict):
                record["sourcedId"] = row.address.rsplit("/", 1)[-1]
            raw = body if isinstance(body, bytes) else json.dumps(body)
            answer = http.put(row.address, content=raw, headers={"content-type": "application/json"})
            statuses.add(answer.status_code)
            require_described(row, answer)
            if answer.is_success:
                require_described(READS[row.version, row.path], http.get(row.address))

        check()
    wanted = {200, 201} if mode is GenerationMode.POSITIVE else {400, 422}
    assert statuses & wanted
