"""Connecting Classroom: each thing that can be wrong at Google is named with its owner, and entries are kept."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from classbridge.bridge.outcome import Code, catalogue
from classbridge.bridge.policy import Actor, Role
from classbridge.classroom.google.keyfile import GOOGLE_TOKEN_URI
from classbridge.classroom.google.scopes import DIRECTORY, EVERYTHING, LICENSING
from classbridge.cli import house, main_job
from classbridge.cli.main_job import RunFailedError
from classbridge.jobs.worker import inline_worker
from classbridge.jobs.workflows import MODULE
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.service import audit, connections, google, runs, setup
from classbridge.service.context import Context, open_context
from classbridge.service.errors import RefusedError
from classbridge.service.google import GoogleForm
from classbridge.service.views import RunView
from classbridge.settings import Settings
from classbridge.store import classrooms
from classbridge.store.tables import classroom as classroom_table
from classbridge.store.tables import classroom_entry
from classbridge.text.outcomes import explain
from tests.installation import settings_for


@pytest.fixture(scope="module")
def house_with_sandbox(
    tmp_path_factory: pytest.TempPathFactory, one_classroom: ClassroomServer
) -> Iterator[Context]:
    """An installation whose Classroom is the sandbox's; no district has connected it."""
    folder = tmp_path_factory.mktemp("google")
    info = folder / "sandbox.json"
    info.write_text(json.dumps({"classroom": one_classroom.info()}))
    settings = replace(settings_for(folder), sandbox_info=str(info))
    with opened(settings) as ctx, inline_worker(settings, [MODULE]):
        yield ctx


@contextmanager
def opened(settings: Settings) -> Iterator[Context]:
    house.migrate(settings)
    with open_context(settings) as ctx:
        yield ctx


@pytest.fixture
def admin(house_with_sandbox: Context, classroom: ClassroomServer) -> Actor:
    """The admin of a new district."""
    return admin_of(house_with_sandbox)


def admin_of(ctx: Context) -> Actor:
    district = setup.create_district(ctx, name="Northfield", time_zone="Europe/Stockholm")
    email = "ada@northfield.example"
    setup.create_account(ctx, district, email=email, name="Ada", roles=(Role.ADMIN,), password="x" * 12)
    return setup.actor_of(ctx, district, email)


@pytest.fixture
def tested(house_with_sandbox: Context, admin: Actor, classroom: ClassroomServer) -> Callable[..., RunView]:
    """Enter the sandbox's key with changes, test, and wait for the end."""

    def run(email: str = "", **changed: str) -> RunView:
        info = classroom.info()
        form = GoogleForm(
            key_file=json.dumps(info["service_account"] | changed), admin_email=email or info["admin_email"]
        )
        google.save(house_with_sandbox, admin, form)
        run_id = google.test(house_with_sandbox, admin)
        with suppress(RunFailedError):
            main_job.wait(house_with_sandbox, admin, run_id)
        return runs.view(house_with_sandbox, admin, run_id)

    return run


def code_of(run: RunView) -> str:
    return run.said.code if run.said else run.state


def states(ctx: Context, admin: Actor) -> dict[str, str]:
    return {line.name: line.state for line in google.view(ctx, admin).proof}


def test_in_the_sandbox_one_click_connects_classroom(house_with_sandbox: Context, admin: Actor) -> None:
    ctx = house_with_sandbox
    assert google.view(ctx, admin).side is None
    main_job.wait(ctx, admin, google.connect_sandbox(ctx, admin))
    shown = google.view(ctx, admin)
    assert (shown.side, shown.key_kept, set(states(ctx, admin).values())) == ("sandbox", True, {"passed"})
    assert connections.home(ctx, admin).classroom_side == "sandbox"
    done = [event.action for event in audit.events(ctx, admin, None).items]
    assert done == ["classroom.connect", "classroom.test", "classroom.entry"]


def test_a_scope_that_is_not_delegated_is_named(
    tested: Callable[..., RunView], classroom: ClassroomServer
) -> None:
    left_out = EVERYTHING[-1]
    classroom.tokens.delegated = frozenset(EVERYTHING) - {left_out}
    run = tested()
    assert code_of(run) == Code.CLASSROOM_SCOPES_MISSING
    assert run.said is not None
    assert run.said.params == {"scopes": left_out}


def withdrawn(classroom: ClassroomServer) -> None:
    classroom.tokens.key_withdrawn = True


def late(classroom: ClassroomServer) -> None:
    classroom.tokens.clock_ahead = 4000.0


def undelegated(classroom: ClassroomServer) -> None:
    classroom.tokens.delegated = frozenset()


def switched_off(classroom: ClassroomServer) -> None:
    classroom.board.switch_on("classroom-disabled")


def away(classroom: ClassroomServer) -> None:
    classroom.board.switch_on("outage")


def nothing(_classroom: ClassroomServer) -> None:
    """Leave Google as it is."""


