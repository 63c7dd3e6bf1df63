"""A SIS that is not on the list: its check, its report, the way to a connection, and the interest noted."""

import csv
import io
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from classbridge.bridge.outcome import Code
from classbridge.cli.main_job import RunFailedError
from classbridge.jobs.checking import NEEDED
from classbridge.oneroster.conformance import names
from classbridge.oneroster.models import Version
from classbridge.sandbox import sis
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer
from classbridge.service import audit, connections, runs, unlisted
from classbridge.service.errors import RefusedError
from classbridge.service.unlisted import Entries, Interest, Unlisted
from tests.installation import Installation, installation, settings_for
from tests.service import wrong_servers as wrong
from tests.service.conftest import STUDENTS
from tests.service.wrong_servers import server


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, made_up: District, one_classroom: ClassroomServer
) -> Iterator[Installation]:
    """An installation with nothing connected yet."""
    folder = tmp_path_factory.mktemp("unlisted")
    with installation(settings_for(folder), students=STUDENTS, classroom=one_classroom) as made:
        yield made


@pytest.fixture(scope="module")
def reached(made_up: District) -> Iterator[Entries]:
    """The way into a SIS of the sandbox that is on no list."""
    with SisServer.start(sis.load("generic@1.2"), made_up.records()) as running:
        yield entries(running)


def entries(running: SisServer) -> Entries:
    info = running.info()
    return Entries(
        base_url=info["base_url"],
        token_url=info["token_url"],
        key=info["client_id"],
        secret=info["client_secret"],
        version=info["version"],
    )


def wanted(house: Installation, name: str = "Skolplattan") -> str:
    interest = Interest(sis_name=name, contact="api@skolplattan.example", note="200 schools")
    return unlisted.begin(house.ctx, house.admin, interest)


def checked(house: Installation, unlisted_id: str, given: Entries) -> Unlisted:
    """Check and wait for the end."""
    run_id = unlisted.check(house.ctx, house.admin, unlisted_id, given)
    with suppress(RunFailedError):
        house.wait(run_id, actor=house.admin)
    return unlisted.one(house.ctx, house.admin, unlisted_id)


def code_of(found: Unlisted) -> str:
    assert found.run is not None
    assert found.run.said is not None
    return found.run.said.code


def test_what_the_main_job_needs_are_checks_of_both_versions() -> None:
    for version in Version:
        assert set(NEEDED) <= set(names(version))


def test_a_sis_that_fits_is_connected_as_generic_with_everything_that_was_entered(
    house: Installation, reached: Entries
) -> None:
    chosen = wanted(house)
    found = checked(house, chosen, reached)
    assert code_of(found) == Code.SIS_FITS
    assert found.sis.fits
    assert found.lacking == ()
    assert found.count("pass") > 100
    connection_id = unlisted.connect(house.ctx, house.admin, chosen)
    card = connections.view(house.ctx, house.admin, connection_id)
    assert (card.vendor, card.version, card.name) == ("generic", "1.2", "Skolplattan")
    assert (card.base_url, card.token_url) == (reached.base_url, reached.token_url)
    house.wait(connections.authorize(house.ctx, house.admin, connection_id), actor=house.admin)
    assert connections.view(house.ctx, house.admin, connection_id).state == "connected"
    again = unlisted.one(house.ctx, house.admin, chosen)
    assert not again.key_kept
    assert unlisted.connect(house.ctx, house.admin, chosen) == connection_id


def test_a_1_1_sis_that_signs_with_oauth_1_is_checked_and_connected_in_its_own_way(
    house: Installation, made_up: District
) -> None:
    personality = replace(sis.load("generic@1.1"), auth="oauth1")
    with SisServer.start(personality, made_up.records()) as running:
        given = replace(entries(running), auth="oauth1", token_url="", version="")
        chosen = wanted(house, "Old SIS")
        found = checked(house, chosen, given)
        assert (found.sis.version, found.sis.fits) == ("1.1", True)
        connection_id = unlisted.connect(house.ctx, house.admin, chosen)
        house.wait(connections.authorize(house.ctx, house.admin, connection_id), actor=house.admin)
        assert connections.view(house.ctx, house.admin, connection_id).state == "connected"


def test_the_token_url_is_looked_for_where_nobody_named_it(house: Installation, reached: Entries) -> None:
    chosen = wanted(house, "Shy SIS")
    found = checked(house, chosen, replace(reached, token_url=""))
    assert found.sis.fits
    assert found.sis.token_url == reached.token_url


def test_a_sis_that_does_not_fit_is_not_connected_and_its_report_names_what_failed(
    house: Installation, made_up: District
) -> None:
    with SisServer.start(sis.load("generic@1.2"), made_up.records()) as running:
        with running.control() as control:
            control.switch_on("new-ids")
        chosen = wanted(house, "Moody SIS")
        found = checked(house, chosen, entries(running))
    assert code_of(found) == Code.SIS_DOES_NOT_FIT
    assert found.sis.fits is False
    assert found.lacking
    with pytest.raises(RefusedError) as refused:
        unlisted.connect(house.ctx, house.admin, chosen)
    assert refused.value.said.code == Code.SIS_DOES_NOT_FIT
    report = unlisted.report(house.ctx, house.admin, chosen, "sv")
    assert set(found.lacking) <= {one.name for one in report.failures}
    assert "Lärare" in next(one.title for one in report.checks if one.name == "google.teachers")


def test_a_wrong_key_does_not_fit_and_keeps_the_entries(house: Installation, reached: Entries) -> None:
    chosen = wanted(house, "Locked SIS")
    found = checked(house, chosen, replace(reached, secret="wrong"))
    assert code_of(found) == Code.SIS_DOES_NOT_FIT
    assert "access.token" in found.lacking
    assert found.key_kept
    mended = checked(house, chosen, Entries(secret=reached.secret))
    assert mended.sis.fits


