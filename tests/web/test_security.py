import re
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from classbridge.service.context import Context
from classbridge.store import accounts
from classbridge.web.forms import local_path
from classbridge.web.security import HEADERS
from tests.web.conftest import ADMIN, PAGES, PASSWORD, TEACHER, SignIn, post

OPEN = {
    "/api/schema",
    "/api/schema/openapi.json",
    "/api/schema/{path:str}",
    "/district",  # needs an account, but no district yet
    "/healthz",
    "/help",
    "/language",
    "/metrics",
    "/readyz",
    "/signin",
    "/signout",
    "/static/{file_path:path}",
    "/status",
    "/status/{vendor:str}",
    "/status/vendors",
    "/steps/{token:str}",  # the token itself is the permission; an unknown one is 404
    "/theme",
}
TEMPLATES = Path("src/classbridge/web/templates")
SCRIPTS = Path("src/classbridge/web/static")


def routes(app: Litestar) -> list[tuple[str, str]]:
    return [
        (method, route.path)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method != "OPTIONS"
    ]


def address(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "x", path)


def test_every_answer_carries_the_security_headers(app: Litestar, client: TestClient[Litestar]) -> None:
    client.get("/signin")
    token = {"x-csrftoken": client.cookies["csrftoken"]}
    extra = [("GET", "/static/brand.css"), ("GET", "/nowhere"), ("POST", "/nowhere"), ("PUT", "/signin")]
    for method, path in routes(app) + extra:
        answer = client.request(method, address(path), headers=token)
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (method, path, name)


def test_the_policy_allows_nothing_inline_and_no_other_host() -> None:
    policy = HEADERS["content-security-policy"]
    assert "default-src 'self'; img-src 'self' data:" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_every_route_wants_a_sign_in_except_the_listed(app: Litestar, client: TestClient[Litestar]) -> None:
    client.get("/signin")
    token = {"x-csrftoken": client.cookies["csrftoken"]}
    seen = set()
    for method, path in routes(app):
        if path in OPEN:
            seen.add(path)
            continue
        answer = client.request(method, address(path), headers=token)
        if path.startswith("/api/"):
            assert answer.status_code == 401, (method, path)
            assert answer.headers["content-type"] == "application/problem+json"
        else:
            assert answer.status_code == 303, (method, path)
            assert answer.headers["location"].startswith("/signin"), (method, path)
    assert seen == OPEN


def test_choosing_a_district_wants_a_sign_in(client: TestClient[Litestar]) -> None:
    answer = client.get("/district")
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin?next=/district")


def test_every_write_wants_a_token(app: Litestar, signed_in: SignIn) -> None:
    client = signed_in(ADMIN)
    for method, path in routes(app):
        if method not in {"GET", "HEAD"}:
            answer = client.request(method, address(path))
            assert answer.status_code == 403, (method, path)


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("/classes?x=1", "/classes?x=1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\\..\\b", "/"),
        ("/x\r\nset-cookie: a=b", "/"),
        ("", "/"),
    ],
)
def test_a_link_never_leads_off_the_site(wanted: str, kept: str) -> None:
    assert local_path(wanted) == kept


def test_a_wrong_password_is_said_and_the_entry_kept(client: TestClient[Litestar]) -> None:
    client.get("/signin")
    answer = post(client, "/signin", email="someone@angsbacken.example", password="wrong")
    assert answer.status_code == 403
    assert "someone@angsbacken.example" in answer.text
    assert "wrong" not in answer.text.split("<main")[1]
    assert not client.cookies.get("session")


def test_too_many_wrong_passwords_pause_the_sign_in(client: TestClient[Litestar]) -> None:
    client.get("/signin")
    for _ in range(5):
        post(client, "/signin", email="auditor@angsbacken.example", password="wrong")
    answer = post(client, "/signin", email="auditor@angsbacken.example", password=PASSWORD)
    assert answer.status_code == 403
    assert "15" in answer.text