@pytest.mark.parametrize(
    ("spoil", "entered", "stage", "code", "owner"),
    [
        (withdrawn, {}, "key", Code.GOOGLE_KEY_REFUSED, "admin"),
        (nothing, {"client_email": "gone@x.example"}, "key", Code.GOOGLE_SERVICE_ACCOUNT_GONE, "admin"),
        (late, {}, "key", Code.GOOGLE_CLOCK_WRONG, "operator"),
        (away, {}, "key", Code.CLASSROOM_UNREACHABLE, "admin"),
        (undelegated, {}, "delegation", Code.GOOGLE_NOT_DELEGATED, "admin"),
        (nothing, {"email": "nobody@elsewhere.example"}, "delegation", Code.GOOGLE_USER_UNKNOWN, "admin"),
        (switched_off, {}, "classroom", Code.GOOGLE_API_DISABLED, "admin"),
        (nothing, {"email": "teacher"}, "admin", Code.GOOGLE_NOT_ADMIN, "admin"),
    ],
)
def test_each_thing_that_is_wrong_at_google_is_named_and_the_entries_are_kept(
    house_with_sandbox: Context,
    admin: Actor,
    classroom: ClassroomServer,
    tested: Callable[..., RunView],
    spoil: Callable[[ClassroomServer], None],
    entered: dict[str, str],
    stage: str,
    code: Code,
    owner: str,
) -> None:
    if entered.get("email") == "teacher":
        entered = {"email": classroom.info()["teacher_email"]}
    spoil(classroom)
    run = tested(**entered)
    assert (run.state, code_of(run)) == ("failed", code)
    shown = google.view(house_with_sandbox, admin)
    assert states(house_with_sandbox, admin)[stage] == "failed"
    assert (shown.side, shown.key_kept) == (None, True)
    assert shown.admin_email == entered.get("email", classroom.info()["admin_email"])
    assert run.said is not None
    for language in ("en", "sv"):
        words = explain(code, run.said.params, language)
        assert all((words.happened, words.meaning, words.fix, words.owner))
    assert catalogue[code].owner == owner


def test_without_the_optional_scope_classroom_is_connected_and_the_page_says_what_is_left_out(
    house_with_sandbox: Context, admin: Actor, classroom: ClassroomServer, tested: Callable[..., RunView]
) -> None:
    classroom.tokens.delegated = frozenset(EVERYTHING)
    assert tested().state == "done"
    shown = google.view(house_with_sandbox, admin)
    left_out = {line.name: line.said.params for line in shown.proof if line.state == "unknown" and line.said}
    assert (shown.side, set(left_out)) == ("sandbox", {"directory", "licences"})
    assert left_out["directory"] == {"scope": DIRECTORY}
    assert left_out["licences"] == {"scope": f"{DIRECTORY}, {LICENSING}"}


def test_the_directory_api_that_is_off_is_named_and_stops_nothing(
    house_with_sandbox: Context, admin: Actor, classroom: ClassroomServer, tested: Callable[..., RunView]
) -> None:
    classroom.board.switch_on("directory-disabled")
    assert tested().state == "done"
    lines = {line.name: line for line in google.view(house_with_sandbox, admin).proof}
    for name in ("directory", "licences"):
        said = lines[name].said
        assert lines[name].state == "failed"
        assert said is not None
        assert (said.code, said.params) == (Code.GOOGLE_API_DISABLED, {"api": "Admin SDK API"})


def test_the_licence_api_that_is_off_is_named_and_stops_nothing(
    house_with_sandbox: Context, admin: Actor, classroom: ClassroomServer, tested: Callable[..., RunView]
) -> None:
    classroom.board.switch_on("licensing-disabled")
    assert tested().state == "done"
    line = google.view(house_with_sandbox, admin).proof[-1]
    assert (line.name, line.state) == ("licences", "failed")
    assert line.said is not None
    assert line.said.params == {"api": "Enterprise License Manager API"}


def test_a_wrong_new_key_leaves_the_connection_that_works_in_force(
    house_with_sandbox: Context, admin: Actor, classroom: ClassroomServer, tested: Callable[..., RunView]
) -> None:
    assert tested().state == "done"
    assert tested(client_email="gone@x.example").state == "failed"
    ctx = house_with_sandbox
    with ctx.district(admin).read() as rows:
        kept = classrooms.open_secret(rows, ctx.sealer, "sandbox")["service_account"]
    assert kept["client_email"] == classroom.info()["service_account"]["client_email"]


def test_after_a_failure_the_test_is_repeated_with_what_was_kept(
    house_with_sandbox: Context, admin: Actor, classroom: ClassroomServer, tested: Callable[..., RunView]
) -> None:
    classroom.tokens.delegated = frozenset()
    assert tested().state == "failed"
    classroom.tokens.delegated = frozenset(EVERYTHING)
    ctx = house_with_sandbox
    main_job.wait(ctx, admin, google.test(ctx, admin))
    assert google.view(ctx, admin).side == "sandbox"


