import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from classbridge.oneroster.errors import Forbidden, MalformedAnswer, NotFound, Rejected, ServerFailed
from classbridge.oneroster.models import LineItem, Ref, Result, User, Version
from classbridge.oneroster.query import where
from classbridge.oneroster.roots import Roots
from tests.oneroster.conftest import Connect
from tests.oneroster.sis import Reply, Sis

ORG = {"sourcedId": "s1", "name": "School", "type": "school"}
CLASS = {"sourcedId": "c1", "title": "Maths", "status": "active"}


def user(number: str, **more: Any) -> dict[str, Any]:
    return {"sourcedId": number, "givenName": "A", "familyName": "B", "role": "teacher", "orgs": ["s1"], **more}


def item(sourced_id: str = "li 1") -> LineItem:
    return LineItem(
        sourced_id=sourced_id,
        title="Essay",
        class_=Ref(sourced_id="c1"),
        due_date=datetime(2026, 9, 8, 21, 59, 59, tzinfo=UTC),
        result_value_max=Decimal(100),
    )


def result() -> Result:
    return Result(
        sourced_id="r1",
        line_item=Ref(sourced_id="li 1"),
        student=Ref(sourced_id="u1"),
        score_status="fully graded",
        score=Decimal("92.50"),
    )


def queries(sis: Sis, path: str) -> list[dict[str, str]]:
    return [seen.query for seen in sis.seen if seen.path == path]


async def test_the_probe_asks_for_one_teacher(sis: Sis, connect: Connect) -> None:
    sis.rows["/teachers"] = [user("t1"), user("t2")]
    sis.keys["/teachers"] = "users"
    async with connect() as client:
        found = await client.teachers(limit=1)
    assert [(teacher.sourced_id, found.complete) for teacher in found.records] == [("t1", False)]
    assert queries(sis, "/teachers") == [{"limit": "1"}]


async def test_q17_a_server_that_ignores_the_filter_is_filtered_here(sis: Sis, connect: Connect) -> None:
    sis.rows["/teachers"] = [user("t1", email="O'Brien@x.se"), user("t2", email="b@x.se"), user("t3")]
    sis.ignore_filter = True
    async with connect() as client:
        assert [teacher.sourced_id for teacher in await client.teacher_by_email("o'brien@x.se")] == ["t1"]
        assert await client.teacher_by_email("nobody@x.se") == []
    assert queries(sis, "/teachers")[0]["filter"] == "email='o''brien@x.se'"


async def test_an_email_is_asked_for_in_lower_case_too(sis: Sis, connect: Connect) -> None:
    sis.rows["/teachers"] = [user("t1", email="anna@x.se")]
    async with connect() as client:
        assert [teacher.sourced_id for teacher in await client.teacher_by_email("Anna@x.se")] == ["t1"]


async def test_q16_a_refused_filter_is_remembered_and_done_here(sis: Sis, connect: Connect) -> None:
    sis.rows["/users"] = [user("u1", role="guardian"), user("u2", role="student"), user("u3", role="guardian")]
    sis.refuse_filter.add("role")
    async with connect() as client:
        for _ in range(2):
            found = await client.users(where("role", "=", "guardian"))
            assert [record.sourced_id for record in found.records] == ["u1", "u3"]
        assert client.refused == {"user.role"}
        assert (await client.users(where("familyName", "=", "B"))).total == 3
    assert ["filter" in query for query in queries(sis, "/users")] == [True, False, False, True]


async def test_q16_a_filter_refused_in_mid_read_fails_the_read(sis: Sis, connect: Connect) -> None:
    sis.rows["/users"] = [user(f"u{number}", role="student") for number in range(15)]
    minor = {"imsx_codeMajor": "failure", "imsx_codeMinor": "invalid_filter_field"}
    sis.faults.append(
        lambda seen: Reply(status=400, body=minor) if {"offset", "filter"} <= seen.query.keys() else None
    )
    async with connect() as client:
        with pytest.raises(Rejected):
            await client.users(where("role", "=", "student"))


async def test_another_400_is_no_reason_to_leave_the_filter_out(sis: Sis, connect: Connect) -> None:
    sis.faults.append(lambda seen: Reply(status=400) if seen.path == "/users" else None)
    async with connect() as client:
        with pytest.raises(Rejected):
            await client.users(where("role", "=", "guardian"))
    assert len(queries(sis, "/users")) == 1


