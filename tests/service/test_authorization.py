"""Who may not, does not: every route of the application, by every kind of person who has no business there.

A route that is not in `ROUTES` fails the test, so that nobody adds one without saying who may use it.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.policy import Role
from classbridge.cli import main_job
from classbridge.oneroster.models import Enrollment
from classbridge.oneroster.provider.selection import Is
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.sandbox.registrar import HABITS, Registrar
from classbridge.service import (
    accounts,
    connections,
    delegates,
    grades,
    rosters,
    runs,
    setup,
    steps,
    undo,
    unlisted,
)
from classbridge.service import people as person_service
from classbridge.service.unlisted import Entries, Interest
from classbridge.store import memberships
from classbridge.store import runs as run_store
from classbridge.store.people import STATES
from classbridge.web.app import create_app
from tests.installation import PASSWORD, Installation, installation, settings_for
from tests.postgres import Cluster
from tests.service.conftest import STUDENTS, Gradebook, sis_state


class Rule(StrEnum):
    """Who may use a route, by what it shows or changes."""

    PUBLIC = "public"
    """Everybody, signed in or not."""
    OWN = "own"
    """Everybody who is signed in: it shows only what is the reader's own."""
    READ_CLASS = "read a class"
    WRITE_CLASS = "change a class"
    RELEASE = "let held removals go"
    READ_DISTRICT = "read the district's"
    """Admins and auditors, of their own district."""
    WRITE_DISTRICT = "change the district's"
    READ_CONNECTION = "read a connection"
    WRITE_CONNECTION = "change a connection"
    WRITE_ACCOUNT = "change somebody's roles"


class Route(Struct, frozen=True):
    """A route's rule, and what is sent to it: a form, or JSON below /api; `query` goes with a GET."""

    rule: Rule
    sent: Any = None
    query: dict[str, str] = {}
    by_packages: bool = False
    """Whether it is for a SIS without an API: its connection is then another one."""