def test_sessions_are_sealed_and_out_of_reach_of_scripts(client: TestClient[Litestar]) -> None:
    client.get("/signin")
    answer = post(client, "/signin", email=ADMIN, password=PASSWORD)
    cookies = [line for line in answer.headers.get_list("set-cookie") if line.startswith("session=")]
    assert len(cookies) == 1
    assert "HttpOnly" in cookies[0]
    assert "samesite=lax" in cookies[0].lower()
    assert "admin" not in cookies[0]


def test_a_changed_session_is_no_session(client: TestClient[Litestar]) -> None:
    client.cookies.set("session", "x" * 200)
    assert client.get("/admin").headers["location"] == "/signin?next=/admin"


def test_signing_out_forgets(signed_in: SignIn) -> None:
    client = signed_in(ADMIN)
    post(client, "/signout")
    client.cookies.delete("session")
    assert client.get("/admin").status_code == 303


def test_a_disabled_account_is_out_at_once(ctx: Context, signed_in: SignIn) -> None:
    client = signed_in(TEACHER)
    person = accounts.by_email(ctx.database, TEACHER)
    assert person is not None
    accounts.disable(ctx.database, person.id, ctx.now())
    try:
        answer = client.get("/classes")
    finally:
        accounts.disable(ctx.database, person.id, None)
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin?next=/classes")


def test_a_teacher_does_not_reach_the_admins_pages(signed_in: SignIn) -> None:
    client = signed_in(TEACHER)
    for path in ("/admin", "/admin/sis", "/admin/runs", "/admin/audit"):
        assert client.get(path).status_code == 403, path


def test_the_signed_in_person_returns_to_the_page_they_wanted(client: TestClient[Litestar]) -> None:
    assert client.get("/admin/audit").headers["location"] == "/signin?next=/admin/audit"
    client.get("/signin?next=/admin/audit")
    answer = post(client, "/signin", email=ADMIN, password=PASSWORD, next="/admin/audit")
    assert answer.headers["location"] == "/admin/audit"


def test_somebody_of_several_districts_chooses_one(client: TestClient[Litestar]) -> None:
    client.get("/signin")
    answer = post(client, "/signin", email="both@angsbacken.example", password=PASSWORD)
    assert answer.headers["location"].startswith("/district")
    assert client.get("/admin").headers["location"].startswith("/district")
    assert "Norrvikens skolor" in client.get("/district").text
    assert post(client, "/district", district_id="d3").headers["location"] == "/district"
    assert post(client, "/district", district_id="d1").headers["location"] == "/"
    assert client.get("/").headers["location"] == "/admin"


def test_somebody_without_a_district_reads_what_to_do(client: TestClient[Litestar]) -> None:
    client.get("/signin")
    post(client, "/signin", email="nobody@angsbacken.example", password=PASSWORD)
    assert "You have no district yet" in client.get("/district").text


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=str)
def test_a_template_holds_no_inline_code_and_no_inline_style(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=", text)
    assert "hx-on" not in text
    assert "js:" not in text
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "|safe" not in text
    assert not re.search(r"(href|src|action)=\"(https?:)?//", text)


@pytest.mark.parametrize("name", ["tabler", "htmx", "icons"])
def test_a_vendored_part_has_its_licence(name: str) -> None:
    assert len((SCRIPTS / "vendor" / name / "LICENSE").read_text("utf-8")) > 200


@pytest.mark.usefixtures("answers")
@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in PAGES.items() for path in paths])
def test_every_form_of_a_page_carries_the_token(
    client: TestClient[Litestar], signed_in: SignIn, who: str, path: str
) -> None:
    if who:
        signed_in(who)
    client.get("/signin")
    text = client.get(path).text
    forms = re.findall(r"<form\b.*?</form>", text, re.DOTALL)
    assert forms
    for form in forms:
        if 'method="post"' in form:
            assert f'value="{client.cookies["csrftoken"]}"' in form, form