async def test_chosen_fields_bring_what_a_record_and_its_check_need(sis: Sis, connect: Connect) -> None:
    sis.rows["/users"] = [user("u1", email="a@x.se", status="active")]
    async with connect() as client:
        await client.read_all("users", User, fields=["phone"], filter=where("email", "=", "a@x.se"))
    assert queries(sis, "/users")[0]["fields"] == "sourcedId,givenName,familyName,status,phone,email"


async def test_a_teachers_active_classes_are_read(sis: Sis, connect: Connect) -> None:
    sis.rows["/teachers/t 1/classes"] = [CLASS, {**CLASS, "sourcedId": "c2", "status": "tobedeleted"}]
    sis.ignore_filter = True
    async with connect() as client:
        found = await client.classes_of_teacher("t 1")
    assert [record.sourced_id for record in found.records] == ["c1"]


ROUTES: list[tuple[str, tuple[str, ...], str, str]] = [
    ("users", (), "rostering", "/users"),
    ("students", (), "rostering", "/students"),
    ("orgs", (), "rostering", "/orgs"),
    ("schools", (), "rostering", "/schools"),
    ("courses", (), "rostering", "/courses"),
    ("classes", (), "rostering", "/classes"),
    ("enrollments", (), "rostering", "/enrollments"),
    ("academic_sessions", (), "rostering", "/academicSessions"),
    ("terms", (), "rostering", "/terms"),
    ("grading_periods_of_term", ("t1",), "rostering", "/terms/t1/gradingPeriods"),
    ("students_of_class", ("c1",), "rostering", "/classes/c1/students"),
    ("teachers_of_class", ("c1",), "rostering", "/classes/c1/teachers"),
    ("enrollments_of_class", ("c1",), "rostering", "/enrollments"),
    ("categories", (), "gradebook", "/categories"),
    ("categories_of_class", ("c1",), "gradebook", "/classes/c1/categories"),
    ("line_items_of_class", ("c1",), "gradebook", "/classes/c1/lineItems"),
    ("results_of_line_item", ("c1", "l1"), "gradebook", "/classes/c1/lineItems/l1/results"),
]


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize(("call", "arguments", "service", "path"), ROUTES)
async def test_each_call_goes_to_its_route(
    sis: Sis, connect: Connect, version: Version, call: str, arguments: tuple[str, ...], service: str, path: str
) -> None:
    route = path if version is Version.V1_1 else f"/{service}/v1p2{path}"
    sis.rows[route] = []
    async with connect(version) as client:
        found = await getattr(client, call)(*arguments)
    assert (found.records, found.complete) == ([], True)
    assert sis.paths == ["/token", route]


def test_q19_1_2_can_be_laid_out_without_the_service() -> None:
    roots = Roots.of("https://sis.example/ims/oneroster/", Version.V1_2, flat=True)
    assert roots.url("gradebook", "lineItems/1") == "https://sis.example/ims/oneroster/v1p2/lineItems/1"


async def test_q19_a_flat_server_is_read_and_written(sis: Sis, connect: Connect, stage: Any) -> None:
    sis.rows["/v1p2/orgs"] = [ORG]
    async with connect(Version.V1_2) as client:
        client.roots = Roots.of(stage.url, Version.V1_2, flat=True)
        assert len((await client.orgs()).records) == 1
        await client.put_result(result())
    assert sis.paths == ["/token", "/v1p2/orgs", "/v1p2/results/r1"]


async def test_enrolments_of_a_class_go_by_its_school_when_known(sis: Sis, connect: Connect) -> None:
    path = "/schools/s1/classes/c1/enrollments"
    sis.rows[path] = []
    async with connect() as client:
        await client.enrollments_of_class("c1", school_id="s1")
    assert sis.paths == ["/token", path]


async def test_single_records_are_read(sis: Sis, connect: Connect) -> None:
    sis.stored["/classes/c1"] = {"class": CLASS}
    sis.stored["/lineItems/l1"] = {"lineItem": {"sourcedId": "l1", "title": "T", "class": {"sourcedId": "c1"}}}
    async with connect() as client:
        assert (await client.class_("c1")).title == "Maths"
        assert (await client.line_item("l1")).class_.sourced_id == "c1"
        with pytest.raises(NotFound) as caught:
            await client.result("r1")
        sis.stored["/results/r1"] = {"nothing": 1}
        with pytest.raises(MalformedAnswer):
            await client.result("r1")
    assert caught.value.code_minor == "unknown object"