CLASS_KEYS = {"classes": ["{key}"]}
JSON_KEYS = {"classes": [{"connection_id": "{connection}", "class_id": "{section}"}]}
LINK = {"course_id": "{course}", "connection_id": "{connection}", "class_id": "{section}"}
PERSON = {"email": "new@riverbend.example", "name": "New Person"}
HELD = 24
"""Grades of the quiz, which was deleted: taking them back waits for an admin."""
STAND_IN = "standin@riverbend.example"
DELEGATE = {"email": STAND_IN, "last_day": "2099-12-31"}
API_PREVIEW = "/api/v1/export-previews/{run_id:str}"
API_CLASS = "/api/v1/classes/{course_id:str}"
API_CONNECTION = "/api/v1/connections/{connection_id:str}"
SIS = "/admin/sis/{connection_id:str}"
PERSON_PAGE, API_PERSON = "/admin/people/{key:str}", "/api/v1/people/{key:str}"
PRIVACY = "/admin/privacy/{key:str}"
UNLISTED, API_UNLISTED = "/admin/not-listed/{unlisted_id:str}", "/api/v1/unlisted-sis/{unlisted_id:str}"
STUDENT = "/classes/{course_id:str}/students/{user_id:str}"
GONE, GONE_TOO = ({"role": "students", "user_id": f"{{removed {which}}}"} for which in ("one", "two"))
WANTED = {"sis_name": "Skolplattan"}
POLICY = {"drift": "ask", "nightly_at": "02:00"}
REACHED = {"base_url": "{base_url}", "key": "k", "secret": "s"}
WITHOUT_CLASSROOM = ("POST", "/admin/google/remove")
"""After it there are no classes to count."""

ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "/"): Route(Rule.OWN),
    ("GET", "/signin"): Route(Rule.PUBLIC),
    ("POST", "/signin"): Route(Rule.PUBLIC),
    ("POST", "/signout"): Route(Rule.PUBLIC),
    ("GET", "/district"): Route(Rule.OWN),
    ("POST", "/district"): Route(Rule.OWN),
    ("POST", "/language"): Route(Rule.PUBLIC),
    ("POST", "/theme"): Route(Rule.PUBLIC),
    ("GET", "/status"): Route(Rule.PUBLIC),
    ("GET", "/status/{vendor:str}"): Route(Rule.PUBLIC),
    ("GET", "/status/vendors"): Route(Rule.PUBLIC),
    ("POST", "/status/vendors"): Route(Rule.PUBLIC),
    ("GET", "/help"): Route(Rule.PUBLIC),
    ("GET", "/steps/{token:str}"): Route(Rule.PUBLIC),
    ("GET", "/healthz"): Route(Rule.PUBLIC),
    ("GET", "/readyz"): Route(Rule.PUBLIC),
    ("GET", "/metrics"): Route(Rule.PUBLIC),
    ("GET", "/static/{file_path:path}"): Route(Rule.PUBLIC),
    ("HEAD", "/static/{file_path:path}"): Route(Rule.PUBLIC),
    ("GET", "/api/schema"): Route(Rule.PUBLIC),
    ("GET", "/api/schema/openapi.json"): Route(Rule.PUBLIC),
    ("GET", "/api/schema/{path:str}"): Route(Rule.PUBLIC),
    # people, first of all: who is erased must not be in a run that the requests below begin
    ("GET", "/admin/people"): Route(Rule.READ_DISTRICT, query={"state": "all"}),
    ("GET", "/admin/people.csv"): Route(Rule.READ_DISTRICT),
    ("POST", "/admin/people/file"): Route(Rule.WRITE_DISTRICT, {"file": b"sis_id,account\r\n"}),
    ("GET", "/admin/people/strangers"): Route(Rule.READ_DISTRICT),
    ("GET", PERSON_PAGE): Route(Rule.READ_CONNECTION),
    ("POST", PERSON_PAGE + "/match"): Route(Rule.WRITE_CONNECTION, {"decision": "nobody"}),
    ("POST", PERSON_PAGE + "/refuse"): Route(Rule.WRITE_CONNECTION, {"user_id": "{known account}"}),
    ("GET", "/api/v1/people"): Route(Rule.READ_DISTRICT),
    ("GET", "/api/v1/people.csv"): Route(Rule.READ_DISTRICT),
    ("GET", "/api/v1/people-of-classroom-only"): Route(Rule.READ_DISTRICT),
    ("POST", "/api/v1/people/matches"): Route(Rule.WRITE_DISTRICT, {"csv": "sis_id,account\r\n"}),
    ("GET", API_PERSON): Route(Rule.READ_CONNECTION),
    ("PUT", API_PERSON + "/match"): Route(Rule.WRITE_CONNECTION, {"decision": "email"}),
    ("POST", API_PERSON + "/refusals"): Route(Rule.WRITE_CONNECTION, {"user_id": "{known account}"}),
    ("DELETE", API_PERSON + "/refusals/{user_id:str}"): Route(Rule.WRITE_CONNECTION),
    ("GET", API_PERSON + "/data"): Route(Rule.WRITE_CONNECTION),
    ("POST", API_PERSON + "/erase"): Route(Rule.WRITE_CONNECTION, {"confirm": True}),
    ("GET", "/admin/privacy"): Route(Rule.WRITE_DISTRICT, query={"account": "{account}"}),
    ("GET", PRIVACY): Route(Rule.WRITE_CONNECTION),
    ("GET", PRIVACY + "/data.json"): Route(Rule.WRITE_CONNECTION),
    ("POST", PRIVACY + "/erase"): Route(Rule.WRITE_CONNECTION, {"confirm": "on"}),
    # the teacher's pages
    ("GET", "/classes"): Route(Rule.OWN),
    ("GET", "/classes/missing"): Route(Rule.OWN),
    ("POST", "/classes"): Route(Rule.WRITE_CLASS, {**CLASS_KEYS, "name": "Theirs"}),
    ("POST", "/classes/refresh"): Route(Rule.READ_CLASS, {"course_id": "{course}"}),
    ("GET", "/classes/link-suggested"): Route(Rule.OWN),
    ("POST", "/classes/link-suggested"): Route(Rule.WRITE_CLASS, {"classes": ["{course}|{key}"]}),
    ("POST", "/classes/export"): Route(Rule.OWN),
    ("GET", "/classes/export"): Route(Rule.READ_CLASS, query={"runs": "{export}"}),
    ("GET", "/classes/export/parts"): Route(Rule.READ_CLASS, query={"runs": "{export}"}),
    ("POST", "/classes/export/send"): Route(Rule.WRITE_CLASS, {"run": ["{preview-export}"]}),
    ("GET", "/classes/{course_id:str}/link"): Route(Rule.READ_CLASS),
    ("POST", "/classes/{course_id:str}/link"): Route(Rule.WRITE_CLASS, CLASS_KEYS),
    ("GET", "/classes/{course_id:str}/grades"): Route(Rule.READ_CLASS),
    ("POST", "/classes/{course_id:str}/grades"): Route(Rule.WRITE_CLASS, {}),
    ("GET", "/classes/{course_id:str}/grades/print"): Route(Rule.READ_CLASS),
    ("GET", "/students"): Route(Rule.OWN, query={"q": "@"}),
    ("GET", "/students/{user_id:str}"): Route(Rule.READ_CLASS),
    ("GET", STUDENT): Route(Rule.READ_CLASS),
    ("POST", STUDENT + "/excused"): Route(Rule.WRITE_CLASS, {"course_work": "{work}", "excused": "no"}),
    ("GET", "/classes/{course_id:str}/categories"): Route(Rule.READ_CLASS),
    ("POST", "/classes/{course_id:str}/categories"): Route(Rule.WRITE_CLASS, {"default": ""}),
    ("POST", STUDENT + "/section"): Route(Rule.WRITE_CLASS, {"section": "{section}"}),
    ("GET", "/classes/{course_id:str}/roster"): Route(Rule.READ_CLASS),
    ("POST", "/classes/{course_id:str}/roster"): Route(Rule.WRITE_CLASS, {"kinds": "students"}),
    ("POST", "/classes/{course_id:str}/roster/again"): Route(Rule.WRITE_CLASS, GONE),
    ("GET", "/classes/{course_id:str}/settings"): Route(Rule.READ_CLASS),
    ("POST", "/classes/{course_id:str}/settings"): Route(Rule.WRITE_CLASS, {"drift": "keep"}),
    ("GET", "/classes/{course_id:str}/delegates"): Route(Rule.READ_CLASS),
    ("POST", "/classes/{course_id:str}/delegates"): Route(Rule.WRITE_CLASS, DELEGATE),
    ("POST", "/classes/{course_id:str}/delegates/{account_id:str}/revoke"): Route(Rule.WRITE_CLASS, {}),
    ("GET", "/imports/preview/{run_id:str}"): Route(Rule.WRITE_CLASS),
    ("POST", "/imports/preview/{run_id:str}"): Route(Rule.WRITE_CLASS, {}),
    ("GET", "/imports/{run_id:str}"): Route(Rule.READ_CLASS),
    ("POST", "/imports/{run_id:str}/retry"): Route(Rule.WRITE_CLASS, {}),
    ("POST", "/imports/{run_id:str}/release"): Route(Rule.RELEASE, {}),
    ("GET", "/exports/preview/{run_id:str}"): Route(Rule.WRITE_CLASS),
    ("POST", "/exports/preview/{run_id:str}/sections"): Route(Rule.WRITE_CLASS, {"section": ""}),
    ("POST", "/exports/preview/{run_id:str}"): Route(Rule.WRITE_CLASS, {"adopt": "on"}),
    ("POST", "/exports/preview/{run_id:str}/work"): Route(
        Rule.WRITE_CLASS, {"course_work": "{work}", "title": "Essay"}
    ),
    ("GET", "/exports/{run_id:str}"): Route(Rule.READ_CLASS),
    ("POST", "/exports/{run_id:str}/retry"): Route(Rule.WRITE_CLASS, {}),
    ("GET", "/exports/preview/{run_id:str}/held"): Route(Rule.WRITE_CLASS),
    ("POST", "/exports/preview/{run_id:str}/held"): Route(Rule.WRITE_CONNECTION, {"count": str(HELD)}),
    ("POST", "/exports/{run_id:str}/undo"): Route(Rule.WRITE_CLASS, {}),
    ("GET", "/undos/preview/{run_id:str}"): Route(Rule.WRITE_CLASS),
    ("POST", "/undos/preview/{run_id:str}"): Route(Rule.WRITE_CLASS, {}),
    ("GET", "/undos/{run_id:str}"): Route(Rule.READ_CLASS),
    ("GET", "/runs/{run_id:str}"): Route(Rule.READ_CLASS),
    ("GET", "/runs/{run_id:str}/progress"): Route(Rule.READ_CLASS),
    ("POST", "/runs/{run_id:str}/cancel"): Route(Rule.WRITE_CLASS, {}),
    ("POST", "/runs/{run_id:str}/again"): Route(Rule.WRITE_CLASS, {}),
    # the admin's pages
    ("GET", "/admin"): Route(Rule.READ_DISTRICT),
    ("GET", "/admin/accounts"): Route(Rule.READ_DISTRICT),
    ("POST", "/admin/accounts"): Route(Rule.WRITE_DISTRICT, {**PERSON, "roles": "teacher"}),
    ("POST", "/admin/accounts/{account_id:str}/roles"): Route(Rule.WRITE_ACCOUNT, {"roles": "teacher"}),
    ("GET", "/admin/why"): Route(Rule.READ_DISTRICT),
    ("POST", "/admin/why"): Route(Rule.READ_DISTRICT, {"email": STAND_IN, "wanted": ""}),
    ("GET", "/admin/licences"): Route(Rule.READ_DISTRICT),
    ("POST", "/admin/licences/read"): Route(Rule.WRITE_DISTRICT, {}),
    ("POST", "/admin/licences/list"): Route(Rule.WRITE_DISTRICT, {"list_text": "a@riverbend.example"}),
    ("POST", "/admin/licences"): Route(Rule.WRITE_DISTRICT, {"source": "off"}),
    ("GET", "/admin/pilot"): Route(Rule.READ_DISTRICT),
    ("POST", "/admin/pilot"): Route(Rule.WRITE_DISTRICT, {"open_to": "all"}),
    ("GET", "/admin/policy"): Route(Rule.OWN),
    ("POST", "/admin/policy"): Route(Rule.WRITE_DISTRICT, POLICY),
    ("GET", "/admin/audit"): Route(Rule.READ_DISTRICT),
    ("GET", "/admin/google"): Route(Rule.READ_DISTRICT),
    ("GET", "/admin/google/proof"): Route(Rule.READ_DISTRICT),
    ("POST", "/admin/google"): Route(Rule.WRITE_DISTRICT, {"admin_email": "{workspace_admin}"}),
    ("POST", "/admin/google/test"): Route(Rule.WRITE_DISTRICT, {}),
    ("POST", "/admin/google/sandbox"): Route(Rule.WRITE_DISTRICT, {}),
    ("GET", "/admin/google/remove"): Route(Rule.READ_DISTRICT),
    ("GET", "/admin/runs"): Route(Rule.READ_DISTRICT),
    ("GET", "/admin/sis"): Route(Rule.READ_DISTRICT),
    ("POST", "/admin/sis"): Route(Rule.WRITE_DISTRICT, {"vendor": "generic", "version": "1.1"}),
    ("GET", SIS): Route(Rule.READ_CONNECTION),
    ("GET", SIS + "/setup/{step:str}"): Route(Rule.READ_CONNECTION),
    ("GET", SIS + "/proof"): Route(Rule.READ_CONNECTION),
    ("GET", SIS + "/disconnect"): Route(Rule.READ_CONNECTION),
    ("GET", SIS + "/write-test"): Route(Rule.WRITE_CONNECTION),
    ("POST", SIS + "/write-test"): Route(Rule.WRITE_CONNECTION, {"class_id": "{section}"}),
    ("GET", SIS + "/support-bundle.json"): Route(Rule.READ_CONNECTION),
    ("POST", SIS + "/support"): Route(Rule.WRITE_CONNECTION, {"on": "on"}),
    ("POST", SIS + "/credentials"): Route(Rule.WRITE_CONNECTION, {"base_url": "{base_url}"}),
    ("POST", SIS + "/authorize"): Route(Rule.WRITE_CONNECTION, {}),
    ("POST", SIS + "/data"): Route(Rule.WRITE_CONNECTION, {"kinds": list(connections.KINDS)}),
    ("GET", SIS + "/settings"): Route(Rule.READ_CONNECTION),
    ("POST", SIS + "/settings"): Route(Rule.WRITE_CONNECTION, {"page_size": "500"}),
    ("POST", SIS + "/settings/contact"): Route(Rule.WRITE_CONNECTION, {"name": "The help desk"}),
    ("GET", SIS + "/packages"): Route(Rule.READ_CONNECTION),
    ("POST", SIS + "/packages"): Route(Rule.WRITE_CONNECTION, {"package": b"a zip"}, by_packages=True),
    ("GET", SIS + "/grades.zip"): Route(Rule.WRITE_CONNECTION, by_packages=True),
    ("GET", "/admin/not-listed"): Route(Rule.READ_DISTRICT),
    ("GET", "/admin/not-listed.csv"): Route(Rule.READ_DISTRICT),
    ("POST", "/admin/not-listed"): Route(Rule.WRITE_DISTRICT, WANTED),
    ("GET", UNLISTED): Route(Rule.READ_CONNECTION),
    ("POST", UNLISTED): Route(Rule.WRITE_CONNECTION, WANTED),
    ("GET", UNLISTED + "/report.html"): Route(Rule.READ_CONNECTION),
    ("GET", UNLISTED + "/report.json"): Route(Rule.READ_CONNECTION),
    ("POST", UNLISTED + "/connect"): Route(Rule.WRITE_CONNECTION, {}),
    # REST
    ("GET", "/api/v1/me"): Route(Rule.OWN),
    ("GET", "/api/v1/me/why"): Route(Rule.OWN),
    ("POST", "/api/v1/why"): Route(Rule.READ_DISTRICT, {"email": STAND_IN}),
    ("GET", "/api/v1/sis"): Route(Rule.OWN),
    ("GET", "/api/v1/classes"): Route(Rule.OWN),
    ("GET", "/api/v1/unlinked-sis-classes"): Route(Rule.OWN),
    ("POST", "/api/v1/classes"): Route(Rule.WRITE_CLASS, {**JSON_KEYS, "name": "Theirs"}),
    ("POST", "/api/v1/refreshes"): Route(Rule.READ_CLASS, query={"course_id": "{course}"}),
    ("GET", API_CLASS + "/sis-classes"): Route(Rule.READ_CLASS),
    ("GET", "/api/v1/suggested-links"): Route(Rule.OWN),
    ("POST", "/api/v1/links"): Route(Rule.WRITE_CLASS, {"links": [LINK]}),
    ("POST", "/api/v1/export-previews"): Route(Rule.OWN),
    ("POST", "/api/v1/exports-together"): Route(Rule.WRITE_CLASS, {"preview_run_ids": ["{preview-export}"]}),
    ("PUT", API_CLASS + "/link"): Route(Rule.WRITE_CLASS, JSON_KEYS),
    ("GET", API_CLASS + "/grades"): Route(Rule.READ_CLASS),
    ("GET", API_CLASS + "/grades/print"): Route(Rule.READ_CLASS),
    ("GET", "/api/v1/students"): Route(Rule.OWN, query={"q": "@"}),
    ("GET", "/api/v1/students/{user_id:str}"): Route(Rule.READ_CLASS),
    ("GET", "/api/v1" + STUDENT): Route(Rule.READ_CLASS),
    ("PUT", "/api/v1" + STUDENT + "/excused"): Route(
        Rule.WRITE_CLASS, {"course_work_id": "{work}", "excused": False}
    ),
    ("GET", API_CLASS + "/work-settings"): Route(Rule.READ_CLASS),
    ("PUT", API_CLASS + "/work-settings/{work_id:str}"): Route(Rule.WRITE_CLASS, {"due_on": "2026-12-01"}),
    ("GET", API_CLASS + "/categories"): Route(Rule.READ_CLASS),
    ("PUT", API_CLASS + "/categories"): Route(Rule.WRITE_CLASS, {"mapping": {}}),
    ("GET", API_CLASS + "/settings"): Route(Rule.READ_CLASS),
    ("PUT", API_CLASS + "/settings"): Route(Rule.WRITE_CLASS, {"drift": "district"}),
    ("PUT", "/api/v1" + STUDENT + "/section"): Route(Rule.WRITE_CLASS, {"class_id": "{section}"}),
    ("GET", API_CLASS + "/delegates"): Route(Rule.READ_CLASS),
    ("POST", API_CLASS + "/delegates"): Route(Rule.WRITE_CLASS, DELEGATE),
    ("DELETE", API_CLASS + "/delegates/{account_id:str}"): Route(Rule.WRITE_CLASS),
    ("GET", API_CLASS + "/roster"): Route(Rule.READ_CLASS),
    ("POST", API_CLASS + "/roster/again"): Route(Rule.WRITE_CLASS, GONE_TOO),
    ("POST", API_CLASS + "/import-previews"): Route(Rule.WRITE_CLASS, {"kinds": ["students"]}),
    ("POST", API_CLASS + "/export-previews"): Route(Rule.WRITE_CLASS, {"course_work_ids": None}),
    ("GET", "/api/v1/import-previews/{run_id:str}"): Route(Rule.WRITE_CLASS),
    ("POST", "/api/v1/imports"): Route(Rule.WRITE_CLASS, {"preview_run_id": "{preview-import}"}),
    ("GET", "/api/v1/imports/{run_id:str}"): Route(Rule.READ_CLASS),
    ("POST", "/api/v1/imports/{run_id:str}/retry"): Route(Rule.WRITE_CLASS),
    ("POST", "/api/v1/imports/{run_id:str}/release"): Route(Rule.RELEASE),
    ("GET", "/api/v1/export-previews/{run_id:str}"): Route(Rule.WRITE_CLASS),
    ("POST", "/api/v1/exports"): Route(Rule.WRITE_CLASS, {"preview_run_id": "{preview-export}"}),
    ("GET", "/api/v1/exports/{run_id:str}"): Route(Rule.READ_CLASS),
    ("POST", "/api/v1/exports/{run_id:str}/retry"): Route(Rule.WRITE_CLASS),
    ("GET", API_PREVIEW + "/held-withdrawals"): Route(Rule.WRITE_CLASS),
    ("POST", API_PREVIEW + "/held-withdrawals"): Route(Rule.WRITE_CONNECTION, {"count": HELD}),
    ("POST", "/api/v1/exports/{run_id:str}/undo-previews"): Route(Rule.WRITE_CLASS),
    ("GET", "/api/v1/undo-previews/{run_id:str}"): Route(Rule.WRITE_CLASS),
    ("POST", "/api/v1/undos"): Route(Rule.WRITE_CLASS, {"preview_run_id": "{preview-undo}"}),
    ("GET", "/api/v1/undos/{run_id:str}"): Route(Rule.READ_CLASS),
    ("GET", "/api/v1/runs"): Route(Rule.READ_CLASS, query={"course_id": "{course}"}),
    ("GET", "/api/v1/runs/{run_id:str}"): Route(Rule.READ_CLASS),
    ("POST", "/api/v1/runs/{run_id:str}/cancel"): Route(Rule.WRITE_CLASS),
    ("GET", "/api/v1/overview"): Route(Rule.READ_DISTRICT),
    ("GET", "/api/v1/overview/history"): Route(Rule.READ_DISTRICT),
    ("GET", "/api/v1/audit"): Route(Rule.READ_DISTRICT),
    ("GET", "/api/v1/licences"): Route(Rule.READ_DISTRICT),
    ("GET", "/api/v1/licences/holders"): Route(Rule.READ_DISTRICT),
    ("PUT", "/api/v1/licences/list"): Route(Rule.WRITE_DISTRICT, {"csv": "a@riverbend.example"}),
    ("POST", "/api/v1/licences/readings"): Route(Rule.WRITE_DISTRICT),
    ("PUT", "/api/v1/licences"): Route(Rule.WRITE_DISTRICT, {"source": "off"}),
    ("GET", "/api/v1/pilot"): Route(Rule.READ_DISTRICT),
    ("PUT", "/api/v1/pilot"): Route(Rule.WRITE_DISTRICT, {"running": False}),
    ("GET", "/api/v1/policy"): Route(Rule.OWN),
    ("PUT", "/api/v1/policy"): Route(Rule.WRITE_DISTRICT, POLICY),
    ("GET", "/api/v1/accounts"): Route(Rule.READ_DISTRICT),
    ("POST", "/api/v1/accounts"): Route(Rule.WRITE_DISTRICT, {**PERSON, "roles": ["teacher"]}),
    ("PUT", "/api/v1/accounts/{account_id:str}/roles"): Route(Rule.WRITE_ACCOUNT, {"roles": ["teacher"]}),
    ("GET", "/api/v1/classroom-connection"): Route(Rule.READ_DISTRICT),
    ("PUT", "/api/v1/classroom-connection"): Route(Rule.WRITE_DISTRICT, {"admin_email": "{workspace_admin}"}),
    ("POST", "/api/v1/classroom-connection/test"): Route(Rule.WRITE_DISTRICT),
    ("POST", "/api/v1/classroom-connection/sandbox"): Route(Rule.WRITE_DISTRICT),
    ("GET", "/api/v1/connections"): Route(Rule.READ_DISTRICT),
    ("POST", "/api/v1/connections"): Route(Rule.WRITE_DISTRICT, {"vendor": "generic", "version": "1.1"}),
    ("GET", API_CONNECTION): Route(Rule.READ_CONNECTION),
    ("GET", API_CONNECTION + "/support-bundle"): Route(Rule.READ_CONNECTION),
    ("PUT", API_CONNECTION + "/credentials"): Route(Rule.WRITE_CONNECTION, {"base_url": "{base_url}"}),
    ("POST", API_CONNECTION + "/authorize"): Route(Rule.WRITE_CONNECTION),
    ("POST", API_CONNECTION + "/write-tests"): Route(Rule.WRITE_CONNECTION, {"class_id": "{section}"}),
    ("PUT", API_CONNECTION + "/data-exchange"): Route(Rule.WRITE_CONNECTION, {"kinds": list(connections.KINDS)}),
    ("PUT", API_CONNECTION + "/support"): Route(Rule.WRITE_CONNECTION, {"on": True}),
    ("GET", API_CONNECTION + "/settings"): Route(Rule.READ_CONNECTION),
    ("PUT", API_CONNECTION + "/settings"): Route(Rule.WRITE_CONNECTION, {"page_size": "500"}),
    ("PUT", API_CONNECTION + "/contact"): Route(Rule.WRITE_CONNECTION, {"name": "The help desk"}),
    ("GET", API_CONNECTION + "/packages"): Route(Rule.READ_CONNECTION),
    ("POST", API_CONNECTION + "/packages"): Route(Rule.WRITE_CONNECTION, {}, by_packages=True),
    ("GET", API_CONNECTION + "/grades.zip"): Route(Rule.WRITE_CONNECTION, by_packages=True),
    ("GET", "/api/v1/unlisted-sis"): Route(Rule.READ_DISTRICT),
    ("POST", "/api/v1/unlisted-sis"): Route(Rule.WRITE_DISTRICT, WANTED),
    ("GET", API_UNLISTED): Route(Rule.READ_CONNECTION),
    ("PUT", API_UNLISTED): Route(Rule.WRITE_CONNECTION, WANTED),
    ("GET", API_UNLISTED + "/report"): Route(Rule.READ_CONNECTION),
    ("POST", API_UNLISTED + "/connection"): Route(Rule.WRITE_CONNECTION),
    # what ends things comes last, for the owners try every route in this order
    ("POST", "/classes/{course_id:str}/unlink"): Route(Rule.WRITE_CLASS, {}),
    ("DELETE", API_CLASS + "/link"): Route(Rule.WRITE_CLASS),
    ("POST", SIS + "/keys/{key_id:str}/remove"): Route(Rule.WRITE_CONNECTION, {}),
    ("DELETE", API_CONNECTION + "/keys/{key_id:str}"): Route(Rule.WRITE_CONNECTION),
    ("POST", SIS + "/disconnect"): Route(Rule.WRITE_CONNECTION, {}),
    ("DELETE", API_CONNECTION): Route(Rule.WRITE_CONNECTION),
    ("POST", UNLISTED + "/check"): Route(Rule.WRITE_CONNECTION, REACHED),
    ("POST", API_UNLISTED + "/checks"): Route(Rule.WRITE_CONNECTION, REACHED),
    ("POST", UNLISTED + "/remove"): Route(Rule.WRITE_CONNECTION, {}),
    ("DELETE", API_UNLISTED): Route(Rule.WRITE_CONNECTION),
    WITHOUT_CLASSROOM: Route(Rule.WRITE_DISTRICT, {}),
    ("DELETE", "/api/v1/classroom-connection"): Route(Rule.WRITE_DISTRICT),
}
PRIVATE = [place for place, route in ROUTES.items() if route.rule is not Rule.PUBLIC]

