"""Who may do what: the whole matrix."""

from itertools import chain, combinations

import pytest

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, CourseFacts, Role, may, table

COURSE = CourseFacts(
    district_id="d1",
    owner_email="owner@skola.example",
    teacher_emails=frozenset({"owner@skola.example", "co@skola.example"}),
    delegate_emails=frozenset({"delegate@skola.example"}),
)
ADMIN_ACTIONS = {
    Action.CONNECT_CLASSROOM,
    Action.CONNECT,
    Action.AUTHORIZE,
    Action.CONFIRM_DATA_EXCHANGE,
    Action.SET_SUPPORT,
    Action.REPLACE_KEY,
    Action.DISCONNECT,
    Action.SET_POLICY,
    Action.MANAGE_PEOPLE,
    Action.MANAGE_ACCOUNTS,
    Action.RELEASE_HELD,
}
DISTRICT_READS = {
    Action.VIEW_CONNECTION,
    Action.VIEW_PEOPLE,
    Action.VIEW_RUNS,
    Action.VIEW_AUDIT,
    Action.LIST_ALL_CLASSES,
}
EVERYBODYS = {Action.VIEW_STATUS, Action.LIST_CLASSES}
CLASS_READS = {Action.VIEW_CLASS, Action.VIEW_GRADES, Action.VIEW_RUN}
OWNERS = {Action.LINK, Action.UNLINK, Action.NAME_DELEGATE}
WORK = {
    Action.IMPORT,
    Action.EXPORT,
    Action.RESOLVE,
    Action.SET_SCHEDULE,
    Action.MARK_EXCUSED,
    Action.UNDO,
    Action.CANCEL_RUN,
}
EXPECTED = {
    "admin": ADMIN_ACTIONS | DISTRICT_READS | EVERYBODYS | CLASS_READS | OWNERS | WORK,
    "auditor": DISTRICT_READS | EVERYBODYS | CLASS_READS,
    "owner": EVERYBODYS | CLASS_READS | OWNERS | WORK,
    "co": EVERYBODYS | CLASS_READS | WORK,
    "delegate": EVERYBODYS | CLASS_READS | WORK,
    "stranger": EVERYBODYS,
    "operator": set[Action](),
    "nobody": set[Action](),
}


def actor(name: str, district: str = "d1") -> Actor:
    roles = {"admin": {Role.ADMIN}, "auditor": {Role.AUDITOR}, "operator": {Role.OPERATOR}, "nobody": set[Role]()}
    return Actor(
        account_id=name,
        email=f"{name}@skola.example",
        district_id=district,
        roles=frozenset(roles.get(name, {Role.TEACHER})),
    )


def test_every_action_is_decided() -> None:
    assert set(table) == set(Action)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_standing_may_exactly_its_actions_on_a_class(name: str) -> None:
    assert {a for a in Action if may(actor(name), a, COURSE).allowed} == EXPECTED[name]


@pytest.mark.parametrize("name", ["owner", "co", "delegate", "stranger"])
def test_without_a_class_a_teacher_may_only_look_at_their_own(name: str) -> None:
    assert {a for a in Action if may(actor(name), a).allowed} == EVERYBODYS


@pytest.mark.parametrize("name", EXPECTED)
def test_nothing_is_allowed_or_shown_across_districts(name: str) -> None:
    stranger = actor(name, district="d2")
    for action in Action:
        for decision in (may(stranger, action, COURSE), may(stranger, action, district_id="d1")):
            assert not decision.allowed
            assert decision.code is Code.CLASS_NOT_FOUND


def test_an_auditor_changes_nothing_whatever_the_class() -> None:
    reads = DISTRICT_READS | EVERYBODYS | CLASS_READS
    changing = set(Action) - reads
    assert {may(actor("auditor"), a, COURSE).code for a in changing} == {Code.READ_ONLY_ROLE}


def test_every_set_of_roles_may_what_its_roles_may() -> None:
    roles = list(Role)
    for chosen in chain.from_iterable(combinations(roles, n) for n in range(len(roles) + 1)):
        many = Actor(account_id="x", email="owner@skola.example", district_id="d1", roles=frozenset(chosen))
        alone = [
            Actor(account_id="x", email=many.email, district_id="d1", roles=frozenset({role})) for role in chosen
        ]
        for action in Action:
            assert may(many, action, COURSE).allowed == any(may(a, action, COURSE).allowed for a in alone)


def test_the_address_alone_without_the_teachers_role_opens_nothing() -> None:
    auditor = Actor(account_id="x", email="owner@skola.example", district_id="d1", roles=frozenset({Role.AUDITOR}))
    assert not may(auditor, Action.EXPORT, COURSE).allowed


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_address_is_nobodys(empty: str) -> None:
    nobody = Actor(account_id="x", email=empty, district_id="d1", roles=frozenset({Role.TEACHER}))
    course = CourseFacts(district_id="d1", owner_email="", teacher_emails=frozenset({""}))
    assert not may(nobody, Action.VIEW_CLASS, course).allowed


def test_a_teacher_is_known_whatever_the_case_of_the_address_but_not_by_a_look_alike() -> None:
    same = Actor(account_id="x", email=" Owner@Skola.example", district_id="d1", roles=frozenset({Role.TEACHER}))
    alike = Actor(account_id="x", email="ｏwner@skola.example", district_id="d1", roles=frozenset({Role.TEACHER}))
    assert may(same, Action.LINK, COURSE).allowed
    assert not may(alike, Action.LINK, COURSE).allowed


def test_a_refusal_says_why() -> None:
    assert may(actor("co"), Action.LINK, COURSE).code is Code.PRIMARY_TEACHER_ONLY
    assert may(actor("delegate"), Action.LINK, COURSE).code is Code.NOT_AS_DELEGATE
    assert may(actor("stranger"), Action.EXPORT, COURSE).code is Code.NOT_YOUR_CLASS
    assert may(actor("owner"), Action.CONNECT).code is Code.ADMIN_ONLY
    assert may(actor("owner"), Action.LINK, COURSE).code is None