def test_a_wrong_field_is_named_and_what_fits_is_kept(
    house_with_sandbox: Context, admin: Actor, classroom: ClassroomServer
) -> None:
    ctx, key = house_with_sandbox, json.dumps(classroom.info()["service_account"])
    for form, field, code in (
        (GoogleForm(admin_email="ada@northfield.example"), "key_file", Code.FIELD_MISSING),
        (GoogleForm(key_file="{}", admin_email="ada@x.example"), "key_file", Code.GOOGLE_KEY_FILE_TYPE),
        (GoogleForm(key_file=key, admin_email="ada"), "admin_email", Code.FIELD_MISSING),
        (GoogleForm(), "admin_email", Code.FIELD_MISSING),
    ):
        with pytest.raises(RefusedError) as raised:
            google.save(ctx, admin, form)
        assert (raised.value.field, raised.value.said.code) == (field, code)
    assert google.view(ctx, admin).key_kept


def test_only_the_key_of_google_is_taken_outside_the_sandbox(tmp_path: Path, classroom: ClassroomServer) -> None:
    account = classroom.info()["service_account"]
    with opened(settings_for(tmp_path)) as ctx:
        admin = admin_of(ctx)
        with pytest.raises(RefusedError) as raised:
            google.save(ctx, admin, GoogleForm(key_file=json.dumps(account), admin_email="a@b.example"))
        assert raised.value.said.code == Code.GOOGLE_KEY_FILE_ADDRESS
        real = json.dumps(account | {"token_uri": GOOGLE_TOKEN_URI})
        google.save(ctx, admin, GoogleForm(key_file=real, admin_email="a@b.example"))
        assert google.view(ctx, admin).client_id == account["client_id"]


def test_a_connection_that_the_operator_made_can_be_tested(
    house_with_sandbox: Context, admin: Actor, classroom: ClassroomServer
) -> None:
    ctx, info = house_with_sandbox, classroom.info()
    setup.connect_classroom(
        ctx,
        admin,
        side="sandbox",
        base_url=info["base_url"],
        admin_email=info["admin_email"],
        service_account=info["service_account"],
    )
    main_job.wait(ctx, admin, google.test(ctx, admin))
    assert set(states(ctx, admin).values()) == {"passed"}


def test_the_key_lies_sealed_and_is_never_shown(
    house_with_sandbox: Context, admin: Actor, tested: Callable[..., RunView], classroom: ClassroomServer
) -> None:
    tested()
    secret = classroom.info()["service_account"]["private_key"].splitlines()[1]
    folder = house_with_sandbox.settings.data_dir
    assert not [file for file in folder.glob("*.sqlite*") if secret.encode() in file.read_bytes()]
    assert secret not in repr(google.view(house_with_sandbox, admin))
    assert secret not in repr(GoogleForm(key_file=secret))


def test_removed_the_key_is_nowhere_in_the_files_and_connecting_again_finds_the_same_side(
    house_with_sandbox: Context, admin: Actor, classroom: ClassroomServer
) -> None:
    ctx = house_with_sandbox
    with pytest.raises(RefusedError) as refused:
        google.removal(ctx, admin)
    assert refused.value.said.code == Code.CLASSROOM_NOT_CONNECTED
    main_job.wait(ctx, admin, google.connect_sandbox(ctx, admin))
    sealed = sealed_keys(ctx, admin)
    assert len(sealed) == 2
    assert all(in_files(ctx.settings, one) for one in sealed)
    assert google.removal(ctx, admin).connected_as == classroom.info()["admin_email"]
    google.remove(ctx, admin)
    assert not any(in_files(ctx.settings, one) for one in sealed)
    shown = google.view(ctx, admin)
    assert (shown.side, shown.key_kept, shown.client_email) == (None, False, "")
    google.remove(ctx, admin)
    done = [event.action for event in audit.events(ctx, admin, None).items]
    assert (done[0], done.count("classroom.remove")) == ("classroom.remove", 1)
    main_job.wait(ctx, admin, google.connect_sandbox(ctx, admin))
    assert google.view(ctx, admin).side == "sandbox"


def test_a_test_under_way_is_stopped_and_puts_nothing_in_force_after_the_removal(
    house_with_sandbox: Context, admin: Actor
) -> None:
    ctx = house_with_sandbox
    run_id = google.connect_sandbox(ctx, admin)
    google.remove(ctx, admin)
    with suppress(RunFailedError):
        main_job.wait(ctx, admin, run_id)
    main_job.wait(ctx, admin, google.connect_sandbox(ctx, admin))
    google.remove(ctx, admin)
    assert google.view(ctx, admin).side is None
    assert runs.view(ctx, admin, run_id).state in ("cancelled", "done")


def sealed_keys(ctx: Context, admin: Actor) -> list[str]:
    """What is sealed of the key in force and of the one entered."""
    with ctx.district(admin).read() as rows:
        found = [rows.all(rows.select(table, table.c.sealed)) for table in (classroom_table, classroom_entry)]
    return [str(row.sealed) for some in found for row in some]


def in_files(settings: Settings, sealed: str) -> bool:
    return any(sealed[-64:].encode() in file.read_bytes() for file in settings.data_dir.glob("app.sqlite*"))