TEACHERS = ("colleague", "foreign teacher")
REFUSED: dict[Rule, tuple[str, ...]] = {
    Rule.READ_CLASS: (*TEACHERS, "foreign admin"),
    Rule.WRITE_CLASS: (*TEACHERS, "foreign admin", "auditor"),
    Rule.RELEASE: ("teacher", *TEACHERS, "foreign admin", "auditor"),
    Rule.READ_DISTRICT: TEACHERS,
    Rule.WRITE_DISTRICT: (*TEACHERS, "auditor"),
    Rule.READ_CONNECTION: ("teacher", *TEACHERS, "foreign admin"),
    Rule.WRITE_CONNECTION: ("teacher", *TEACHERS, "foreign admin", "auditor"),
    Rule.WRITE_ACCOUNT: ("teacher", *TEACHERS, "foreign admin", "auditor"),
}
"""Who is refused. Nobody at all may what is private without signing in."""


class House(Struct, frozen=True):
    """A district in which everything has happened once, its pages, and people of every kind."""

    made: Installation
    client: TestClient[Litestar]
    ids: dict[str, str]
    jars: dict[str, dict[str, str]]

    def ask(self, who: str, place: tuple[str, str], **ids: str) -> Any:
        """Send a route's request as somebody, with the ids of the district's own things."""
        method, path = place
        route = ROUTES[place]
        known = {**self.ids, **({"connection": self.ids["by packages"]} if route.by_packages else {}), **ids}
        self.client.cookies.clear()
        self.client.cookies.update(self.jars[who])
        body = _body(path, filled(route.sent, known))
        return self.client.request(
            method,
            address(path, known),
            params=filled(route.query, known),
            headers={"x-csrftoken": self.jars[who]["csrftoken"]},
            **(body if route.sent is not None else {}),
        )

    def counts(self) -> tuple[Any, ...]:
        """Everything that a write would move: both sides' writes, our runs, our links, what we know of the SIS."""
        with self.made.stage.classroom.control() as control:
            classroom = control.snapshot()["writes"]
        listed = runs.page(self.made.ctx, self.made.admin, limit=200).items
        home = connections.home(self.made.ctx, self.made.admin)
        wanted = unlisted.every(self.made.ctx, self.made.admin)
        cards = [(card.state, card.key_kept, card.support_consent, card.data) for card in home.connections]
        people = accounts.listed(self.made.ctx, self.made.admin)
        named = delegates.of_class(self.made.ctx, self.made.admin, self.ids["course"])
        done = [run.id for run in listed], home.linked_classes, cards, people, named, wanted
        return sis_state(self.made)["writes"], classroom, *done


