import pytest

from classbridge.jobs.diagnosis import Request, diagnose
from classbridge.oneroster import errors
from classbridge.sis.outgoing import AddressRefused

AWAY = {
    "SIS_NO_ANSWER": errors.Unreachable(),
    "SIS_TIMEOUT": errors.TimedOut(),
    "SIS_SERVER_ERROR": errors.ServerFailed(status=503),
    "WRONG_HOST": AddressRefused("sis.example", "unresolved"),
}


@pytest.mark.parametrize("code", AWAY)
def test_a_teacher_whose_export_waits_reads_that_the_sis_cannot_be_reached(code: str) -> None:
    assert diagnose(AWAY[code], Request(base_url="https://sis.example")).outcome.code == code
    waiting = Request(base_url="https://sis.example", waiting=True)
    assert diagnose(AWAY[code], waiting).outcome.code == "SIS_UNREACHABLE"


def test_what_somebody_has_to_mend_keeps_its_own_name_while_an_export_waits() -> None:
    waiting = Request(base_url="https://sis.example", waiting=True)
    assert diagnose(errors.TlsFailure(), waiting).outcome.code == "TLS_FAILED"
    assert diagnose(errors.RateLimited(), waiting).outcome.code == "SIS_RATE_LIMITED"
    assert diagnose(errors.Forbidden(), waiting).outcome.code == "SIS_READ_NOT_LICENSED"
