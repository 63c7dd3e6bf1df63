"""Who is signed in."""

from litestar import get
from msgspec import Struct

from classbridge.web.given import Who


class Me(Struct, frozen=True):
    """The account that asks, in its district."""

    account_id: str
    email: str
    district_id: str
    roles: list[str]


@get("/me", sync_to_thread=True)
def me(actor: Who) -> Me:
    """Say who is signed in."""
    return Me(actor.account_id, actor.email, actor.district_id, sorted(actor.roles))


ROUTES = (me,)
