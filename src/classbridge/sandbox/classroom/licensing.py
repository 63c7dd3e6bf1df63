"""The one method of the Enterprise License Manager API that the stand-in has: who holds a licence.

Staff hold Education Plus (Staff), students Education Plus (Extra Student), but for those from whom it was taken.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from classbridge.sandbox.classroom import scopes
from classbridge.sandbox.classroom.errors import Json, denied, invalid, out_of_scope
from classbridge.sandbox.classroom.state import State
from classbridge.sandbox.classroom.tokens import Grant
from classbridge.sandbox.district.workspace import Account

_USERS = re.compile(r"/?apps/licensing/v1/product/([^/]+)/sku/([^/]+)/users")
_EDUCATION = "Google Workspace for Education"
_NAMES = {
    ("101031", "1010310002"): f"{_EDUCATION} Plus - Legacy",
    ("101031", "1010310008"): f"{_EDUCATION} Plus",
    ("101031", "1010310009"): f"{_EDUCATION} Plus (Staff)",
    ("101031", "1010310010"): f"{_EDUCATION} Plus (Extra Student)",
    ("101037", "1010370001"): f"{_EDUCATION}: Teaching and Learning Upgrade",
}
_STAFF, _STUDENTS = "1010310009", "1010310010"
_MOST = 1000

Place = tuple[str, str]
"""A product and a SKU of it."""


class Licensing:
    """The licences of the stand-in's domain."""

    def __init__(self, state: State) -> None:
        self._state = state

    def asked(self, http: str, raw_path: str) -> Place | None:
        """The product and SKU of a request that is for this API; None for any other."""
        found = _USERS.fullmatch(raw_path) if http == "GET" else None
        return (unquote(found[1]), unquote(found[2])) if found else None

    def users(self, place: Place, query: Mapping[str, Sequence[str]], grant: Grant) -> Json:
        """A page of those who hold the SKU; only an administrator may ask. Raises `ApiError`."""
        if scopes.LICENSING not in grant.scopes:
            raise out_of_scope()
        caller = self._state.accounts.get(grant.account_id or "")
        if caller is None or not caller.admin:
            raise denied("Not authorized to access the application ID")
        if place not in _NAMES or query.get("customerId", [""])[-1] != self._state.customer_id:
            raise invalid("Invalid Value")
        return self._page(place, query)

    def _page(self, place: Place, query: Mapping[str, Sequence[str]]) -> Json:
        size = query.get("maxResults", ["100"])[-1]
        if not size.isdigit() or not 1 <= int(size) <= _MOST:
            raise invalid("Invalid value for maxResults")
        start = _start(query.get("pageToken", [""])[-1])
        holders = [one for one in self._state.accounts.values() if self._holds(one, place)]
        end = start + int(size)
        page: Json = {"kind": "licensing#licenseAssignmentList", "etag": '"sandbox"'}
        if holders[start:end]:
            page["items"] = [_assignment(one, place) for one in holders[start:end]]
        if end < len(holders):
            page["nextPageToken"] = base64.urlsafe_b64encode(str(end).encode()).decode()
        return page

    def _holds(self, account: Account, place: Place) -> bool:
        wanted = _STAFF if account.staff else _STUDENTS
        return place[1] == wanted and account.id not in self._state.unlicensed


def _start(token: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(token)) if token else 0
    except ValueError:
        raise invalid("Invalid page token") from None


def _assignment(account: Account, place: Place) -> Json:
    product, sku = place
    return {
        "kind": "licensing#licenseAssignment",
        "etags": '"sandbox"',
        "selfLink": f"https://www.googleapis.com/apps/licensing/v1/product/{product}/sku/{sku}/user/{account.email}",
        "userId": account.email,
        "productId": product,
        "productName": _EDUCATION,
        "skuId": sku,
        "skuName": _NAMES[place],
    }
