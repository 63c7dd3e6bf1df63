from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classbridge.oneroster.errors import FilterError
from classbridge.oneroster.matching import matches
from classbridge.oneroster.models import LineItem, Ref, Role, User, Version
from classbridge.oneroster.query import Clause, Filter, parameters, parse_fields, parse_filter, query_string, where


@pytest.mark.parametrize(
    "text",
    [
        "status='active'",
        "dateLastModified>'2026-08-20T07:30:00.000Z'",
        "familyName='jones' AND dateLastModified>='2015-01-01'",
        "roles.role!='teacher' OR roles.org.sourcedId='org-s-1'",
        "subjects~'Mathematics'",
        "score<='90' AND score>'1' AND score<'70'",
        "familyName='O''Brien'",
        "email=''",
        "metadata.classId='c AND d'",
    ],
)
def test_a_filter_is_written_as_it_was_read(text: str) -> None:
    assert parse_filter(text).text == text


@given(st.lists(st.text(), min_size=1, max_size=3), st.sampled_from(["AND", "OR"]))
def test_any_value_survives_the_grammar(values: list[str], operator: str) -> None:
    clauses = tuple(Clause("a.b", "~", value) for value in values)
    wanted = Filter(clauses, "OR" if operator == "OR" and len(values) > 1 else "AND")
    assert parse_filter(wanted.text) == wanted


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("familyName='O'Brien'", [("familyName", "=", "O'Brien")]),
        ("  a = 'x'   and   b != 'y'  ", [("a", "=", "x"), ("b", "!=", "y")]),
        ("title='Students'' work' AND a='1'", [("title", "=", "Students' work"), ("a", "=", "1")]),
    ],
)
def test_what_the_standard_leaves_open_is_read_kindly(text: str, clauses: list[tuple[str, str, str]]) -> None:
    assert [(clause.field, clause.predicate, clause.value) for clause in parse_filter(text).clauses] == clauses


@pytest.mark.parametrize(
    ("text", "rule", "position"),
    [
        ("", "expected a field name", 0),
        ("='x'", "expected a field name", 0),
        ("email 'x'", "expected one of = != > >= < <= ~", 6),
        ("email=x", "expected a value in single quotes", 6),
        ("email='x", "the value's closing quote is missing", 6),
        ("email='x' XOR a='y'", "expected AND or OR", 10),
        ("a='1' AND b='2' OR c='3'", "AND and OR cannot be mixed in one filter", 16),
        ("a='1' AND ", "expected a field name", 10),
        ("(a='1')", "expected a field name", 0),
    ],
)
def test_a_filter_outside_the_grammar_is_refused_with_its_place(text: str, rule: str, position: int) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    assert (caught.value.rule, caught.value.position) == (rule, position)


def test_q17_values_without_quotes_are_read_only_on_request() -> None:
    assert parse_filter("metadata.classId=c 1 AND a='x'", unquoted=True).text == "metadata.classId='c 1' AND a='x'"


def test_filters_are_built_from_values() -> None:
    moment = datetime(2026, 8, 20, 7, 30, tzinfo=UTC)
    built = where("dateLastModified", ">", moment) & where("primary", "=", True)
    assert built.text == "dateLastModified>'2026-08-20T07:30:00.000Z' AND primary='true'"
    assert (
        where("a", "=", date(2026, 1, 2)) | where("b", "=", Decimal("1.50"))
    ).text == "a='2026-01-02' OR b='1.50'"
    with pytest.raises(FilterError):
        (where("a", "=", 1) & where("b", "=", 2)) | where("c", "=", 3)
    with pytest.raises(FilterError):
        where("a='1' OR b", "=", 1)


def test_parameters_are_encoded_as_rfc_3986_wants() -> None:
    pairs = parameters(
        limit=10, filter=where("email", "=", "o'b+å @x"), sort="title", descending=True, fields=["a", "b"]
    )
    assert query_string(pairs) == (
        "limit=10&sort=title&orderBy=desc&filter=email%3D%27o%27%27b%2B%C3%A5%20%40x%27&fields=a%2Cb"
    )


def test_blank_fields_are_refused() -> None:
    assert parse_fields("a, b") == ("a", "b")
    with pytest.raises(FilterError):
        parse_fields("a,,b")


USER = User(
    sourced_id="u1",
    given_name="Åsa",
    family_name="O'Brien",
    email="Asa@Example.org",
    grades=["09", "10"],
    roles=[Role(role="teacher", org=Ref(sourced_id="s1")), Role(role="principal", org=Ref(sourced_id="s2"))],
    date_last_modified=datetime(2026, 8, 20, tzinfo=UTC),
    metadata={"house": "Blue"},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("email='asa@example.org'", True),
        ("email~'EXAMPLE'", True),
        ("email='other@example.org'", False),
        ("familyName='o''brien' AND status='active'", True),
        ("familyName='x' OR status='active'", True),
        ("roles.org.sourcedId='s2'", True),
        ("roles.role='student'", False),
        ("role='teacher'", True),
        ("grades='09'", True),
        ("grades='09,10'", True),
        ("grades='11'", False),
        ("dateLastModified>'2026-08-19'", True),
        ("dateLastModified>='2026-08-20T02:00:00+02:00'", True),
        ("dateLastModified<'2026-08-19T23:59:59.999Z'", False),
        ("phone='1'", False),
        ("phone!='1'", True),
        ("metadata.house='blue'", True),
        ("metadata.room='1'", False),
        ("shoeSize='45'", True),
    ],
)
def test_a_record_is_checked_against_a_filter(text: str, expected: bool) -> None:
    assert matches(USER, parse_filter(text), Version.V1_1) is expected


def test_numbers_are_compared_as_numbers() -> None:
    item = LineItem(sourced_id="9", title="T", class_=Ref(sourced_id="c"), result_value_max=Decimal("100.0"))
    assert matches(item, parse_filter("resultValueMax>='20'"), Version.V1_2)
    assert matches(item, parse_filter("resultValueMax='100'"), Version.V1_2)
    assert not matches(item, parse_filter("sourcedId='09'"), Version.V1_2)
