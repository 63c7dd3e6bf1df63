"""A connection's settings: what is put otherwise than the profile says, and whom to ask at the SIS."""

from typing import Any

from litestar import Response, get, post

from classbridge.service import connections, tuning
from classbridge.service.errors import RefusedError
from classbridge.service.views import Contact
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest, language_of
from classbridge.web.words import sis as sis_words

ONE = "/admin/sis/{connection_id:str}/settings"


@get(ONE, sync_to_thread=True)
def settings_page(request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id) -> Response[bytes]:
    """Every setting with where its value comes from."""
    return _page(request, ctx, actor, connection_id)


@post(ONE, sync_to_thread=True)
def settings_save(request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id, form: Sent) -> Response[Any]:
    """Keep the settings; one that does not fit is said beside its field."""
    known = tuning.view(ctx, actor, connection_id).settings
    changed = {one.name: form.text(one.name) for one in known if form.ticked(one.name)}
    try:
        tuning.save(ctx, actor, connection_id, changed)
    except RefusedError as error:
        if not error.field:
            raise
        wrong = {"said": error.said, "field": error.field, "entered": changed}
        return _page(request, ctx, actor, connection_id, error.status, **wrong)
    return see(f"/admin/sis/{connection_id}/settings", "settings")


@post(ONE + "/contact", sync_to_thread=True)
def contact_save(request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id, form: Sent) -> Response[Any]:
    """Say whom to ask at the SIS."""
    wanted = Contact(**{name: form.text(name) for name in Contact.__struct_fields__})
    try:
        tuning.save_contact(ctx, actor, connection_id, wanted)
    except RefusedError as error:
        if not error.field:
            raise
        return _page(request, ctx, actor, connection_id, error.status, said=error.said, field=error.field)
    return see(f"/admin/sis/{connection_id}/settings", "settings")


def _page(
    request: PageRequest, ctx: Ctx, actor: Who, connection_id: str, status: int = 200, **wrong: Any
) -> Response[bytes]:
    return render(
        request,
        "admin/settings.html",
        status,
        view=connections.view(ctx, actor, connection_id, language_of(request)),
        tuned=tuning.view(ctx, actor, connection_id),
        labels=sis_words.SETTINGS,
        choice_words=sis_words.SETTING_CHOICES,
        **wrong,
    )


ROUTES = (settings_page, settings_save, contact_save)
