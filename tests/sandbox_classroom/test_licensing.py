"""The stand-in's licences, by Google's own client library and beside the API's discovery document."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import googleapiclient
import pytest
from google.oauth2 import service_account
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from classbridge.sandbox.classroom import ClassroomControl, ClassroomServer
from classbridge.sandbox.classroom.scopes import DIRECTORY, LICENSING
from classbridge.sandbox.district import District
from tests.sandbox_classroom.schema import validator

DOCUMENT: dict[str, Any] = json.loads(
    (Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "licensing.v1.json").read_bytes()
)
STAFF = {"productId": "101031", "skuId": "1010310009"}


@pytest.fixture
def library(server: ClassroomServer) -> Iterator[Callable[..., Any]]:
    """Google's client of the API, as any person with any scopes."""
    opened = []

    def make(subject: str, *scopes: str) -> Any:
        info = server.info()
        from_info: Any = service_account.Credentials.from_service_account_info
        credentials = from_info(info["service_account"], scopes=scopes or [LICENSING], subject=subject)
        address = info["base_url"] + "/"
        document = {**DOCUMENT, "rootUrl": address, "baseUrl": address}
        opened.append(build_from_document(document, credentials=credentials))
        return opened[-1].licenseAssignments()

    yield make
    for client in opened:
        client.close()


def test_staff_hold_a_licence_unless_it_was_taken_from_them_page_by_page(
    server: ClassroomServer, library: Callable[..., Any], control: ClassroomControl, district: District
) -> None:
    control.do("license", user=district.teacher_email, licensed=False)
    staff = {one.email for one in server.state.accounts.values() if one.staff}
    asked = library(district.admin_email)
    found, wanted = [], {**STAFF, "customerId": server.state.customer_id, "maxResults": 7}
    request = asked.listForProductAndSku(**wanted)
    while request is not None:
        page = request.execute()
        assert not list(validator(DOCUMENT, "LicenseAssignmentList").iter_errors(page))
        assert len(page["items"]) <= 7
        found += [one["userId"] for one in page["items"]]
        request = asked.listForProductAndSku_next(request, page)
    assert sorted(found) == sorted(staff - {district.teacher_email})


@pytest.mark.parametrize(
    ("changed", "who", "scope", "status"),
    [
        ({}, "teacher", LICENSING, 403),
        ({}, "admin", DIRECTORY, 403),
        ({"customerId": "C0000"}, "admin", LICENSING, 400),
        ({"skuId": "1"}, "admin", LICENSING, 400),
        ({"maxResults": 1001}, "admin", LICENSING, 400),
        ({"pageToken": "x"}, "admin", LICENSING, 400),
    ],
)
def test_whoever_may_not_or_asks_wrongly_is_refused(
    server: ClassroomServer,
    library: Callable[..., Any],
    district: District,
    changed: dict[str, Any],
    who: str,
    scope: str,
    status: int,
) -> None:
    subject = {"teacher": district.teacher_email, "admin": district.admin_email}[who]
    wanted = {**STAFF, "customerId": server.state.customer_id, **changed}
    with pytest.raises(HttpError) as refused:
        library(subject, scope).listForProductAndSku(**wanted).execute()
    assert refused.value.resp.status == status