def _body(path: str, sent: Any) -> dict[str, Any]:
    """What is sent: JSON below /api, otherwise a form, with what is bytes as its files."""
    if path.startswith("/api/") or not isinstance(sent, dict):
        return {"json" if path.startswith("/api/") else "data": sent}
    files = {name: (name, one) for name, one in sent.items() if isinstance(one, bytes)}
    fields = {name: one for name, one in sent.items() if name not in files}
    return {"data": fields, "files": files} if files else {"data": fields}


def filled(value: Any, ids: dict[str, str]) -> Any:
    """The value with every "{name}" in it replaced."""
    if isinstance(value, dict):
        return {name: filled(one, ids) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, ids) for one in value]
    return re.sub(r"\{([^}]+)\}", lambda one: ids.get(one[1], one[0]), value) if isinstance(value, str) else value


KINDS = {
    "undos/preview": "preview-undo",
    "undo-previews": "preview-undo",
    "undos": "undo",
    "imports/preview": "preview-import",
    "import-previews": "preview-import",
    "exports/preview": "preview-export",
    "export-previews": "preview-export",
    "imports": "import",
    "exports": "export",
    "runs": "export",
}
"""Which of the runs a route is about, by what its path says; the first that is in it."""


def address(path: str, ids: dict[str, str]) -> str:
    """A route's path with the ids filled in."""
    kinds = {"runs": "preview-export"} if path.endswith("}/again") else KINDS
    run = next((ids[kind] for word, kind in kinds.items() if f"/{word}/" in path), "")
    values = {"course_id": ids["course"], "connection_id": ids["connection"], "step": "credentials"}
    values["account_id"] = ids["account"]
    values |= {"token": ids["token"], "vendor": "infinite-campus"}
    values["user_id"] = ids["known account"]
    values["work_id"] = ids["work"]
    values["unlisted_id"] = ids["other unlisted" if path.endswith("/remove") else "unlisted"]
    leaver = "leaver" if path.startswith("/api/") else "other leaver"
    values["key"] = ids[leaver if path.endswith("/erase") else "person"]
    values["run_id"] = ids.get("run", ids["held"] if path.endswith(("/held", "/held-withdrawals")) else run)
    return re.sub(r"\{(\w+):\w+\}", lambda found: values.get(found[1], "x"), path)


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, postgres: Cluster, made_up: District, one_classroom: ClassroomServer
) -> Iterator[House]:
    one_classroom.reset()
    folder = tmp_path_factory.mktemp("authorization")
    info = folder / "sandbox.json"
    info.write_bytes(msgspec.json.encode({"classroom": one_classroom.info()}))
    used = replace(settings_for(folder, postgres.new_database()), sandbox_info=str(info))
    with (
        installation(used, students=STUDENTS, classroom=one_classroom) as made,
        TestClient(create_app(made.ctx), raise_server_exceptions=False) as client,
    ):
        client.follow_redirects = False
        ids = happened(made)
        yield House(made, client, ids, {who: jar(client, email) for who, email in people(made).items()})


