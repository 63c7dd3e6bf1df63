"""schemathesis tries the provider by its own description: no 5xx, no status or answer that is not described.

Requests need a token; ids, filters and sorts are often those of the golden records, so that many calls go through.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider import SqlSource, sqlite_engine, table
from classbridge.oneroster.provider.discovery import FILES
from tests.provider.conftest import ROOTS, golden
from tests.provider.description import document
from tests.provider_fuzz.fuzzing import CHECKS, Found, fuzz, guarded, settings

SEED = 20_261_123
WANTED = 20_000
SAMPLE = {"coverage": {"enabled": False}, "stateful": {"enabled": False}}


def try_service(version: Version, service: str, home: Path, *, examples: int, **phases: Any) -> Found:
    """Fuzz a service over the golden records."""
    source = SqlSource(sqlite_engine(home / f"{version}{service}.sqlite"), ROOTS)
    source.load(golden())
    app, token = guarded(source)
    base = next(one.base for one in table(version) if service in ("", one.service))
    amount = {"fuzzing": {"generation": {"max-examples": examples}}}
    config = settings(document(version, service), CHECKS, **amount, **phases)
    found = fuzz(app, f"{base}/discovery/{FILES[version, service][0]}", token, config, seed=SEED)
    source.close()
    return found


def require_sound(found: Found) -> None:
    assert found.failures == []
    assert found.errors == []
    assert max(found.statuses) < 500


@pytest.mark.parametrize(("version", "service"), FILES)
def test_a_seeded_sample_is_answered_as_described(version: Version, service: str, tmp_path: Path) -> None:
    found = try_service(version, service, tmp_path, examples=3, **SAMPLE)
    require_sound(found)
    assert found.requests >= len(document(version, service)["paths"])
    assert found.statuses[200] > 0


@pytest.mark.exhaustive
@pytest.mark.timeout(1800)
def test_twenty_thousand_requests_are_answered_as_described(
    tmp_path: Path, record_testsuite_property: Any
) -> None:
    statuses: Counter[int] = Counter()
    for version, service in FILES:
        found = try_service(version, service, tmp_path, examples=60)
        require_sound(found)
        statuses.update(found.statuses)
        print(f"{version} {service}: {found.requests} requests in {found.seconds:.0f} s: {found.statuses}")  # noqa: T201 - the figures of a long run
    assert sum(statuses.values()) >= WANTED
    assert {200, 201, 204, 400, 401, 404, 422} <= set(statuses)