async def test_q21_without_a_schools_route_schools_are_found_among_organisations(
    sis: Sis, connect: Connect
) -> None:
    sis.rows["/orgs"] = [
        ORG,
        {**ORG, "sourcedId": "d", "type": "district"},
        {**ORG, "sourcedId": "l", "type": "local"},
    ]
    async with connect() as client:
        assert [school.sourced_id for school in (await client.schools()).records] == ["s1", "l"]


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_q25_categories_of_a_class_are_found_by_their_extension(
    sis: Sis, connect: Connect, status: int
) -> None:
    sis.faults.append(lambda seen: Reply(status=status) if seen.path.startswith("/classes") else None)
    rows = [{"sourcedId": k, "title": k, "metadata": {"classId": c}} for k, c in (("k1", "c1"), ("k2", "c2"))]
    sis.rows["/categories"] = [*rows, {"sourcedId": "k3", "title": "All"}]
    sis.ignore_filter = True
    async with connect() as client:
        own = await client.categories_of_class("c1")
        shared = await client.categories_of_class("c9")
    assert [category.sourced_id for category in own.records] == ["k1"]
    assert [category.sourced_id for category in shared.records] == ["k3"]


async def test_q25_a_forbidden_category_route_is_no_missing_one(sis: Sis, connect: Connect) -> None:
    sis.faults.append(lambda seen: Reply(status=403) if seen.path.startswith("/classes") else None)
    async with connect() as client:
        with pytest.raises(Forbidden):
            await client.categories_of_class("c1")


@pytest.mark.parametrize(
    ("version", "path", "root"),
    [(Version.V1_1, "/lineItems/li 1", ""), (Version.V1_2, "/gradebook/v1p2/lineItems/li 1", "/rostering/v1p2")],
)
async def test_a_line_item_is_put_under_its_own_id(
    sis: Sis, connect: Connect, stage: Any, version: Version, path: str, root: str
) -> None:
    async with connect(version) as client:
        first = await client.put_line_item(item())
        second = await client.put_line_item(item())
    assert (first.created, first.status, first.sourced_id) == (True, 201, "li 1")
    assert (second.created, second.status) == (False, 200)
    assert sis.seen[1].headers["content-type"] == "application/json"
    body = sis.stored[path]["lineItem"]
    assert body["class"] == {"href": f"{stage.url}{root}/classes/c1", "sourcedId": "c1", "type": "class"}
    assert body["dueDate"] == "2026-09-08T21:59:59.000Z"


async def test_a_score_is_sent_with_its_digits(sis: Sis, connect: Connect) -> None:
    async with connect() as client:
        await client.put_result(result())
    assert b'"score":92.50' in sis.seen[-1].body


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_q31_any_2xx_is_success_even_without_a_body(sis: Sis, connect: Connect, status: int) -> None:
    sis.faults.append(lambda seen: Reply(status=status) if seen.method == "PUT" else None)
    async with connect() as client:
        written = await client.put_result(result())
    assert (written.status, written.sourced_id) == (status, "r1")


@pytest.mark.parametrize(
    "body",
    [
        {"result": {"sourcedId": "own-1"}},
        {"results": [], "sourcedId": "own-1"},
        {"sourcedIdPairs": [{"suppliedSourcedId": "r1", "allocatedSourcedId": "own-1"}]},
    ],
)
async def test_q32_an_id_that_the_server_assigns_is_returned(sis: Sis, connect: Connect, body: Any) -> None:
    sis.faults.append(lambda seen: Reply(status=201, body=body) if seen.method == "PUT" else None)
    async with connect() as client:
        assert (await client.put_result(result())).sourced_id == "own-1"


@pytest.mark.parametrize("body", [b"ok", {"status": "done"}, [], {"result": {"sourcedId": None}}, b"\xff"])
async def test_q32_a_body_without_an_id_leaves_ours(sis: Sis, connect: Connect, body: Any) -> None:
    sis.faults.append(lambda seen: Reply(body=body) if seen.method == "PUT" else None)
    async with connect() as client:
        assert (await client.put_result(result())).sourced_id == "r1"


async def test_a_write_answered_by_a_web_page_is_no_success(sis: Sis, connect: Connect) -> None:
    page = Reply(body=b"<html>Please sign in</html>", headers={"content-type": "text/html; charset=utf-8"})
    sis.faults.append(lambda seen: page if seen.method == "PUT" else None)
    async with connect() as client:
        with pytest.raises(MalformedAnswer):
            await client.put_result(result())