def happened(made: Installation) -> dict[str, str]:
    """Connect, link, import and export, one grade of it refused; the ids of everything."""
    made.up_to("link")
    undone = _undone(made)
    book = Gradebook(made, "Cell division essay")
    removed = removed_by_a_teacher(made)
    previewed, imported = held_and_failed(made)
    with made.stage.sis.control() as control:
        control.switch_on("refuse-student", count=1)
    preview = book.previewing()
    exported = grades.export(made.ctx, made.teacher, preview, grades.ExportChoices())
    made.wait(exported)
    proved = connections.authorize(made.ctx, made.admin, book.connection_id)
    made.wait(proved, actor=made.admin)
    district = made.admin.district_id
    setup.create_account(made.ctx, district, email=STAND_IN, name="Sam Stand-in", roles=(Role.TEACHER,))
    delegates.name(made.ctx, made.teacher, made.course_id, STAND_IN, made.ctx.now().date() + timedelta(days=1))
    return {
        "by packages": by_packages(made),
        "unlisted": not_listed(made, "Skolplattan"),
        "other unlisted": not_listed(made, "Skolkort"),
        "account": setup.actor_of(made.ctx, district, STAND_IN).account_id,
        "course": made.course_id,
        "work": book.id,
        "connection": book.connection_id,
        "section": book.section,
        "key": f"{book.connection_id}|{book.section}",
        "base_url": made.stage.sis.info()["base_url"],
        **_people(made),
        "token": steps.link(made.ctx, made.admin, book.connection_id).rpartition("/")[2],
        "workspace_admin": made.stage.classroom.info()["admin_email"],
        "removed one": removed[0],
        "removed two": removed[1],
        "preview-import": previewed,
        "import": imported,
        "preview-export": preview,
        "export": exported,
        **undone,
        "authorize": proved,
    }


