"""My SIS is not listed: what a district wants, its check, its report; and the form for vendors."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.oneroster.conformance import card
from classbridge.service import interest, unlisted
from classbridge.service.errors import RefusedError
from classbridge.service.interest import VendorForm
from classbridge.service.unlisted import Entries, Interest
from classbridge.web.forms import Form
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest, client_of, language_of
from classbridge.web.security import PUBLIC
from classbridge.web.words import sis as sis_words

LIST = "/admin/not-listed"
ONE = LIST + "/{unlisted_id:str}"
VENDORS = "/status/vendors"


@get(LIST, sync_to_thread=True)
def unlisted_list(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """Every SIS that is wanted, and the other ways of one without OneRoster."""
    return _list(request, ctx, actor)


@get(LIST + ".csv", sync_to_thread=True)
def unlisted_csv(ctx: Ctx, actor: Who) -> Response[bytes]:
    """The same as a file for a spreadsheet."""
    headers = {"content-disposition": 'attachment; filename="not-listed.csv"'}
    return Response(("\ufeff" + unlisted.as_csv(ctx, actor)).encode(), media_type="text/csv", headers=headers)


@post(LIST, sync_to_thread=True)
def unlisted_begin(request: PageRequest, ctx: Ctx, actor: Who, form: Sent) -> Response[bytes] | Redirect:
    """Note a SIS that is wanted."""
    entered = _interest(form)
    try:
        return see(f"{LIST}/{unlisted.begin(ctx, actor, entered)}", "unlisted-noted")
    except RefusedError as error:
        if not error.field:
            raise
        return _list(request, ctx, actor, error.status, entered=entered, said=error.said, field=error.field)


@get(ONE, sync_to_thread=True)
def unlisted_page(request: PageRequest, ctx: Ctx, actor: Who, unlisted_id: Id) -> Response[bytes]:
    """One of them: how it is reached, how its check stands, what was found."""
    return _one(request, ctx, actor, unlisted_id)


@post(ONE, sync_to_thread=True)
def unlisted_change(request: PageRequest, ctx: Ctx, actor: Who, unlisted_id: Id, form: Sent) -> Response[Any]:
    """Say otherwise which SIS it is."""
    try:
        unlisted.change(ctx, actor, unlisted_id, _interest(form))
    except RefusedError as error:
        if not error.field:
            raise
        return _one(request, ctx, actor, unlisted_id, error.status, said=error.said, field=error.field)
    return see(f"{LIST}/{unlisted_id}", "unlisted-noted")


@post(ONE + "/check", sync_to_thread=True)
def unlisted_check(request: PageRequest, ctx: Ctx, actor: Who, unlisted_id: Id, form: Sent) -> Response[Any]:
    """Keep the entries and check; what does not fit is said beside its field."""
    entries = Entries(**{name: form.text(name) for name in Entries.__struct_fields__})
    try:
        return see(f"/runs/{unlisted.check(ctx, actor, unlisted_id, entries)}")
    except RefusedError as error:
        if not error.field:
            raise
        return _one(
            request, ctx, actor, unlisted_id, error.status, entered=entries, said=error.said, field=error.field
        )


@post(ONE + "/connect", sync_to_thread=True)
def unlisted_connect(ctx: Ctx, actor: Who, unlisted_id: Id) -> Redirect:
    """Make a generic connection of one that fits, and go on in its wizard."""
    return see(f"/admin/sis/{unlisted.connect(ctx, actor, unlisted_id)}")


@post(ONE + "/remove", sync_to_thread=True)
def unlisted_remove(ctx: Ctx, actor: Who, unlisted_id: Id) -> Redirect:
    """Forget one."""
    unlisted.remove(ctx, actor, unlisted_id)
    return see(LIST, "unlisted-removed")


@get(ONE + "/report.html", sync_to_thread=True)
def unlisted_report(request: PageRequest, ctx: Ctx, actor: Who, unlisted_id: Id) -> Response[bytes]:
    """The report card as a file for the vendor."""
    language = language_of(request)
    content = card.html(unlisted.report(ctx, actor, unlisted_id, language), language)
    return _file(content.encode(), "text/html", "report.html")


@get(ONE + "/report.json", sync_to_thread=True)
def unlisted_report_json(ctx: Ctx, actor: Who, unlisted_id: Id) -> Response[bytes]:
    """The same for machines."""
    found = msgspec.json.encode(unlisted.report(ctx, actor, unlisted_id))
    return _file(msgspec.json.format(found, indent=2), "application/json", "report.json")


@get(VENDORS, opt=PUBLIC, sync_to_thread=True)
def vendor_page(request: PageRequest) -> Response[bytes]:
    """The form for vendors of a SIS."""
    return _vendors(request)


@post(VENDORS, opt=PUBLIC, sync_to_thread=True)
def vendor_send(request: PageRequest, ctx: Ctx, form: Sent) -> Response[bytes] | Redirect:
    """Keep what a vendor wrote."""
    entered = VendorForm(**{name: form.text(name) for name in VendorForm.__struct_fields__})
    try:
        interest.send(ctx, entered, client_of(request))
    except RefusedError as error:
        return _vendors(request, error.status, entered=entered, said=error.said, field=error.field)
    return see(VENDORS, "vendor-thanks")


def _interest(form: Form) -> Interest:
    return Interest(sis_name=form.text("sis_name"), contact=form.text("contact"), note=form.text("note"))


def _list(request: PageRequest, ctx: Ctx, actor: Who, status: int = 200, **wrong: Any) -> Response[bytes]:
    return render(request, "admin/unlisted_list.html", status, wanted=unlisted.every(ctx, actor), **wrong)


def _one(
    request: PageRequest, ctx: Ctx, actor: Who, unlisted_id: str, status: int = 200, **wrong: Any
) -> Response[bytes]:
    view = unlisted.one(ctx, actor, unlisted_id, language_of(request))
    parts = card.groups(view.report, language_of(request)) if view.report else ()
    values = {"view": view, "run": view.run, "parts": parts, "client_auths": sis_words.CLIENT_AUTHS}
    return render(request, "admin/unlisted.html", status, **values, **wrong)


def _vendors(request: PageRequest, status: int = 200, **wrong: Any) -> Response[bytes]:
    return render(request, "vendors.html", status, offers=sis_words.ONEROSTER_OFFERS, **wrong)


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


ROUTES = (
    unlisted_list,
    unlisted_csv,
    unlisted_begin,
    unlisted_page,
    unlisted_change,
    unlisted_check,
    unlisted_connect,
    unlisted_remove,
    unlisted_report,
    unlisted_report_json,
    vendor_page,
    vendor_send,
)
