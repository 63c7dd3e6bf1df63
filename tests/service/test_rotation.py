"""Keys that overlap, warnings before they end, and a rotation while an export runs (A7)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from classbridge.cli.main_job import RunFailedError
from classbridge.jobs import access, warning
from classbridge.oneroster.provider import Client
from classbridge.sandbox.loopback import listening
from classbridge.service import classes, connections, grades, keys
from classbridge.service.connections import CredentialsForm
from classbridge.service.errors import RefusedError
from classbridge.store import accounts
from tests.installation import Installation
from tests.postgres import Cluster
from tests.service.conftest import Install, sis_state

TODAY = date(2026, 11, 23)
EVENING = time(18)
"""An hour at which it is the same day in UTC and in the made-up district."""


class Mailbox(MessageHandler):
    """What a mail server was given."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[EmailMessage] = []

    def prepare_message(self, session: Any, envelope: Any) -> Message:
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        return message

    def handle_message(self, message: Message) -> None:
        """All is done in `prepare_message`."""


@contextmanager
def mail_server(port: int) -> Iterator[Mailbox]:
    """A mail server on loopback."""
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield box
    finally:
        server.stop()


@pytest.fixture
def port() -> int:
    """A port on which nobody listens yet."""
    with listening(0) as socket:
        return int(socket.getsockname()[1])


def connection_of(made: Installation) -> str:
    return connections.home(made.ctx, made.admin).connections[0].id


def enter(made: Installation, **entered: Any) -> None:
    connections.save_credentials(made.ctx, made.admin, connection_of(made), CredentialsForm(**entered))


@pytest.mark.parametrize("database", [pytest.param("sqlite", marks=pytest.mark.exhaustive), "postgresql"])
def test_every_admin_is_warned_by_e_mail_30_14_7_and_1_days_before_in_their_language(
    install: Install, port: int, postgres: Cluster, database: str
) -> None:
    url = postgres.new_database() if database == "postgresql" else ""
    made = install(url=url, smtp=f"smtp://127.0.0.1:{port}")
    made.up_to("connect")
    accounts.set_language(made.ctx.database, made.admin.account_id, "sv")
    last = datetime.now(UTC).date() + timedelta(days=40)
    enter(made, expires_on=last)
    warned = []
    with mail_server(port) as box:
        for left in (31, 30, 29, 14, 13, 7, 1, 0, -1):
            with time_machine.travel(datetime.combine(last - timedelta(days=left), EVENING, UTC)):
                if warning.warn(made.admin.district_id):
                    warned.append(left)
                assert warning.warn(made.admin.district_id) == 0, "once is enough"
    assert warned == [30, 14, 7, 1]
    assert [message["To"] for message in box.received] == [made.admin.email] * 4
    assert "åtkomstnyckelns sista dag" in str(box.received[0]["Subject"])
    assert f"/admin/sis/{connection_of(made)}" in box.received[0].get_content()


def test_a_mail_server_that_is_away_makes_a_warning_late_not_lost(install: Install, port: int) -> None:
    made = install(smtp=f"smtp://127.0.0.1:{port}")
    made.up_to("connect")
    enter(made, expires_on=datetime.now(UTC).date() + timedelta(days=6))
    assert warning.warn(made.admin.district_id) == 0
    with mail_server(port) as box:
        assert warning.warn(made.admin.district_id) == 1
    assert len(box.received) == 1


def test_a_new_key_beside_the_old_one_ends_the_warnings_and_can_replace_it(install: Install) -> None:
    made = install()
    made.up_to("connect")
    today = datetime.now(UTC).date()
    enter(made, expires_on=today + timedelta(days=6))
    enter(made, key="new", secret="new secret", effective_on=today + timedelta(days=3))
    card = connections.view(made.ctx, made.admin, connection_of(made))
    assert [line.state for line in card.keys] == ["later", "used"]
    assert card.key_expires_on is None
    keys.remove(made.ctx, made.admin, card.id, card.keys[1].id)
    with pytest.raises(RefusedError, match="LAST_KEY"):
        keys.remove(made.ctx, made.admin, card.id, card.keys[0].id)


def test_a_key_that_is_not_good_yet_is_said_to_be_that(install: Install) -> None:
    made = install()
    made.up_to("connect")
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    enter(made, effective_on=tomorrow)
    with pytest.raises(RunFailedError):
        made.wait(connections.authorize(made.ctx, made.admin, connection_of(made)), actor=made.admin)
    said = connections.view(made.ctx, made.admin, connection_of(made)).proof[0].said
    assert said is not None
    assert (said.code, said.params) == ("KEY_NOT_YET_VALID", {"day": tomorrow.isoformat()})


def test_days_in_the_wrong_order_are_refused_and_the_rest_is_kept(install: Install) -> None:
    made = install()
    made.up_to("connect")
    with pytest.raises(RefusedError, match="DATES_REVERSED"):
        enter(made, effective_on=TODAY, expires_on=TODAY - timedelta(days=1))
    assert [line.state for line in connections.view(made.ctx, made.admin, connection_of(made)).keys] == ["used"]


def test_a_rotation_during_an_export_loses_nothing(install: Install) -> None:
    made = install()
    made.up_to("import")
    server = made.stage.sis
    old = Client(id=server.credentials.client_id, secret=server.credentials.client_secret)
    new = Client(id="rotated", secret="after the summer")
    server.tokens.replace_clients([old, new])
    run_id = made.start_export()
    enter(made, key=new.id, secret=new.secret)
    with server.control() as control:
        control.switch_on("expired-token", count=1)
    made.wait(run_id)
    details = grades.details(made.ctx, made.teacher, run_id)
    assert details.sent > 0
    assert (details.verified, details.failed) == (details.sent, 0)
    assert sis_state(made)["duplicates"] == 0

    server.tokens.replace_clients([new])
    card = connections.view(made.ctx, made.admin, connection_of(made))
    keys.remove(made.ctx, made.admin, card.id, card.keys[1].id)
    again = made.export()
    assert (again.sent, again.failed) == (0, 0)


def test_a_key_entered_ahead_is_used_from_its_first_day_by_the_worker_that_runs_already(
    linked: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = linked.stage.sis
    new = Client(id="next year", secret="from July")
    today = datetime.now(UTC).date()
    enter(linked, expires_on=today)
    enter(linked, key=new.id, secret=new.secret, effective_on=today + timedelta(days=1))
    linked.wait(classes.refresh(linked.ctx, linked.teacher, linked.course_id))

    server.tokens.replace_clients([new])
    server.tokens.revoke_all()
    monkeypatch.setattr(access, "now", lambda: datetime.now(UTC) + timedelta(days=1))
    linked.wait(classes.refresh(linked.ctx, linked.teacher, linked.course_id))
