"""Accounts and their roles: the admin gives and takes them, and a district keeps an admin (product A9)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from classbridge.bridge.policy import Actor, Role
from classbridge.cli import house
from classbridge.service import accounts, audit, setup, sign_in
from classbridge.service.context import Context, open_context
from classbridge.service.errors import RefusedError
from classbridge.store import accounts as kept
from tests.installation import settings_for
from tests.postgres import Cluster

ADMIN = "admin@angsbacken.example"


@pytest.fixture(params=["sqlite", "postgresql"])
def ctx(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Context]:
    url = ""
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.new_database()
    used = settings_for(tmp_path, url)
    house.migrate(used)
    with open_context(used) as made:
        yield made


@pytest.fixture
def admin(ctx: Context) -> Actor:
    district = setup.create_district(ctx, name="Ängsbacken", time_zone="Europe/Stockholm")
    setup.create_account(ctx, district, email=ADMIN, name="Eva", roles=(Role.ADMIN,))
    return setup.actor_of(ctx, district, ADMIN)


def code_of(ask: Callable[[], object]) -> str:
    with pytest.raises(RefusedError) as refused:
        ask()
    return refused.value.said.code


def roles_of(ctx: Context, admin: Actor) -> dict[str, tuple[Role, ...]]:
    return {one.email: one.roles for one in accounts.listed(ctx, admin).items}


def test_somebody_is_added_and_signs_in_with_the_password_that_is_shown_once(ctx: Context, admin: Actor) -> None:
    made = accounts.add(ctx, admin, email=" Bo@Angsbacken.example ", name="Bo", roles=["teacher", "auditor"])
    person = sign_in.authenticate(ctx, "bo@angsbacken.example", made.password, "")
    assert person.districts[0].roles == {"teacher", "auditor"}
    again = accounts.add(ctx, admin, email="bo@angsbacken.example", name="Bo", roles=["admin"])
    assert again.password == ""
    assert again.account.roles == (Role.ADMIN, Role.AUDITOR, Role.TEACHER)
    event = next(one for one in audit.events(ctx, admin).items if one.action == "account.add")
    assert (event.account_id, event.subject, event.params) == (
        admin.account_id,
        made.account.id,
        {"roles": ["admin"]},
    )


def test_roles_are_set_exactly_and_none_ends_the_sign_in(ctx: Context, admin: Actor) -> None:
    made = accounts.add(ctx, admin, email="bo@angsbacken.example", name="Bo", roles=["teacher", "auditor"])
    accounts.set_roles(ctx, admin, made.account.id, ["auditor"])
    assert roles_of(ctx, admin)["bo@angsbacken.example"] == (Role.AUDITOR,)
    accounts.set_roles(ctx, admin, made.account.id, [])
    assert "bo@angsbacken.example" not in roles_of(ctx, admin)
    assert code_of(lambda: sign_in.actor(ctx, made.account.id, admin.district_id)) == "SIGN_IN_NEEDED"
    assert code_of(lambda: accounts.set_roles(ctx, admin, made.account.id, ["admin"])) == "ACCOUNT_NOT_FOUND"
    changes = [one.params["roles"] for one in audit.events(ctx, admin).items if one.action == "account.roles"]
    assert changes == [[], ["auditor"]]


def test_the_last_admin_who_can_sign_in_keeps_the_role(ctx: Context, admin: Actor) -> None:
    assert code_of(lambda: accounts.set_roles(ctx, admin, admin.account_id, ["teacher"])) == "LAST_ADMIN"
    other = accounts.add(ctx, admin, email="bo@angsbacken.example", name="Bo", roles=["admin"]).account
    kept.disable(ctx.database, other.id, ctx.now())
    assert code_of(lambda: accounts.set_roles(ctx, admin, admin.account_id, [])) == "LAST_ADMIN"
    assert roles_of(ctx, admin)[ADMIN] == (Role.ADMIN,)
    kept.disable(ctx.database, other.id, None)
    accounts.set_roles(ctx, admin, admin.account_id, ["teacher"])
    assert roles_of(ctx, setup.actor_of(ctx, admin.district_id, other.email))[ADMIN] == (Role.TEACHER,)


def test_two_admins_cannot_take_the_role_from_each_other_at_once(ctx: Context, admin: Actor) -> None:
    other = accounts.add(ctx, admin, email="bo@angsbacken.example", name="Bo", roles=["admin"]).account
    two = setup.actor_of(ctx, admin.district_id, other.email)

    def take(who: Actor, whom: str) -> str:
        try:
            accounts.set_roles(ctx, who, whom, ["teacher"])
        except RefusedError as error:
            return error.said.code
        return "taken"

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            said = list(pool.map(take, (admin, two), (other.id, admin.account_id)))
        assert sorted(said) == ["LAST_ADMIN", "taken"]
        for email in (ADMIN, other.email):
            setup.create_account(ctx, admin.district_id, email=email, name="", roles=(Role.ADMIN,))


def test_what_does_not_fit_is_named_by_its_field_and_adds_nobody(ctx: Context, admin: Actor) -> None:
    for email, name, roles, field in (
        ("", "Bo", ["teacher"], "email"),
        ("bo", "Bo", ["teacher"], "email"),
        ("bo@x.example", " ", ["teacher"], "name"),
        ("bo@x.example", "Bo", [], "roles"),
        ("bo@x.example", "Bo", ["operator"], "roles"),
    ):
        with pytest.raises(RefusedError) as refused:
            accounts.add(ctx, admin, email=email, name=name, roles=roles)
        assert (refused.value.said.code, refused.value.field) == ("FIELD_MISSING", field)
    assert list(roles_of(ctx, admin)) == [ADMIN]


def test_another_districts_admin_reaches_nobody_here(ctx: Context, admin: Actor) -> None:
    there = setup.create_district(ctx, name="Elsewhere", time_zone="UTC")
    setup.create_account(ctx, there, email="far@elsewhere.example", name="Far", roles=(Role.ADMIN,))
    far = setup.actor_of(ctx, there, "far@elsewhere.example")
    assert list(roles_of(ctx, far)) == ["far@elsewhere.example"]
    assert code_of(lambda: accounts.set_roles(ctx, far, admin.account_id, [])) == "ACCOUNT_NOT_FOUND"


def test_a_long_list_comes_in_pages_and_is_searched_by_address_and_name(ctx: Context, admin: Actor) -> None:
    for number in range(7):
        accounts.add(
            ctx,
            admin,
            email=f"t{number}@angsbacken.example",
            name=f"Berit {number}%",
            roles=["teacher", "auditor"],
        )
    seen, cursor = [], None
    while True:
        page = accounts.listed(ctx, admin, after=cursor, limit=3)
        seen += page.items
        if (cursor := page.next) is None:
            break
    assert [one.email for one in seen] == [ADMIN, *(f"t{number}@angsbacken.example" for number in range(7))]
    assert {one.roles for one in seen[1:]} == {(Role.AUDITOR, Role.TEACHER)}
    assert [one.name for one in accounts.listed(ctx, admin, search="T3@").items] == ["Berit 3%"]
    assert [one.email for one in accounts.listed(ctx, admin, search="bERIT 5%").items] == ["t5@angsbacken.example"]
    assert accounts.listed(ctx, admin, search="t_@").items == []