def _undone(made: Installation) -> dict[str, str]:
    """Export the quiz, delete it, so that taking it back is held, and undo that export; the runs."""
    quiz = Gradebook(made, "Quiz")
    quiz.export()
    listed = runs.page(made.ctx, made.teacher, course_id=made.course_id).items
    previewed = undo.preview(made.ctx, made.teacher, next(run.id for run in listed if run.kind == "export"))
    made.wait(previewed)
    with made.stage.classroom.control() as control:
        control.do("delete_work", course_id=made.course_id, work_id=quiz.id)
    held = quiz.previewing()
    assert quiz.previewed(held).held_withdrawals == HELD
    undone = undo.undo(made.ctx, made.teacher, previewed)
    made.wait(undone)
    return {"held": held, "preview-undo": previewed, "undo": undone}


def _import(made: Installation) -> tuple[str, str]:
    """Preview an import of the students and carry it out; both runs."""
    previewed = rosters.preview(made.ctx, made.teacher, made.course_id, ["students"])
    made.wait(previewed)
    imported = rosters.import_(made.ctx, made.teacher, previewed)
    made.wait(imported)
    return previewed, imported


def removed_by_a_teacher(made: Installation) -> list[str]:
    """Import students, one of whom is refused, and let a teacher remove two in Classroom; their ids."""
    there = sorted(made.stage.classroom.state.courses[made.course_id].students)
    with made.stage.classroom.control() as control:
        for user_id in there[-4:]:
            control.do("remove_member", course_id=made.course_id, role="students", user=user_id)
        control.switch_on("refuse-member", count=1)
        _import(made)
        with made.ctx.district(made.teacher).read() as rows:
            ours = [one.user_id for one in memberships.of_course(rows, "sandbox", made.course_id)]
        for user_id in ours[:2]:
            control.do("remove_member", course_id=made.course_id, role="students", user=user_id)
    return ours[:2]


