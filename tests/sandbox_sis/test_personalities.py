"""Each personality has the habits that public documents tell of it, and no other's.

Every habit is a question to a running SIS, asked of all of them: the answer is yes where the table says so, and no
everywhere else.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from classbridge.sandbox.sis import SisServer, load, names
from classbridge.sandbox.sis.state import NewLineItem
from tests.sandbox_sis.conftest import DISTRICT, Consumer

SECTION = DISTRICT.demo_sections[0]
PLACEHOLDER = "11111111-1111-1111-1111-111111111111"

ADDRESSES = {
    "aspen@1.1": ("/ims/oneroster/v1p1", "/oauth/rest/v2.0/auth", False),
    "blackbaud@1.1": ("/afe-rostr/ims/oneroster/v1p1", "/token", True),
    "generic@1.1": ("/ims/oneroster/v1p1", "/oauth/token", False),
    "generic@1.2": ("/ims/oneroster", "/oauth/token", False),
    "infinite-campus@1.1": (
        "/campus/api/oneroster/v1p1/example/ims/oneroster/v1p1",
        "/campus/oauth2/token?appName=example",
        False,
    ),
    "infinite-campus@1.2": (
        "/campus/api/oneroster/v1p2/example/ims/oneroster",
        "/campus/oauth2/token?appName=example",
        False,
    ),
    "powerschool@1.1": ("/api/ims/oneroster/v1p1", "/oauth/access_token", False),
    "skyward-qmlativ@1.1": ("/demoAPI/ims/oneroster/v1p1", "/demoAPI/oauth/token", False),
    "skyward-sms@1.1": ("/api/ims/oneroster/v1p1", "/oauth/token", True),
    "stlink@1.1": ("/ims/oneroster/v1p1", "/oauth/token", False),
}
"""The path of the base URL, path and query of the token URL, and whether that is on another host."""

CAMPUS = ("infinite-campus@1.1", "infinite-campus@1.2")
SKYWARD = ("skyward-qmlativ@1.1", "skyward-sms@1.1")
POWERSCHOOL, BLACKBAUD, ASPEN, QMLATIV = (
    "powerschool@1.1",
    "blackbaud@1.1",
    "aspen@1.1",
    "skyward-qmlativ@1.1",
)
GENERIC = ("generic@1.1", "generic@1.2")

Habit = Callable[[Consumer], bool]
HABITS: dict[Habit, tuple[str, ...]] = {}
"""A question to a SIS, and those that answer it with yes."""


def of(*vendors: str) -> Callable[[Habit], Habit]:
    """Say which personalities have a habit."""

    def said(habit: Habit) -> Habit:
        HABITS[habit] = vendors
        return habit

    return said


def ask_token(sis: Consumer, key: Any, **form: str) -> httpx2.Response:
    with httpx2.Client(timeout=10) as http:
        asked = {"grant_type": "client_credentials", "scope": _scopes(sis), **form}
        return http.post(sis.info["token_url"], auth=key, data={n: v for n, v in asked.items() if v})


def _scopes(sis: Consumer) -> str:
    version = "v1p1" if sis.old else "v1p2"
    return f"https://purl.imsglobal.org/spec/or/{version}/scope/roster.readonly"


def credentials(sis: Consumer) -> tuple[str, str]:
    return sis.info["client_id"], sis.info["client_secret"]


def put_item(sis: Consumer, name: str | None = None, **members: Any) -> tuple[str, httpx2.Response]:
    """Put a line item that every SIS takes, with some members otherwise; None leaves one out."""
    name = name or str(uuid4())
    body = {
        "sourcedId": name,
        "title": name[:20],
        "class": {"sourcedId": SECTION},
        "category": {"sourcedId": _category(sis)},
        "dueDate": "2026-11-20T12:00:00.000Z",
        "resultValueMax": 100,
        **members,
    }
    body = {member: value for member, value in body.items() if value is not None}
    return name, sis.grades("PUT", f"/lineItems/{name}", {"lineItem": body})


def _category(sis: Consumer) -> str:
    rows = sis.grades("GET", "/categories", limit=100).json()["categories"]
    own = [row for row in rows if row.get("metadata", {}).get("classId", SECTION) == SECTION]
    return str(next((row for row in own if row["title"] == "Tests"), own[0] if own else rows[0])["sourcedId"])


def stored(sis: Consumer, name: str) -> dict[str, Any]:
    got: dict[str, Any] = sis.grades("GET", f"/lineItems/{name}").json()["lineItem"]
    return got


def refused(answer: tuple[str, httpx2.Response]) -> bool:
    assert answer[1].status_code in (200, 201, 422), answer[1].text
    return answer[1].status_code == 422


def put_result(sis: Consumer, **members: Any) -> tuple[str, httpx2.Response]:
    student = users(sis, f"/classes/{SECTION}/students")[0]["sourcedId"]
    cell, (item, _) = str(uuid4()), put_item(sis)
    body = {
        "sourcedId": cell,
        "lineItem": {"sourcedId": item},
        "student": {"sourcedId": student},
        "scoreStatus": "fully graded",
        "score": 80,
        "scoreDate": "2026-11-20",
        **members,
    }
    body = {member: value for member, value in body.items() if value is not None}
    return cell, sis.grades("PUT", f"/results/{cell}", {"result": body})


def result(sis: Consumer, **members: Any) -> dict[str, Any]:
    cell, answer = put_result(sis, **members)
    if answer.status_code == 422:
        return {}
    got: dict[str, Any] = sis.grades("GET", f"/results/{cell}").json()["result"]
    return got


def users(sis: Consumer, path: str = "/users") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sis.roster(path, limit=10_000).json()["users"]
    return found


@of(*GENERIC, ASPEN)
def takes_the_secret_in_the_form(sis: Consumer) -> bool:
    key, secret = credentials(sis)
    return ask_token(sis, None, client_id=key, client_secret=secret).status_code == 200


@of(QMLATIV)
def wants_the_secret_escaped(sis: Consumer) -> bool:
    key, secret = credentials(sis)
    return ask_token(sis, (key, secret)).status_code == 401


@of(*GENERIC, BLACKBAUD, "stlink@1.1")
def wants_scopes(sis: Consumer) -> bool:
    return ask_token(sis, credentials(sis), scope="").status_code == 400


@of(ASPEN)
def leaves_the_life_of_a_token_out(sis: Consumer) -> bool:
    return "expires_in" not in sis.token().json()


@of(*CAMPUS)
def wants_a_vendor_s_key_at_the_gradebook(sis: Consumer) -> bool:
    bare = {name: value for name, value in sis.http.headers.items() if name == "authorization"}
    with httpx2.Client(timeout=10, headers=bare) as http:
        assert http.get(sis.url("rostering", "/classes"), params={"limit": 1}).status_code == 200
        return http.get(sis.url("gradebook", "/lineItems")).status_code == 401


@of(*SKYWARD)
def takes_paths_in_any_case(sis: Consumer) -> bool:
    return sis.roster("/CLASSES", limit=1).status_code == 200


@of(BLACKBAUD)
def writes_hrefs_in_lower_case(sis: Consumer) -> bool:
    href: str = sis.roster(f"/classes/{SECTION}").json()["class"]["terms"][0]["href"]
    path = href.removesuffix(href.rpartition("/")[2])
    return "academicSessions" not in path


@of(*SKYWARD)
def says_nothing_of_how_many_there_are(sis: Consumer) -> bool:
    return not {"link", "x-total-count"} & set(sis.roster("/users", limit=5).headers)


@of(POWERSCHOOL)
def gives_a_hundred_rows_at_most(sis: Consumer) -> bool:
    rows = sis.roster("/enrollments", limit=10_000).json()["enrollments"]
    return len(rows) == 100


@of("infinite-campus@1.2")
def refuses_the_role_as_a_filter(sis: Consumer) -> bool:
    answer = sis.roster("/users", filter="role='guardian'" if sis.old else "roles.role='guardian'")
    return answer.status_code == 400


@of(ASPEN)
def takes_filters_without_quotes(sis: Consumer) -> bool:
    return sis.roster("/users", filter="status=active", limit=1).status_code == 200


@of(ASPEN)
def names_grading_periods_so(sis: Consumer) -> bool:
    term = sis.roster(f"/classes/{SECTION}").json()["class"]["terms"][0]["sourcedId"]
    return "gradingPeriods" in sis.roster(f"/terms/{term}/gradingPeriods").json()


@of(BLACKBAUD)
def writes_seven_digits_of_a_second(sis: Consumer) -> bool:
    moment: str = sis.roster("/users", limit=1).json()["users"][0]["dateLastModified"]
    return len(moment.partition(".")[2].partition("+")[0].removesuffix("Z")) == 7


@of(QMLATIV)
def writes_blanks_as_empty_text(sis: Consumer) -> bool:
    return any(user.get("email") == "" for user in users(sis))


@of(BLACKBAUD)
def tells_its_status_beside_what_it_answers(sis: Consumer) -> bool:
    return "status_info_set" in sis.grades("GET", "/results", limit=1).json()


@of("infinite-campus@1.1")
def has_schools_that_are_called_otherwise(sis: Consumer) -> bool:
    return "local" in {org["type"] for org in sis.roster("/orgs", limit=100).json()["orgs"]}


@of("infinite-campus@1.1")
def knows_people_by_their_role(sis: Consumer) -> bool:
    return {one["sourcedId"][:4] for one in users(sis, "/students")} == {"sstu"}


@of("infinite-campus@1.2")
def remembers_the_ids_of_its_old_version(sis: Consumer) -> bool:
    return all("legacySourcedId" in one.get("metadata", {}) for one in users(sis, "/students"))


@of("infinite-campus@1.1")
def leaves_people_without_an_account_out(sis: Consumer) -> bool:
    held = [str(user["enabledUser"]).lower() for user in users(sis)]
    return "false" not in held


@of("infinite-campus@1.2")
def shows_the_running_year_only(sis: Consumer) -> bool:
    held = sis.roster("/classes", limit=10_000).json()["classes"]
    terms = {term["sourcedId"] for one in held for term in one["terms"]}
    years = {term["parent"]["sourcedId"] for term in _sessions(sis) if term["sourcedId"] in terms}
    return len(years) == 1


def _sessions(sis: Consumer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sis.roster("/academicSessions", limit=100).json()["academicSessions"]
    return found


@of(ASPEN)
def has_categories_for_each_class_alone(sis: Consumer) -> bool:
    rows = sis.grades("GET", "/categories", limit=100).json()["categories"]
    return all("classId" in row.get("metadata", {}) for row in rows)


@of(*(name for name in names() if name.endswith("@1.1")))
def lists_no_categories_of_a_class(sis: Consumer) -> bool:
    return sis.grades("GET", f"/classes/{SECTION}/categories").status_code == 404


@of("infinite-campus@1.2", POWERSCHOOL, BLACKBAUD)
def wants_a_category(sis: Consumer) -> bool:
    return refused(put_item(sis, category=None))


@of(*SKYWARD)
def files_work_without_a_category_under_homework(sis: Consumer) -> bool:
    name, answer = put_item(sis, category=None)
    return answer.status_code < 300 and "homework" in str(stored(sis, name).get("category", {}).get("sourcedId"))


@of(QMLATIV)
def files_changed_work_under_homework_again(sis: Consumer) -> bool:
    name, _ = put_item(sis)
    put_item(sis, name)
    return "homework" in stored(sis, name)["category"]["sourcedId"]


@of(*CAMPUS)
def takes_no_placeholder_for_a_category(sis: Consumer) -> bool:
    assert put_item(sis)[1].status_code == 201
    placeholder = {"category": {"sourcedId": PLACEHOLDER, "title": "Placeholder"}}
    if sis.grades("PUT", f"/categories/{PLACEHOLDER}", placeholder).status_code == 404:
        return False
    return refused(put_item(sis, category={"sourcedId": PLACEHOLDER}))


def _longest_title(length: int) -> Habit:
    def habit(sis: Consumer) -> bool:
        fits = not refused(put_item(sis, title=str(uuid4())[:8].ljust(length, "x")))
        return fits and refused(put_item(sis, title="x" * (length + 1)))

    habit.__name__ = f"takes_titles_of_{length}"
    return habit


of(POWERSCHOOL)(_longest_title(30))
of("skyward-sms@1.1")(_longest_title(49))
of(*CAMPUS)(_longest_title(50))


@of(POWERSCHOOL)
def refuses_a_category_s_title_above_30(sis: Consumer) -> bool:
    body = {"category": {"sourcedId": "cat-long", "title": "x" * 31}}
    return sis.grades("PUT", "/categories/cat-long", body).status_code == 422


@of(POWERSCHOOL, "skyward-sms@1.1")
def wants_whole_points(sis: Consumer) -> bool:
    return refused(put_item(sis, resultValueMax=10.5))


@of(*CAMPUS, POWERSCHOOL)
def wants_a_due_date_in_the_term(sis: Consumer) -> bool:
    outside = refused(put_item(sis, dueDate="2031-01-01T12:00:00.000Z"))
    return outside and refused(put_item(sis, dueDate=None))


@of(*CAMPUS)
def works_the_grading_period_out(sis: Consumer) -> bool:
    name, _ = put_item(sis)
    return "gradingPeriod" in stored(sis, name)


@of(POWERSCHOOL)
def refuses_the_same_title_on_the_same_day(sis: Consumer) -> bool:
    title = str(uuid4())[:20]
    put_item(sis, title=title)
    return refused(put_item(sis, title=title))


@of(BLACKBAUD)
def takes_full_grades_only(sis: Consumer) -> bool:
    return put_result(sis, scoreStatus="exempt")[1].status_code == 422


@of("infinite-campus@1.1")
def knows_not_every_status(sis: Consumer) -> bool:
    return result(sis, scoreStatus="partially graded").get("scoreStatus") == "fully graded"


@of(*CAMPUS)
def makes_a_zero_of_work_handed_in(sis: Consumer) -> bool:
    return result(sis, scoreStatus="submitted", score=None).get("score") == 0


@of(ASPEN)
def cuts_comments_at_100(sis: Consumer) -> bool:
    return len(result(sis, comment="x" * 101)["comment"]) == 100


def _status_of_an_update(status: int) -> Habit:
    def habit(sis: Consumer) -> bool:
        name, made = put_item(sis)
        assert made.status_code == 201
        return put_item(sis, name)[1].status_code == status

    habit.__name__ = f"answers_an_update_with_{status}"
    return habit


of(BLACKBAUD)(_status_of_an_update(201))
of(*(name for name in names() if name != BLACKBAUD))(_status_of_an_update(200))


@of(ASPEN)
def answers_with_what_was_put(sis: Consumer) -> bool:
    _, answer = put_item(sis)
    return "lineItem" in answer.text


@of(BLACKBAUD)
def refuses_to_delete_a_line_item(sis: Consumer) -> bool:
    name, _ = put_item(sis)
    return sis.grades("DELETE", f"/lineItems/{name}").status_code == 405


@of(BLACKBAUD)
def hides_work_that_did_not_come_through_the_api(sis: Consumer) -> bool:
    new = NewLineItem(
        class_id=SECTION,
        title=str(uuid4()),
        due_date=datetime(2026, 11, 20, 12, tzinfo=UTC),
        result_value_max=Decimal(100),
        category_id=_category(sis),
        scores={},
    )
    with sis.server.control() as control:
        name = control.add_line_item(new)
    rows = sis.grades("GET", f"/classes/{SECTION}/lineItems", limit=10_000).json()["lineItems"]
    return name not in {row["sourcedId"] for row in rows}


@pytest.fixture(scope="module")
def every() -> Iterator[dict[str, Consumer]]:
    """Each personality, running and signed in to."""
    records = list(DISTRICT.records())
    with ExitStack() as stack:
        yield {name: _running(stack, name, records) for name in names()}


def _running(stack: ExitStack, name: str, records: list[Any], **habits: Any) -> Consumer:
    personality = load(name).with_habits(habits)
    server = SisServer.start(personality, records, teacher_email=DISTRICT.teacher_email)
    stack.callback(server.stop)
    sis = Consumer(server)
    stack.callback(sis.http.close)
    return sis.sign_in()


@pytest.mark.parametrize("name", names())
def test_base_url_and_token_url_are_where_that_sis_has_them(every: dict[str, Consumer], name: str) -> None:
    info = every[name].info
    base, token = httpx2.URL(info["base_url"]), httpx2.URL(info["token_url"])
    assert (base.path, token.raw_path.decode(), base.netloc != token.netloc) == ADDRESSES[name]


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.__name__)
def test_a_habit_is_in_force_at_those_that_have_it_and_at_no_other(
    every: dict[str, Consumer], habit: Habit
) -> None:
    assert {name for name, sis in every.items() if habit(sis)} == set(HABITS[habit])


@pytest.mark.parametrize("name", [*SKYWARD, POWERSCHOOL])
def test_without_its_licence_to_write_a_sis_is_read_only(name: str) -> None:
    with ExitStack() as stack:
        sis = _running(stack, name, list(DISTRICT.records()), write_licence=False)
        assert put_item(sis)[1].status_code == 403
        assert sis.grades("DELETE", "/lineItems/anything").status_code == 403
        assert sis.grades("GET", "/lineItems").status_code == 200
        assert users(sis)


@pytest.mark.parametrize("name", [QMLATIV, "infinite-campus@1.1"])
def test_a_key_ends_after_its_year_and_a_second_one_overlaps(name: str) -> None:
    with ExitStack() as stack:
        sis = _running(stack, name, list(DISTRICT.records()))
        sis.server.clock.move(days=364)
        assert sis.token().status_code == 200
        key, secret = sis.server.keys.new_key()
        assert sis.token().status_code == 200
        sis.server.clock.move(days=2)
        assert sis.token().status_code == 401
        sis.info.update(client_id=key, client_secret=secret)
        assert sis.token().status_code == 200