def test_something_else_than_oneroster_does_not_fit(house: Installation) -> None:
    with server(wrong.GRANTED, wrong.HTML) as origin:
        given = Entries(base_url=f"{origin}/ims/oneroster", token_url=f"{origin}/token", key="k", secret="s")
        found = checked(house, wanted(house, "A web site"), given)
    assert code_of(found) == Code.SIS_DOES_NOT_FIT
    assert "google.teachers" in found.lacking


def test_a_sis_that_does_not_answer_is_told_apart_from_one_that_does_not_fit(house: Installation) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    given = Entries(base_url=f"{origin}/ims/oneroster", token_url=f"{origin}/token", key="k", secret="s")
    found = checked(house, wanted(house, "Absent SIS"), given)
    assert code_of(found) == Code.SIS_NO_ANSWER
    assert found.sis.fits is None
    assert found.report is None
    with pytest.raises(RefusedError) as refused:
        unlisted.connect(house.ctx, house.admin, found.sis.id)
    assert refused.value.said.code == Code.SIS_NOT_CHECKED


@pytest.mark.parametrize("host", ["10.1.2.3", "169.254.169.254", "[fd00::1]"])
def test_a_private_address_is_refused_before_anything_is_sent(house: Installation, host: str) -> None:
    given = Entries(
        base_url=f"https://{host}/ims/oneroster", token_url=f"https://{host}/token", key="k", secret="s"
    )
    found = checked(house, wanted(house, "Inner SIS"), given)
    assert code_of(found) == Code.PRIVATE_ADDRESS_REFUSED
    assert found.report is None


def test_a_private_token_url_of_a_public_host_is_refused_too(house: Installation, reached: Entries) -> None:
    found = checked(house, wanted(house), replace(reached, token_url="https://192.168.0.1/token"))
    assert code_of(found) == Code.PRIVATE_ADDRESS_REFUSED


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Entries(base_url="", key="k", secret="s"), "base_url"),
        (Entries(base_url="ftp://sis.example", key="k", secret="s"), "base_url"),
        (Entries(base_url="sis.example", token_url="ftp://x", key="k", secret="s"), "token_url"),
        (Entries(base_url="sis.example", key="", secret="s"), "key"),
        (Entries(base_url="sis.example", key="k", secret=""), "secret"),
    ],
)
def test_an_entry_that_does_not_fit_is_named_and_no_check_starts(
    house: Installation, given: Entries, field: str
) -> None:
    chosen = wanted(house)
    with pytest.raises(RefusedError) as refused:
        unlisted.check(house.ctx, house.admin, chosen, given)
    assert refused.value.field == field
    assert unlisted.one(house.ctx, house.admin, chosen).run is None


def test_an_interest_needs_only_the_name_of_the_sis(house: Installation) -> None:
    with pytest.raises(RefusedError) as refused:
        unlisted.begin(house.ctx, house.admin, Interest(sis_name="  ", contact="somebody"))
    assert (refused.value.said.code, refused.value.field) == (Code.FIELD_MISSING, "sis_name")


def test_the_list_goes_out_as_csv_without_keys_and_without_formulas(house: Installation) -> None:
    chosen = wanted(house, "=HYPERLINK(1)")
    with pytest.raises(RefusedError):
        unlisted.check(house.ctx, house.admin, chosen, Entries(key="the-key", secret="the-secret"))
    text = unlisted.as_csv(house.ctx, house.admin)
    assert "the-secret" not in text
    assert "the-key" not in text
    rows = list(csv.DictReader(io.StringIO(text)))
    row = next(one for one in rows if "HYPERLINK" in one["sis_name"])
    assert row["sis_name"].startswith("'=")
    assert (row["contact"], row["note"], row["connected"]) == ("api@skolplattan.example", "200 schools", "no")


def test_removing_one_destroys_its_key_also_in_the_files_and_stops_its_check(
    house: Installation, reached: Entries
) -> None:
    chosen = wanted(house, "Gone SIS")
    run_id = unlisted.check(house.ctx, house.admin, chosen, reached)
    with house.ctx.district(house.admin).read() as rows:
        sealed = rows.connection.exec_driver_sql(
            "select sealed from unlisted_sis where id = ?", (chosen,)
        ).scalar_one()
    unlisted.remove(house.ctx, house.admin, chosen)
    assert runs.view(house.ctx, house.admin, run_id).state == "cancelled"
    with pytest.raises(RefusedError) as refused:
        unlisted.one(house.ctx, house.admin, chosen)
    assert refused.value.said.code == Code.SIS_CHECK_NOT_FOUND
    assert not [file for file in files(house.settings.data_dir) if sealed.encode() in file.read_bytes()]


def files(folder: Path) -> list[Path]:
    return [file for file in folder.glob("app.sqlite*") if file.is_file()]


def test_who_may_not_connect_may_not_check_and_every_step_is_in_the_audit_log(
    house: Installation, reached: Entries
) -> None:
    chosen = wanted(house, "Noted SIS")
    with pytest.raises(RefusedError) as refused:
        unlisted.check(house.ctx, house.teacher, chosen, reached)
    assert refused.value.said.code == Code.ADMIN_ONLY
    unlisted.change(house.ctx, house.admin, chosen, Interest(sis_name="Noted SIS 2"))
    assert unlisted.one(house.ctx, house.admin, chosen).sis.sis_name == "Noted SIS 2"
    unlisted.remove(house.ctx, house.admin, chosen)
    noted = [event.action for event in audit.events(house.ctx, house.admin).items if event.subject == chosen]
    assert sorted(noted) == ["unlisted.add", "unlisted.change", "unlisted.remove"]