def held_and_failed(made: Installation) -> tuple[str, str]:
    """An import that holds the removal of somebody who left the section, and fails for somebody; both runs."""
    with made.ctx.district(made.teacher).read() as rows:
        leaver = memberships.of_course(rows, "sandbox", made.course_id)[-1].sis_user_id
    source, section = made.stage.sis.source, made.stage.made_up.demo_sections[0]
    for one in source.records("enrollment", (Is("class.sourcedId", section),)):
        if isinstance(one, Enrollment) and one.user.sourced_id == leaver:
            source.delete("enrollment", one.sourced_id)
    with made.stage.classroom.control() as control:
        control.switch_on("refuse-member", count=1)
    runs_ = _import(made)
    with made.ctx.district(made.teacher).read() as rows:
        counts = run_store.get(rows, runs_[1]).counts
    assert counts.keys() >= {"REMOVALS_HELD", "failed"}
    return runs_


def not_listed(made: Installation, name: str) -> str:
    """Name a SIS that is not listed, and check it by the address and key of the one that runs; its id."""
    named = unlisted.begin(made.ctx, made.admin, Interest(sis_name=name, contact="api@skolkort.example"))
    info = made.stage.sis.info()
    reached = {name: info[name] for name in ("base_url", "token_url", "version")}
    entries = Entries(key=info["client_id"], secret=info["client_secret"], **reached)
    made.wait(unlisted.check(made.ctx, made.admin, named, entries), actor=made.admin)
    return named


def by_packages(made: Installation) -> str:
    """A connection without an API, whose SIS has handed one package over; its id."""
    connection_id = connections.start(made.ctx, made.admin, HABITS.id)
    registrar = Registrar(made.stage.made_up.records())
    taken = main_job.upload(made.ctx, made.stage, registrar, connection_id)
    made.wait(taken, actor=made.admin)
    return connection_id


