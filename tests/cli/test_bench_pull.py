import pytest

from classbridge.cli.bench import pull


def test_every_record_is_pulled_over_the_wire_and_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull, "PAGE", 500)
    found = pull.measure(1_200)
    assert found.figure > 0
    assert found.floor > 0
    assert found.more["downloaded MB"] > 0.5
    assert 0 < found.more["peak MB (wanted: under 250)"] < 250


@pytest.mark.exhaustive
@pytest.mark.timeout(900)
def test_a_million_records_are_pulled_in_less_than_250_mb() -> None:
    assert pull.measure().more["peak MB (wanted: under 250)"] < 250
