"""Each way in which connecting can fail has a code, words and an owner of its own, and keeps what was entered."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from msgspec import Struct

from classbridge.bridge.outcome import Code
from classbridge.cli.main_job import RunFailedError
from classbridge.sandbox import sis
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer
from classbridge.service import connections, runs
from classbridge.service.connections import CredentialsForm
from classbridge.service.views import ConnectionView, RunView
from classbridge.text.outcomes import explain
from tests.installation import Installation, installation, settings_for
from tests.service import wrong_servers as wrong
from tests.service.conftest import STUDENTS
from tests.service.wrong_servers import server


class Door(Struct, frozen=True, kw_only=True):
    """What an admin enters: where, and with which SIS chosen."""

    base_url: str
    token_url: str
    vendor: str = "generic"
    version: str = "1.2"
    key: str = "key"
    secret: str = "secret"
    extra_header: str = ""


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, made_up: District, one_classroom: ClassroomServer
) -> Iterator[Installation]:
    """An installation with nothing connected yet."""
    folder = tmp_path_factory.mktemp("connecting")
    with installation(settings_for(folder), students=STUDENTS, classroom=one_classroom) as made:
        yield made


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def running(stack: ExitStack, personality: str, made_up: District) -> Door:
    """The right door to a SIS of the sandbox."""
    info = stack.enter_context(SisServer.start(sis.load(personality), made_up.records())).info()
    return Door(
        vendor=info["vendor"],
        version=info["version"],
        base_url=info["base_url"],
        token_url=info["token_url"],
        key=info["client_id"],
        secret=info["client_secret"],
        extra_header=next(iter(info["extra_headers"].values()), ""),
    )


def at(origin: str, **more: str) -> Door:
    return Door(base_url=f"{origin}/ims/oneroster", token_url=f"{origin}/oauth/token", **more)


def prove(house: Installation, door: Door) -> tuple[RunView, ConnectionView]:
    """Enter, authorize, and wait for the end."""
    connection_id = connections.start(house.ctx, house.admin, door.vendor, door.version)
    form = CredentialsForm(
        base_url=door.base_url,
        token_url=door.token_url,
        key=door.key,
        secret=door.secret,
        extra_header=door.extra_header,
    )
    connections.save_credentials(house.ctx, house.admin, connection_id, form)
    run_id = connections.authorize(house.ctx, house.admin, connection_id)
    with suppress(RunFailedError):
        house.wait(run_id, actor=house.admin)
    return runs.view(house.ctx, house.admin, run_id), connections.view(house.ctx, house.admin, connection_id)


def assert_fails(house: Installation, door: Door, stage: str, code: Code) -> None:
    run, view = prove(house, door)
    assert (run.state, run.said.code if run.said else "") == ("failed", code)
    proof = {line.name: line for line in view.proof}
    before, _, _ = "token rostering gradebook write".partition(stage)
    assert [proof[name].state for name in before.split()] == ["passed"] * len(before.split())
    assert proof[stage].state == "failed"
    said = proof[stage].said
    assert said is not None
    assert said.code == code
    for language in ("en", "sv"):
        words = explain(code, said.params, language)
        assert all((words.happened, words.meaning, words.fix, words.owner))
    rosters_work = stage in ("gradebook", "write")
    assert (view.state, view.key_kept) == ("connected" if rosters_work else "draft", True)
    assert (view.base_url, view.token_url) == (door.base_url, door.token_url)


@pytest.mark.parametrize(
    ("token", "api", "more", "stage", "code"),
    [
        (wrong.GRANTED, wrong.HTML, {}, "rostering", Code.NOT_ONEROSTER),
        (wrong.GRANTED, wrong.NOT_FOUND, {}, "rostering", Code.NOT_ONEROSTER),
        (wrong.HTML, wrong.HTML, {}, "token", Code.TOKEN_URL_UNKNOWN),
        (wrong.NOT_FOUND, wrong.HTML, {}, "token", Code.TOKEN_URL_UNKNOWN),
        (wrong.WITHOUT_A_TOKEN, wrong.HTML, {}, "token", Code.TOKEN_URL_UNKNOWN),
        (wrong.NO_SUCH_SCOPE, wrong.HTML, {}, "token", Code.SCOPE_MISSING),
        (wrong.EXPIRED, wrong.HTML, {}, "token", Code.KEY_EXPIRED),
        (wrong.INACTIVE, wrong.HTML, {}, "token", Code.KEY_INACTIVE),
        (wrong.NOT_YET, wrong.HTML, {}, "token", Code.KEY_NOT_IN_EFFECT),
        (wrong.BUSY, wrong.HTML, {}, "token", Code.SIS_RATE_LIMITED),
        (wrong.BROKEN, wrong.HTML, {}, "token", Code.SIS_SERVER_ERROR),
        (wrong.AWAY, wrong.HTML, {}, "token", Code.REDIRECT_REFUSED),
        (wrong.GRANTED, wrong.AWAY, {}, "rostering", Code.REDIRECT_REFUSED),
        (wrong.GRANTED, wrong.NO_LICENCE, {}, "rostering", Code.SIS_READ_NOT_LICENSED),
        (wrong.GRANTED, wrong.NO_LICENCE, {"teachers": wrong.TEACHERS}, "gradebook", Code.GRADEBOOK_NOT_LICENSED),
        (wrong.GRANTED, wrong.NO_PASS_BACK, {"teachers": wrong.TEACHERS}, "gradebook", Code.GRADE_PASS_BACK_OFF),
        (
            wrong.GRANTED,
            wrong.NOT_FOUND,
            {"teachers": wrong.TEACHERS, "classes": wrong.CLASSES},
            "gradebook",
            Code.GRADEBOOK_NOT_OFFERED,
        ),
    ],
)
def test_a_server_that_answers_otherwise_than_a_sis_is_named_for_what_it_is(
    house: Installation,
    stack: ExitStack,
    token: wrong.Says,
    api: wrong.Says,
    more: dict[str, wrong.Says],
    stage: str,
    code: Code,
) -> None:
    assert_fails(house, at(stack.enter_context(server(token, api, more=more))), stage, code)


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        ("https://sis.nowhere.invalid", Code.WRONG_HOST),
        ("https://10.1.2.3", Code.PRIVATE_ADDRESS_REFUSED),
        ("https://169.254.169.254", Code.PRIVATE_ADDRESS_REFUSED),
        ("http://sis.example.org", Code.HTTPS_REQUIRED),
    ],
)
def test_an_address_that_is_never_asked_is_named_so(house: Installation, origin: str, code: Code) -> None:
    assert_fails(house, at(origin), "token", code)


def test_a_port_where_nothing_listens_is_no_answer(house: Installation) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert_fails(house, at(f"http://127.0.0.1:{bound.getsockname()[1]}"), "token", Code.SIS_NO_ANSWER)


def test_a_certificate_that_nobody_vouches_for_is_no_trust(
    house: Installation, stack: ExitStack, tmp_path: Path
) -> None:
    origin = stack.enter_context(server(wrong.GRANTED, wrong.HTML, folder=tmp_path))
    assert_fails(house, at(origin), "token", Code.TLS_FAILED)


def test_a_wrong_key_is_a_wrong_key(house: Installation, stack: ExitStack, made_up: District) -> None:
    door = running(stack, "generic@1.2", made_up)
    assert_fails(house, at_door(door, secret="another"), "token", Code.WRONG_KEY)


def at_door(door: Door, **changed: str) -> Door:
    fields = {name: getattr(door, name) for name in door.__struct_fields__}
    return Door(**{**fields, **changed})


@pytest.mark.parametrize(("there", "chosen"), [("1.1", "1.2"), ("1.2", "1.1")])
def test_an_address_of_the_other_version_is_named_so(
    house: Installation, stack: ExitStack, made_up: District, there: str, chosen: str
) -> None:
    door = running(stack, f"generic@{there}", made_up)
    base_url = door.base_url.removesuffix("/v1p1") + ("/v1p1" if chosen == "1.1" else "")
    wrongly = at_door(door, version=chosen, base_url=base_url)
    run, _ = prove(house, wrongly)
    assert run.said is not None
    assert (run.said.code, run.said.params) == (Code.WRONG_VERSION, {"expected": chosen, "found": there})


def test_a_missing_vendor_key_is_told_from_a_wrong_key(
    house: Installation, stack: ExitStack, made_up: District
) -> None:
    door = running(stack, "infinite-campus", made_up)
    assert_fails(house, at_door(door, extra_header=""), "gradebook", Code.VENDOR_KEY_MISSING)
    assert_fails(house, at_door(door, secret="another"), "token", Code.WRONG_KEY)


def test_what_was_entered_is_kept_and_a_secret_need_not_be_entered_again(
    house: Installation, stack: ExitStack, made_up: District
) -> None:
    door = running(stack, "generic@1.2", made_up)
    assert_fails(house, at_door(door, token_url=door.token_url + "/elsewhere"), "token", Code.TOKEN_URL_UNKNOWN)
    run, view = prove(house, at_door(door, key="", secret=""))
    assert (run.state, view.state) == ("done", "connected")
    assert [line.state for line in view.proof] == ["passed"] * 4
