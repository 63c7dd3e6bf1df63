"""From nothing to verified grades by commands alone, each in a process of its own."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from classbridge.sandbox.sis.control import SisControl
from tests.cli.commands import Answer
from tests.cli.conftest import Installation, Sandbox, installation_in

ADMIN = "admin@riverbend.example"


class Steps:
    """The commands of the main job, run once; what each answered."""

    def __init__(self, installed: Installation, sandbox: Sandbox) -> None:
        self.installed, self.sandbox = installed, sandbox
        self.sis = sandbox.sis("generic")
        self.teacher = ("--as", self.sis["teacher_email"])
        run = installed.ok
        self.district = run("setup", "district", "Riverbend", "--time-zone", "America/Chicago", "--json").data
        self.account = run("setup", "account", ADMIN, "--name", "Ada", "--role", "admin", "--json").data
        run("setup", "account", self.sis["teacher_email"], "--name", "Maria", "--role", "teacher")
        run("setup", "classroom", str(sandbox.path))
        self.connected = self.connect(self.sis["client_secret"])
        self.exchange = run("data-exchange", "--all", "--json")
        self.linked = run("link", "--suggested", *self.teacher, "--json")
        self.imported = run("import", "--yes", *self.teacher, "--json")
        self.previewed = run("export", *self.teacher, "--json")
        self.before = self.state()
        self.exported = run("export", "--yes", *self.teacher, "--json")
        self.after = self.state()

    def connect(self, secret: str, *more: str) -> Answer:
        """Connect the generic SIS with this secret, which the environment carries."""
        address = ("--base-url", self.sis["base_url"], "--token-url", self.sis["token_url"])
        arguments = (*address, "--key", self.sis["client_id"], "--json", *more)
        return self.installed.run("connect", "generic@1.2", *arguments, SIS_SECRET=secret)

    def course_of(self, class_id: str) -> str:
        """The Classroom class that is linked to a section."""
        rows = self.linked.data["classes"]
        found: str = next(row["course_id"] for row in rows if row["sis_classes"][0]["class_id"] == class_id)
        return found

    def state(self) -> dict[str, int]:
        """What the SIS holds."""
        where = ("--info", str(self.sandbox.path), "--vendor", "generic", "--json")
        state: dict[str, int] = self.installed.ok("sandbox", "sis-state", *where).data
        return state


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Steps:
    return Steps(installation_in(tmp_path_factory.mktemp("installed")), sandbox)


def test_a_new_account_shows_its_password_once(steps: Steps) -> None:
    assert len(steps.account["password"]) >= 12
    again = steps.installed.ok("setup", "account", ADMIN, "--name", "Ada", "--role", "auditor", "--json")
    assert again.data["password"] is None


def test_connecting_proves_each_part_and_says_so(steps: Steps) -> None:
    assert steps.connected.code == 0
    card = steps.connected.data["connection"]
    assert card["state"] == "connected"
    assert [(line["name"], line["state"]) for line in card["proof"]] == [
        ("token", "passed"),
        ("rostering", "passed"),
        ("gradebook", "passed"),
        ("write", "passed"),
    ]


def test_every_kind_is_confirmed_and_the_rosters_are_read(steps: Steps) -> None:
    assert all(one["confirmed"] for one in steps.exchange.data["data"])
    assert steps.exchange.data["sync"]["state"] == "done"


def test_suggested_classes_are_linked(steps: Steps) -> None:
    linked = {row["course_id"]: row["sis_classes"] for row in steps.linked.data["classes"]}
    assert set(steps.linked.data["linked"]) == set(linked)
    assert [len(sections) for sections in linked.values()] == [1, 1]


def test_an_import_says_what_became_of_each_person(steps: Steps) -> None:
    for one in steps.imported.data["classes"]:
        assert one["import"]["run"]["state"] == "done"
        assert one["import"]["counts"]["PERSON_ADDED"] == one["preview"]["counts"]["add"] > 0


def test_a_preview_sends_nothing(steps: Steps) -> None:
    assert sum(one["preview"]["to_send"] for one in steps.previewed.data["classes"]) > 100
    assert [one["export"] for one in steps.previewed.data["classes"]] == [None, None]
    assert steps.before["results"] == 0


def test_an_export_is_read_back_whole_from_the_sis(steps: Steps) -> None:
    done = steps.exported.data
    assert done["ok"]
    assert done["sent"] == done["verified"] == done["to_verify"] == steps.after["results"] > 100
    assert (done["failed"], steps.after["duplicates"]) == (0, 0)


def test_the_card_and_the_classes_are_in_the_status(steps: Steps) -> None:
    status = steps.installed.ok("status", "--json").data
    assert status["district"]["name"] == "Riverbend"
    assert status["linked_classes"] == 2
    assert [card["name"] for card in status["connections"]] == ["Any OneRoster SIS"]


def test_the_teacher_may_not_see_the_audit_log(steps: Steps) -> None:
    answer = steps.installed.run("audit", *steps.teacher, "--json")
    assert answer.code == 1
    assert answer.data["error"]["code"] == "ADMIN_ONLY"
    assert "What to do:" in answer.err


def test_why_a_teacher_sees_no_class_is_answered(steps: Steps) -> None:
    found = steps.installed.ok("why", steps.sis["teacher_email"], "--json").data
    assert (found["clear"], found["cause"]["code"]) == (True, "NOTHING_IN_THE_WAY")
    answer = steps.installed.run("why", "nobody@riverbend.example", "Alchemy")
    assert answer.code == 1
    assert "Nobody signs in here with this e-mail address." in answer.out
    assert "section      failed" in answer.out


def test_people_are_matched_by_commands_and_a_file_seen_and_erased(steps: Steps, tmp_path: Path) -> None:
    run = steps.installed.ok
    found = run("people", "list", "--state", "all", "--json").data
    row = next(one for one in found["items"] if one["state"] == "unseen" and not one["account"])
    key = row["sis_id"]
    assert run("people", "match", key, "their.own@home.example", "--json").data["state"] == "overridden"
    assert steps.installed.run("people", "match", key, "4711").code == 1
    file = tmp_path / "people.csv"
    file.write_text(run("people", "export", "--state", "overridden").out)
    assert f"{key},their.own@home.example" in file.read_text()
    file.write_text(f"sis_id,account\n{key},nobody\nnobody-known,email\n")
    refused = steps.installed.run("people", "import", str(file), "--json")
    assert (refused.code, refused.data["changed"]) == (1, 0)
    assert refused.data["problems"][0]["line"] == 3
    file.write_text(f"sis_id,account\n{key},nobody\n")
    assert run("people", "import", str(file)).out.startswith("1 of 1 rows")
    assert run("people", "match", key, "email", "--json").data["state"] == "unseen"
    kept = run("people", "data", key, "--json").data["kept"]
    assert kept["sis_user"][0]["sourced_id"] == key
    assert "Nothing was erased" in run("people", "erase", key).out
    assert run("people", "erase", key, "--yes", "--json").data["deleted"]["sis_user"] == 1
    assert steps.installed.run("people", "data", key).code == 1
    assert run("people", "data", steps.sis["teacher_email"], "--json").data["account"]["name"] == "Maria"


def test_the_audit_log_holds_each_act_newest_first(steps: Steps) -> None:
    first = steps.installed.ok("audit", "--limit", "4", "--json").data
    rest = steps.installed.ok("audit", "--cursor", first["next"], "--json").data
    acts = [one["action"] for one in (*first["events"], *rest["events"])]
    wanted = ["connection.start", "connection.authorize", "connection.data_exchange", "class.link"]
    assert [act for act in reversed(acts) if act in wanted] == [*wanted, "class.link"]


def test_a_grade_changed_in_the_sis_is_skipped_and_said_unless_a_rule_decides(steps: Steps) -> None:
    with SisControl(steps.sis["control_url"], steps.sis["control_key"]) as control:
        grade = next(one for one in control.grades() if one.score)
        control.change_score(grade.result_id, grade.score and grade.score + 1)
        export = ("export", steps.course_of(grade.class_id), "--yes", *steps.teacher, "--json")
        skipped = steps.installed.ok(*export).data
        kept = steps.installed.ok(*export, "--keep").data
        sent = steps.installed.ok(*export, "--overwrite").data
        now = next(one for one in control.grades() if one.result_id == grade.result_id)
    assert (skipped["sent"], kept["sent"], sent["sent"], sent["verified"]) == (0, 0, 1, 1)
    assert _codes(skipped).count("DRIFTED_SKIPPED") == _codes(kept).count("DRIFTED_KEPT") == 1
    assert now.score == grade.score


def test_an_export_is_undone_by_its_run_after_a_preview_and_once(steps: Steps) -> None:
    with SisControl(steps.sis["control_url"], steps.sis["control_key"]) as control:
        grade = next(one for one in control.grades() if one.score)
        control.change_score(grade.result_id, grade.score and grade.score + 1)
        export = ("export", steps.course_of(grade.class_id), "--yes", *steps.teacher, "--json")
        run_id = steps.installed.ok(*export, "--overwrite").data["classes"][0]["export"]["run"]["id"]
        undo = ("undo", run_id, *steps.teacher, "--json")
        shown = steps.installed.ok(*undo).data
        before = _score(control, grade.result_id)
        done = steps.installed.ok(*undo, "--yes").data
        after = _score(control, grade.result_id)
        twice = steps.installed.run(*undo)
        again = steps.installed.ok(*export).data
    assert (shown["preview"]["to_put_back"], shown["undo"]) == (1, None)
    assert (before, after) == (grade.score, grade.score and grade.score + 1)
    assert (done["undo"]["undone"], done["undo"]["failed"]) == (1, 0)
    assert (twice.code, twice.data["error"]["code"]) == (1, "UNDO_TWICE")
    assert again["sent"] == 1


def _score(control: SisControl, result_id: str) -> Decimal | None:
    return next(one.score for one in control.grades() if one.result_id == result_id)


def test_the_policy_and_a_class_s_nights_are_set_and_shown(steps: Steps) -> None:
    ok, course_id = steps.installed.ok, next(iter(steps.linked.data["linked"]))
    hours = ("--nightly-at", "01:30", "--quiet", "22:00-06:00")
    changed = ok("policy", *hours, "--json").data
    assert (changed["drift"], changed["nightly_at"], changed["begins_at"]) == ("ask", "01:30", "06:00")
    assert "Quiet hours: 22:00 to 06:00" in ok("policy", *steps.teacher).out
    assert steps.installed.run("policy", "--drift", "keep", *steps.teacher).code == 1
    wrong = steps.installed.run("policy", "--quiet", "22:00", "--json")
    assert (wrong.code, wrong.data["field"]) == (1, "quiet")
    own = ("schedule", course_id, *steps.teacher)
    on = ok(*own, "--export", "on", "--drift", "overwrite", "--json").data
    assert (on["nightly_export"], on["nightly_import"], on["drift_in_force"]) == (True, False, "overwrite")
    shown = ok(*own).out
    assert "Every night: export" in shown
    assert "Next: " in shown
    off = ok(*own, "--export", "off", "--drift", "district", "--json").data
    assert (off["nightly_export"], off["drift_in_force"], off["next_at"]) == (False, "ask", None)
    assert ok("policy", "--quiet", "none", "--json").data["quiet_from"] == ""


def _codes(answer: Any) -> list[str]:
    return [
        line["said"]["code"]
        for one in answer["classes"]
        for item in one["export"]["assignments"]
        for line in item["lines"]
        if line["said"]
    ]


def test_a_secret_is_nowhere_in_what_was_printed_or_kept(steps: Steps) -> None:
    secret = steps.sis["client_secret"]
    printed = [steps.connected, steps.installed.ok("status", "--json"), steps.installed.ok("audit", "--json")]
    assert not any(secret in answer.out + answer.err for answer in printed)
    kept = [path for path in Path(steps.installed.home).rglob("*") if path.is_file()]
    assert kept
    assert not any(secret.encode() in path.read_bytes() for path in kept)


def test_a_wrong_secret_fails_with_what_to_do_and_a_kept_one_works_again(steps: Steps) -> None:
    wrong = steps.connect("wrong")
    assert wrong.code == 1
    proof = wrong.data["connection"]["proof"]
    assert (proof[0]["state"], bool(proof[0]["said"]["fix"])) == ("failed", True)
    secret_file = steps.installed.home / "secret"
    secret_file.write_text(steps.sis["client_secret"] + "\n")
    right = steps.connect("", "--secret-file", str(secret_file))
    secret_file.unlink()
    assert right.code == 0, right.err
    assert right.data["connection"]["id"] == wrong.data["connection"]["id"]
    assert steps.connect("").code == 0


def test_a_disconnect_shows_its_consequences_first_and_reconnecting_duplicates_nothing(steps: Steps) -> None:
    shown = steps.installed.ok("disconnect", "--json")
    assert (shown.data["disconnected"], shown.data["connection"]["key_kept"]) == (False, True)
    assert "2 linked classes" in steps.installed.ok("disconnect").out
    gone = steps.installed.ok("disconnect", "--yes", "--json").data
    assert (gone["disconnected"], gone["connection"]["key_kept"]) == (True, False)
    refused = steps.installed.run("export", "--yes", *steps.teacher, "--json")
    assert refused.code == 1
    assert {one["error"]["code"] for one in refused.data["classes"]} == {"NOT_CONNECTED"}
    assert steps.connect(steps.sis["client_secret"]).code == 0
    steps.installed.ok("data-exchange", "--all")
    again = steps.installed.ok("export", "--yes", *steps.teacher, "--json").data
    assert (again["sent"], again["unchanged"]) == (0, steps.exported.data["sent"])
    assert steps.state()["duplicates"] == 0


def test_commands_before_the_set_up_say_what_comes_first(fresh: Installation) -> None:
    answer = fresh.run("status")
    assert (answer.code, "classbridge migrate" in answer.err) == (1, True)
    fresh.ok("migrate")
    answer = fresh.run("status")
    assert (answer.code, "classbridge setup district" in answer.err) == (2, True)
    fresh.ok("setup", "district", "North", "--time-zone", "UTC")
    answer = fresh.run("status")
    assert (answer.code, "classbridge setup account" in answer.err) == (2, True)
    fresh.ok("setup", "district", "South", "--time-zone", "UTC")
    answer = fresh.run("status")
    assert answer.code == 2
    assert re.search(r"--district.*North.*South", answer.err, re.DOTALL)


def test_a_time_zone_that_does_not_exist_is_refused(fresh: Installation) -> None:
    answer = fresh.run("setup", "district", "North", "--time-zone", "Nowhere/Land")
    assert (answer.code, "time_zone" in answer.err) == (1, True)


def test_accounts_and_a_class_s_delegates_are_seen_and_changed_by_commands(steps: Steps) -> None:
    run, refused = steps.installed.ok, steps.installed.run
    email, course = "standin@riverbend.example", steps.linked.data["classes"][0]["course_id"]
    made = run("accounts", "add", email.title(), "--name", "Sam", "--role", "teacher", "--json").data
    assert (made["account"]["roles"], len(made["password"]) >= 12) == (["teacher"], True)
    named = run("delegates", "name", course, email, "--until", "2099-01-31", *steps.teacher, "--json").data
    assert [(one["email"], one["last_day"]) for one in named["delegates"]] == [(email, "2099-01-31")]
    assert email in run("delegates", "list", course).out
    assert run("delegates", "revoke", course, email, "--json").data["delegates"] == []
    again = refused("delegates", "revoke", course, email, "--json")
    assert (again.code, again.data["error"]["code"]) == (1, "ACCOUNT_NOT_FOUND")
    roles = ("--role", "auditor", "--role", "teacher")
    assert run("accounts", "roles", email, *roles, "--json").data["roles"] == ["auditor", "teacher"]
    assert f"{email} " in run("accounts", "list", "--search", "standin").out
    assert run("accounts", "roles", email, "--none", "--json").data["roles"] == []
    assert run("accounts", "list", "--search", "standin").out.startswith("Nobody")
    assert refused("accounts", "roles", email, "--none", "--json").data["error"]["code"] == "ACCOUNT_NOT_FOUND"
    last = refused("accounts", "roles", ADMIN, "--role", "teacher", "--json")
    assert (last.code, last.data["error"]["code"]) == (1, "LAST_ADMIN")
    assert refused("accounts", "roles", email).code == 2
    assert refused("accounts", "list", *steps.teacher, "--json").data["error"]["code"] == "ADMIN_ONLY"
