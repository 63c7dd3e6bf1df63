"""The provider's filter, sort and paging on both databases against the second reading in `evaluator`."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classbridge.oneroster.matching import matches
from classbridge.oneroster.models import Record, Version, type_of
from classbridge.oneroster.provider import Operation, SqlSource, table
from classbridge.oneroster.query import parse_filter
from tests.oneroster.strategies import ENTITIES_1_1, records
from tests.provider.conftest import Http
from tests.provider_fuzz.asking import EXTENSIONS, TEXTS, Question, questions
from tests.provider_fuzz.evaluator import Doc, fields, ordered

IDS = st.sampled_from(["a", "A", "b", "Å", "å", "x y", "%", "O'B", "10", "9", "ab", "a,b"])
LISTS = {"agents", "children", "learningObjectiveSet", "orgs", "resources", "roles", "scoreScaleValue"}
LISTS |= {"terms", "userIds", "userProfiles"}
"""The lists of objects: what lies in them has no one place in an order, so nothing is sorted by it."""
Sources = dict[str, SqlSource]
Providers = dict[str, Http]

SAMPLE, MANY = 4, 250
amounts = pytest.mark.parametrize(
    "examples", [SAMPLE, pytest.param(MANY, marks=[pytest.mark.exhaustive, pytest.mark.timeout(600)])]
)
of_every_entity = pytest.mark.parametrize(
    ("version", "entity"),
    [(Version.V1_1, entity) for entity in ENTITIES_1_1] + [(Version.V1_2, entity) for entity in sorted(type_of)],
)


def collection(entity: str, version: Version) -> Operation:
    """The operation that reads all records of an entity."""
    found = [one for one in table(version) if one.entity == entity and one.paged and one.path.count("/") == 1]
    return next(one for one in found if not one.collection.where)


def many(entity: str) -> st.SearchStrategy[list[Record]]:
    """Records of an entity with much in common."""
    made = records(entity, texts=TEXTS, ids_of=lambda _: IDS, extensions=EXTENSIONS)
    return st.lists(made, min_size=2, max_size=7, unique_by=lambda record: record.sourced_id)


def hold(sources: Sources, entity: str, wanted: list[Record]) -> None:
    """Make these the only records of an entity."""
    for source in sources.values():
        for record in list(source.records(entity)):
            source.delete(entity, record.sourced_id)
        source.load(wanted)


def read(http: Http, operation: Operation, parameters: Mapping[str, str | int]) -> Any:
    return http.get(operation.base + operation.path, params=parameters)


def ids(answer: Any, operation: Operation) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [doc["sourcedId"] for doc in answer.json()[operation.envelope]]


def running(examples: int) -> Callable[[Any], Any]:
    """A fixed sample, or as many random ones."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=examples == SAMPLE,
        suppress_health_check=list(HealthCheck),
    )


def everything(providers: Providers, operation: Operation) -> list[Doc]:
    """What an unfiltered read answers, alike on both databases."""
    answers = [read(http, operation, {"limit": 1000}).json() for http in providers.values()]
    assert answers[0] == answers[1]
    found: list[Doc] = answers[0][operation.envelope]
    return found


def check_filter(providers: Providers, operation: Operation, docs: list[Doc], question: Question) -> None:
    for database, http in providers.items():
        answer = read(http, operation, {"filter": question.text})
        if question.refused:
            assert answer.status_code == 400, (database, question.text)
            assert "invalid_filter_field" in answer.text
            continue
        wanted = [doc["sourcedId"] for doc in docs if question.met(doc)]
        assert set(ids(answer, operation)) == set(wanted), (database, question.text)
        assert answer.headers["x-total-count"] == str(len(wanted))


@amounts
@of_every_entity
def test_every_filter_selects_what_a_second_reading_of_the_rules_does(
    databases: Sources, providers: Providers, version: Version, entity: str, examples: int
) -> None:
    operation = collection(entity, version)

    @running(examples)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        hold(databases, entity, data.draw(many(entity)))
        docs = everything(providers, operation)
        for question in data.draw(st.lists(questions(entity, version, docs), min_size=1, max_size=6)):
            check_filter(providers, operation, docs, question)

    check()


@amounts
@of_every_entity
def test_pages_in_any_order_join_to_the_whole(
    databases: Sources, providers: Providers, version: Version, entity: str, examples: int
) -> None:
    operation = collection(entity, version)
    known = fields(entity, version)
    can_sort = [path for path, kind in known.items() if kind == "list" or path.split(".")[0] not in LISTS]

    @running(examples)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        hold(databases, entity, data.draw(many(entity)))
        docs = everything(providers, operation)
        path = data.draw(st.sampled_from(["", *sorted(can_sort)]))
        question = data.draw(questions(entity, version, docs).filter(lambda one: not one.refused))
        chosen = [doc for doc in docs if question.met(doc)] if data.draw(st.booleans()) else docs
        limit, order = data.draw(st.integers(1, 4)), data.draw(st.sampled_from(["asc", "desc", ""]))
        wanted = ordered(chosen, path, known.get(path, ""), descending=order == "desc")
        text = question.text if chosen is not docs else ""
        asked = {name: value for name, value in {"sort": path, "orderBy": order, "filter": text}.items() if value}
        for database, http in providers.items():
            places = range(0, len(chosen) + limit, limit)
            pages = [read(http, operation, {**asked, "limit": limit, "offset": at}) for at in places]
            assert [one for page in pages for one in ids(page, operation)] == wanted, (database, asked)
            assert {page.headers["x-total-count"] for page in pages} == {str(len(chosen))}

    check()


@amounts
@of_every_entity
def test_the_clients_own_check_agrees_but_for_the_case_of_ids(
    providers: Providers, databases: Sources, version: Version, entity: str, examples: int
) -> None:
    operation = collection(entity, version)

    @running(examples)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        held = data.draw(many(entity))
        hold({"sqlite": databases["sqlite"]}, entity, held)
        docs = read(providers["sqlite"], operation, {"limit": 1000}).json()[operation.envelope]
        by_id = {doc["sourcedId"]: doc for doc in docs}
        for question in data.draw(st.lists(questions(entity, version, docs), min_size=1, max_size=6)):
            if not question.refused:
                asked = parse_filter(question.text)
                kept = {one.sourced_id for one in held if matches(one, asked, version)}
                wanted = {id_ for id_, doc in by_id.items() if question.met(doc, ids_by_letter=False)}
                assert kept == wanted, question.text

    check()