async def test_a_write_that_fails_inside_a_200_is_no_success(sis: Sis, connect: Connect) -> None:
    failure = {"imsx_codeMajor": "failure", "imsx_description": "category required"}
    sis.faults.append(lambda seen: Reply(body=failure) if seen.method == "PUT" else None)
    async with connect() as client:
        with pytest.raises(Rejected) as caught:
            await client.put_result(result())
    assert caught.value.words == "category required"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "done"), (204, "done"), (404, "done"), (410, "done"), (405, "refused"), (501, "refused")],
)
async def test_q33_a_delete_is_done_or_refused(sis: Sis, connect: Connect, status: int, outcome: str) -> None:
    sis.faults.append(lambda seen: Reply(status=status) if seen.method == "DELETE" else None)
    async with connect() as client:
        for deleted in (await client.delete_result("r1"), await client.delete_line_item("l1")):
            assert (deleted.outcome, deleted.status) == (outcome, status)
    assert sis.paths == ["/token", "/results/r1", "/lineItems/l1"]


async def test_a_forbidden_delete_is_an_error(sis: Sis, connect: Connect) -> None:
    sis.faults.append(lambda seen: Reply(status=403) if seen.method == "DELETE" else None)
    async with connect() as client:
        with pytest.raises(Forbidden):
            await client.delete_result("r1")


async def test_extra_headers_go_to_their_service_only(sis: Sis, connect: Connect) -> None:
    sis.rows["/rostering/v1p2/orgs"] = []
    sis.rows["/gradebook/v1p2/categories"] = []
    extra = {"gradebook": {"x-vendor-authorization": "key:secret"}}
    async with connect(Version.V1_2, extra_headers=extra) as client:
        await client.orgs()
        await client.categories()
    given = [seen.headers.get("x-vendor-authorization") for seen in sis.seen]
    assert given == [None, None, "key:secret"]


async def test_what_was_put_is_read_back_equal(sis: Sis, connect: Connect) -> None:
    async with connect(Version.V1_2) as client:
        await client.put_result(result())
        back = await client.result("r1")
    assert back.score == Decimal("92.50")
    assert json.loads(sis.seen[1].body)["result"]["sourcedId"] == "r1"


PAIRS = {"sourcedIdPairs": [{"suppliedSourcedId": "li 1", "allocatedSourcedId": "own-1"}]}


async def test_a_post_gives_the_ids_that_the_server_chose_in_our_order(sis: Sis, connect: Connect) -> None:
    more = {"suppliedSourcedId": "li 2", "allocatedSourcedId": "own-2"}
    reply = Reply(status=201, body={"sourcedIdPairs": [more, *PAIRS["sourcedIdPairs"]]})
    sis.faults.append(lambda seen: reply if seen.method == "POST" and seen.path != "/token" else None)
    async with connect(Version.V1_2) as client:
        pairs = await client.post("classes/c1/lineItems", [item(), item("li 2")])
    assert [(pair.supplied, pair.allocated) for pair in pairs] == [("li 1", "own-1"), ("li 2", "own-2")]
    assert sis.seen[-1].path == "/gradebook/v1p2/classes/c1/lineItems"
    assert [row["sourcedId"] for row in json.loads(sis.seen[-1].body)["lineItems"]] == ["li 1", "li 2"]


@pytest.mark.parametrize(
    "body", [None, b"ok", {}, {"sourcedIdPairs": []}, {"sourcedIdPairs": [{"suppliedSourcedId": "li 1"}]}]
)
async def test_a_post_whose_answer_does_not_say_every_id_is_an_error(
    sis: Sis, connect: Connect, body: Any
) -> None:
    reply = Reply(status=201, body=body)
    sis.faults.append(lambda seen: reply if seen.method == "POST" and seen.path != "/token" else None)
    async with connect(Version.V1_2) as client:
        with pytest.raises(MalformedAnswer):
            await client.post("classes/c1/lineItems", [item()])


@pytest.mark.parametrize(("status", "tries"), [(500, 1), (503, 1), (429, 2)])
async def test_a_post_is_sent_again_only_where_the_server_did_not_take_it_in(
    sis: Sis, connect: Connect, status: int, tries: int
) -> None:
    replies = [Reply(status=201, body=PAIRS), Reply(status=status)]
    sis.faults.append(lambda seen: replies.pop() if seen.method == "POST" and seen.path != "/token" else None)
    async with connect(Version.V1_2) as client:
        if tries == 1:
            with pytest.raises(ServerFailed):
                await client.post("classes/c1/lineItems", [item()])
        else:
            await client.post("classes/c1/lineItems", [item()])
    assert len(sis.data()) == tries


async def test_a_post_of_nothing_is_refused(sis: Sis, connect: Connect) -> None:
    async with connect(Version.V1_2) as client:
        with pytest.raises(ValueError, match="no records"):
            await client.post("classes/c1/lineItems", [])
    assert sis.seen == []