def _people(made: Installation) -> dict[str, str]:
    """Keys of people of the SIS: one in the linked class, and two who may go."""
    rows = person_service.listed(made.ctx, made.admin, states=STATES, limit=None).items
    matched = next(row for row in rows if row.state == "matched" and row.account and "student" in row.roles)
    leaver, other = [row.key for row in rows if row.state in ("unseen", "left")][:2]
    account = matched.account.user_id if matched.account else ""
    return {"person": matched.key, "known account": account, "leaver": leaver, "other leaver": other}


def people(made: Installation) -> dict[str, str]:
    """Give everybody an account; their addresses. The other district uses the same Classroom."""
    ctx, here = made.ctx, made.admin.district_id
    there = setup.create_district(ctx, name="Elsewhere", time_zone="Europe/Stockholm")
    accounts = made.stage.classroom.state.accounts.values()
    staff = sorted(one.email for one in accounts if one.staff and not one.admin)
    colleague, foreign = [email for email in staff if email != made.teacher.email][:2]
    for email, district, role in (
        (colleague, here, Role.TEACHER),
        ("auditor@riverbend.example", here, Role.AUDITOR),
        (foreign, there, Role.TEACHER),
        ("admin@elsewhere.example", there, Role.ADMIN),
    ):
        setup.create_account(ctx, district, email=email, name=email, roles=(role,), password=PASSWORD)
    info = made.stage.classroom.info()
    setup.connect_classroom(
        ctx,
        setup.actor_of(ctx, there, "admin@elsewhere.example"),
        side="sandbox",
        base_url=info["base_url"],
        admin_email=info["admin_email"],
        service_account=info["service_account"],
    )
    return {
        "admin": made.admin.email,
        "teacher": made.teacher.email,
        "colleague": colleague,
        "auditor": "auditor@riverbend.example",
        "foreign teacher": foreign,
        "foreign admin": "admin@elsewhere.example",
        "nobody": "",
    }


def jar(client: TestClient[Litestar], email: str) -> dict[str, str]:
    """The cookies of somebody who signed in through the form, or of a visitor."""
    client.cookies.clear()
    client.get("/signin")
    if email:
        token = client.cookies["csrftoken"]
        sent = {"_csrf_token": token, "email": email, "password": PASSWORD, "next": "/"}
        assert client.post("/signin", data=sent).status_code == 303, email
    return dict(client.cookies.items())


def test_every_route_has_a_rule(house: House) -> None:
    there = {
        (method, route.path)
        for route in house.client.app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods - {"OPTIONS"}
    }
    assert there == set(ROUTES)


def test_a_class_a_run_or_a_connection_in_the_path_is_never_everybody_s() -> None:
    named = [place for place in ROUTES if re.search(r"\{(course|run|connection)_id", place[1])]
    assert named
    assert {ROUTES[place].rule for place in named}.isdisjoint({Rule.PUBLIC, Rule.OWN})


def test_whoever_has_no_business_there_is_refused_and_nothing_happens(house: House) -> None:
    before = house.counts()
    for place in PRIVATE:
        for who in REFUSED.get(ROUTES[place].rule, ()):
            answer = house.ask(who, place)
            assert answer.status_code in (403, 404), (who, place, answer.status_code)
            if place[1].startswith("/api/"):
                assert answer.json()["code"] not in ("HTTP_403", "HTTP_404"), (who, place)
            if who != "teacher":
                assert house.made.teacher.email not in answer.text, (who, place)
    assert house.counts() == before


def test_whoever_has_not_signed_in_is_sent_to_sign_in_and_nothing_happens(house: House) -> None:
    before = house.counts()
    for place in PRIVATE:
        answer = house.ask("nobody", place)
        if place[1].startswith("/api/"):
            assert answer.status_code == 401, place
        else:
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/signin"), place
    assert house.counts() == before


def test_a_run_of_a_connection_is_the_admin_s(house: House) -> None:
    for place in PRIVATE:
        if not re.match(r"(/api/v1)?/runs/", place[1]):
            continue
        for who in ("teacher", *TEACHERS, "foreign admin"):
            answer = house.ask(who, place, run=house.ids["authorize"])
            assert answer.status_code in (403, 404), (who, place)


def test_what_is_everybody_s_shows_a_stranger_nothing_of_it(house: House) -> None:
    for place in PRIVATE:
        if ROUTES[place].rule is Rule.OWN and place[0] == "GET":
            for who in TEACHERS:
                text = house.ask(who, place).text
                assert house.ids["course"] not in text, (who, place)
                assert house.ids["section"] not in text, (who, place)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_without_the_page_s_token_is_refused(house: House, method: str) -> None:
    before = house.counts()
    for place in PRIVATE:
        if place[0] == method:
            house.client.cookies.clear()
            house.client.cookies.update(house.jars["admin"])
            answer = house.client.request(method, address(place[1], house.ids))
            assert answer.status_code == 403, place
    assert house.counts() == before


def test_the_same_requests_are_answered_to_those_whose_business_it_is(house: House) -> None:
    """Last, for it does everything: it proves that the requests above were refused for who sent them."""
    before = after = house.counts()
    for place in PRIVATE:
        if place == WITHOUT_CLASSROOM:
            after = house.counts()
        rule = ROUTES[place].rule
        who = "teacher" if rule in (Rule.READ_CLASS, Rule.WRITE_CLASS, Rule.OWN) else "admin"
        answer = house.ask(who, place)
        assert answer.status_code in (200, 201, 202, 204, 303), (
            place,
            answer.status_code,
            answer.text[-600:],
        )
        assert not answer.headers.get("location", "").startswith("/signin"), place
    assert after != before
