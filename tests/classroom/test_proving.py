"""What a service account may do is found out with Google's own library against the stand-in."""

from collections.abc import Iterator

import pytest

from classbridge.classroom.google.proving import Prover
from classbridge.classroom.google.scopes import DIRECTORY, EVERYTHING
from classbridge.classroom.port import ClassroomError
from classbridge.sandbox.classroom.control import ClassroomControl
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from tests.installation import TODAY


@pytest.fixture(scope="module")
def server() -> Iterator[ClassroomServer]:
    with ClassroomServer.start(District.make(students=60, seed=1, today=TODAY)) as running:
        yield running


@pytest.fixture
def control(server: ClassroomServer) -> Iterator[ClassroomControl]:
    with server.control() as opened:
        yield opened
    server.tokens.reset()
    server.board.switch_off()


def prover(server: ClassroomServer, email: str = "") -> Prover:
    info = server.info()
    return Prover(info["service_account"], email or info["admin_email"], info["base_url"])


async def test_an_administrator_with_everything_delegated_lacks_nothing(server: ClassroomServer) -> None:
    asked = prover(server)
    await asked.key()
    assert await asked.missing_scopes([*EVERYTHING, DIRECTORY]) == []
    person = await asked.classroom()
    assert (await asked.administers(person), await asked.directory()) == (True, True)


async def test_a_teacher_is_told_from_an_administrator_with_and_without_the_directory(
    server: ClassroomServer,
) -> None:
    asked = prover(server, server.info()["teacher_email"])
    assert (await asked.administers(await asked.classroom()), await asked.directory()) == (False, False)


@pytest.mark.parametrize("left_out", range(len(EVERYTHING)))
async def test_each_scope_that_is_not_delegated_is_named(
    server: ClassroomServer, control: ClassroomControl, left_out: int
) -> None:
    missing = EVERYTHING[left_out]
    control.do("delegate", scopes=[scope for scope in EVERYTHING if scope != missing])
    assert await prover(server).missing_scopes(EVERYTHING) == [missing]


async def test_without_delegation_every_scope_is_missing(
    server: ClassroomServer, control: ClassroomControl
) -> None:
    control.do("delegate", scopes=[])
    assert await prover(server).missing_scopes(EVERYTHING) == list(EVERYTHING)


@pytest.mark.parametrize(
    ("action", "arguments", "name"),
    [("withdraw_key", {}, "KeyRefused"), ("set_clock", {"ahead": 4000.0}, "ClockWrong")],
)
async def test_a_key_or_clock_that_google_refuses_is_named(
    server: ClassroomServer,
    control: ClassroomControl,
    action: str,
    arguments: dict[str, float],
    name: str,
) -> None:
    control.do(action, **arguments)
    with pytest.raises(ClassroomError) as raised:
        await prover(server).key()
    assert raised.value.token == name


async def test_an_address_that_google_does_not_know_is_named(server: ClassroomServer) -> None:
    with pytest.raises(ClassroomError) as raised:
        await prover(server, "nobody@elsewhere.example").missing_scopes(EVERYTHING)
    assert raised.value.token == "UserUnknown"


async def test_a_deleted_service_account_is_named(server: ClassroomServer) -> None:
    info = server.info()
    account = {**info["service_account"], "client_email": "gone@elsewhere.example"}
    with pytest.raises(ClassroomError) as raised:
        await Prover(account, info["admin_email"], info["base_url"]).key()
    assert raised.value.token == "ServiceAccountGone"


async def test_an_api_that_is_off_is_named_and_is_no_refusal_of_the_person(
    server: ClassroomServer, control: ClassroomControl
) -> None:
    control.switch_on("classroom-disabled")
    control.switch_on("directory-disabled")
    asked = prover(server)
    for call in (asked.classroom, asked.directory):
        with pytest.raises(ClassroomError) as raised:
            await call()
        assert raised.value.token == "ClassroomApiDisabled"


async def test_a_scope_that_the_token_lacks_is_no_refusal_of_the_person(server: ClassroomServer) -> None:
    rest = prover(server)._rest([DIRECTORY])
    with pytest.raises(ClassroomError) as raised:
        await rest.call("GET", "/v1/courses", dict)
    await rest.aclose()
    assert raised.value.token == "ScopesInsufficient"
